#include "netml/table/csv_writer.hpp"

#include <cstring>

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

}  // namespace

CsvWriter::CsvWriter(OutputFile& file, CsvDialect dialect, TextMode text_mode)
    : file_(file), dialect_(dialect), text_mode_(text_mode), line_(4096) {}

void CsvWriter::begin(const Schema& schema) {
  text_.clear();
  for (std::size_t i = 0; i < schema.size(); ++i) {
    text_ += i == 0 ? "" : ",";
    append_csv_text(text_, schema.columns[i].name, text_mode_);
  }
  text_ += '\n';
  file_.write(text_);
}

char* CsvWriter::make_room(char* out, std::size_t count) {
  const auto used = static_cast<std::size_t>(out - line_.data());
  if (line_.size() - used < count) {
    line_.resize(2 * line_.size() + count);
  }
  return line_.data() + used;
}

char* CsvWriter::copy(char* out, std::string_view text) {
  out = make_room(out, text.size() + row_room_);
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

char* CsvWriter::write_cell(char* out, const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::kMissing:
      return out;
    case Cell::Kind::kU64:
      return write_number(out, cell.u64);
    case Cell::Kind::kI64:
      return write_number(out, cell.i64);
    case Cell::Kind::kMillionths:
      return write_millionths(out, cell.i64);
    case Cell::Kind::kF64:
      if (dialect_ == CsvDialect::kRfc4180) {
        return write_number(out, cell.f64);
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
  return copy(out, text_);
}

void CsvWriter::row(std::span<const Cell> row) {
  // Room for a row of numbers; text makes more for itself, and the same again for what follows it.
  row_room_ = (row.size() + 1) * (kNumberRoom + 1);
  char* out = make_room(line_.data(), row_room_);
  for (const Cell& cell : row) {
    out = write_cell(out, cell);
    *out++ = ',';
  }
  out -= row.empty() ? 0 : 1;
  if (out == line_.data()) {
    out = copy(out, "\"\"");  // readers skip an empty line
  }
  *out++ = '\n';
  file_.write({line_.data(), static_cast<std::size_t>(out - line_.data())});
}

void CsvWriter::flush() {
  file_.flush();
}

void CsvWriter::end() {
  file_.flush();
}

}  // namespace netml
