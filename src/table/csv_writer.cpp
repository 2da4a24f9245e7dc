#include "netml/table/csv_writer.hpp"

#include <cstring>
#include <string>

namespace netml {
namespace {

template <typename Values>
void append_list(std::string& out, const Values& values) {
  out += "\"[";
  bool is_first = true;
  for (const auto value : values) {
    if (!is_first) {
      out += ", ";
    }
    is_first = false;
    append_number(out, value);
  }
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
  CsvFormat(CsvDialect dialect, TextMode text_mode) : dialect_(dialect), text_mode_(text_mode) {}

  void append(std::span<const Cell> row, CharBuffer& out) override;

 private:
  char* write_cell(char* end, const Cell& cell, CharBuffer& out);
  char* copy(char* end, std::string_view text, CharBuffer& out) const;

  CsvDialect dialect_;
  TextMode text_mode_;
  std::size_t row_room_ = 0;
  std::string text_;  // an encoded text cell or list on its way into the line
};

char* CsvFormat::copy(char* end, std::string_view text, CharBuffer& out) const {
  out.end_at(end);
  end = out.room(text.size() + row_room_);
  std::memcpy(end, text.data(), text.size());
  return end + text.size();
}

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
    case Cell::Kind::kF64:
      if (dialect_ == CsvDialect::kRfc4180) {
        return write_number(end, cell.f64);
      }
      text_.clear();
      append_python_repr(text_, cell.f64);
      break;
    case Cell::Kind::kText:
      text_.clear();
      if (dialect_ == CsvDialect::kNfstream) {
        append_nfstream_text(text_, cell.text);
      } else {
        append_csv_text(text_, cell.text, text_mode_);
      }
      break;
    case Cell::Kind::kList:
      text_.clear();
      append_list(text_, cell.list);
      break;
    case Cell::Kind::kRealList:
      text_.clear();
      append_list(text_, cell.reals);
      break;
  }
  return copy(end, text_, out);
}

void CsvFormat::append(std::span<const Cell> row, CharBuffer& out) {
  // Room for a row of numbers; text makes more for itself, and the same again for what follows it.
  row_room_ = (row.size() + 1) * (kNumberRoom + 1);
  const std::size_t begin = out.size();
  char* end = out.room(row_room_);
  for (const Cell& cell : row) {
    end = write_cell(end, cell, out);
    *end++ = ',';
  }
  end -= row.empty() ? 0 : 1;
  out.end_at(end);
  if (out.size() == begin) {
    end = copy(end, "\"\"", out);  // readers skip an empty line
  }
  *end++ = '\n';
  out.end_at(end);
}

}  // namespace

CsvWriter::CsvWriter(OutputFile& file, CsvDialect dialect, TextMode text_mode)
    : file_(file),
      dialect_(dialect),
      text_mode_(text_mode),
      format_(std::make_unique<CsvFormat>(dialect, text_mode)) {}

void CsvWriter::begin(const Schema& schema) {
  std::string names;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    names += i == 0 ? "" : ",";
    append_csv_text(names, schema.columns[i].name, text_mode_);
  }
  names += '\n';
  file_.write(names);
}

void CsvWriter::row(std::span<const Cell> row) {
  line_.clear();
  format_->append(row, line_);
  file_.write(line_.view());
}

std::unique_ptr<RowFormat> CsvWriter::row_format() const {
  return std::make_unique<CsvFormat>(dialect_, text_mode_);
}

void CsvWriter::lines(std::string_view text) {
  file_.write(text);
}

void CsvWriter::flush() {
  file_.flush();
}

void CsvWriter::end() {
  file_.flush();
}

}  // namespace netml
