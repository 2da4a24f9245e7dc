#include "netml/table/csv_writer.hpp"

#include <string>

#include "row_text.hpp"

namespace netml {
namespace {

template <typename Values>
void append_list(std::string& out, const Values& values) {
  out += "\"[";
  append_numbers(out, values, ", ");
  out += "]\"";
}

// All text is quoted, with a backslash before an inner quote.
void append_nfstream_text(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : drop_invalid_utf8(text)) {
    if (c == '"') {
      out += '\\';
    }
    out += c;
  }
  out += '"';
}

class CsvFormat final : public RowFormat {
 public:
  CsvFormat(CsvDialect dialect, TextMode text_mode) : dialect_(dialect), text_mode_(text_mode) {
    if (dialect == CsvDialect::kNfstream) {
      limits_[static_cast<std::size_t>(Cell::Kind::kF64)] = 0;  // 0.0
    }
  }

  void append(std::span<const Cell> row, CharBuffer& out) override;
  bool is_csv() const noexcept override { return dialect_ == CsvDialect::kRfc4180; }

 private:
  char* write_cell(char* end, const Cell& cell, CharBuffer& out);
  char* write_plain_cell(char* end, std::string_view text, CharBuffer& out) const;
  char* write_text(char* end, const Cell& cell, CharBuffer& out);

  CsvDialect dialect_;
  TextMode text_mode_;
  DigitLimits limits_ = kDigitLimits;
  std::size_t row_room_ = 0;
  std::string text_;    // an encoded text cell or list on its way into the line
  std::string joined_;  // a list of texts before it is encoded
};

char* CsvFormat::write_cell(char* end, const Cell& cell, CharBuffer& out) {
  switch (cell.kind) {
    case Cell::Kind::kMissing:
      return end;
    case Cell::Kind::kU64:
      return write_number(end, cell.u64);
    case Cell::Kind::kI64:
      return write_number(end, cell.i64);
    case Cell::Kind::kMillionths:
      return write_millionths(end, cell.i64);
    case Cell::Kind::kBillionths:
      return write_billionths(end, cell.i64);
    case Cell::Kind::kF64:
      return dialect_ == CsvDialect::kRfc4180 ? write_number(end, cell.f64)
                                              : write_python_repr(end, cell.f64);
    case Cell::Kind::kText:
      if (cell.is_plain) {
        return write_plain_cell(end, cell.text, out);
      }
      break;
    default:
      break;
  }
  return write_text(end, cell, out);
}

char* CsvFormat::write_plain_cell(char* end, std::string_view text, CharBuffer& out) const {
  if (dialect_ == CsvDialect::kRfc4180) {
    return write_plain(end, text, row_room_, out);
  }
  *end++ = '"';
  end = write_plain(end, text, row_room_, out);
  *end++ = '"';
  return end;
}

char* CsvFormat::write_text(char* end, const Cell& cell, CharBuffer& out) {
  text_.clear();
  if (cell.kind == Cell::Kind::kList) {
    append_list(text_, cell.list);
  } else if (cell.kind == Cell::Kind::kRealList) {
    append_list(text_, cell.reals);
  } else if (cell.kind == Cell::Kind::kTextList) {
    joined_.clear();
    append_joined(joined_, cell.texts, ';');
    append_csv_text(text_, joined_, text_mode_);
  } else if (dialect_ == CsvDialect::kNfstream) {
    append_nfstream_text(text_, cell.text);
  } else {
    append_csv_text(text_, cell.text, text_mode_);
  }
  return write_plain(end, text_, row_room_, out);
}

void CsvFormat::append(std::span<const Cell> row, CharBuffer& out) {
  row_room_ = (row.size() + 1) * (kNumberRoom + 3);  // a comma, two quotes
  const std::size_t begin = out.size();
  char* end = out.room(row_room_);
  for (const Cell& cell : row) {
    if (!write_digit(end, cell, limits_, ',')) {
      end = write_cell(end, cell, out);
      *end++ = ',';
    }
  }
  end -= row.empty() ? 0 : 1;
  out.end_at(end);
  if (out.size() == begin) {
    end = write_plain(end, "\"\"", row_room_, out);  // readers skip an empty line
  }
  *end++ = '\n';
  out.end_at(end);
}

}  // namespace

CsvWriter::CsvWriter(OutputFile& file, CsvDialect dialect, TextMode text_mode)
    : LineWriter(file), dialect_(dialect), text_mode_(text_mode) {}

std::string CsvWriter::header(const Schema& schema) {
  std::string names;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    names += i == 0 ? "" : ",";
    append_csv_text(names, schema.columns[i].name, text_mode_);
  }
  return names + '\n';
}

std::unique_ptr<RowFormat> CsvWriter::row_format() const {
  return std::make_unique<CsvFormat>(dialect_, text_mode_);
}

}  // namespace netml
