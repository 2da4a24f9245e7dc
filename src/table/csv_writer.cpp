#include "netml/table/csv_writer.hpp"

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

}  // namespace

CsvWriter::CsvWriter(OutputFile& file, CsvDialect dialect, TextMode text_mode)
    : file_(file), dialect_(dialect), text_mode_(text_mode) {}

void CsvWriter::begin(const Schema& schema) {
  line_.clear();
  for (std::size_t i = 0; i < schema.size(); ++i) {
    line_ += i == 0 ? "" : ",";
    append_csv_text(line_, schema.columns[i].name, text_mode_);
  }
  line_ += '\n';
  file_.write(line_);
}

void CsvWriter::append_nfstream_text(std::string_view text) {
  line_ += '"';
  for (const char c : drop_invalid_utf8(text)) {
    if (c == '"') {
      line_ += '\\';
    }
    line_ += c;
  }
  line_ += '"';
}

void CsvWriter::row(std::span<const Cell> row) {
  line_.clear();
  bool is_first = true;
  for (const Cell& cell : row) {
    if (!is_first) {
      line_ += ',';
    }
    is_first = false;
    switch (cell.kind) {
      case Cell::Kind::kMissing:
        break;
      case Cell::Kind::kU64:
        append_number(line_, cell.u64);
        break;
      case Cell::Kind::kI64:
        append_number(line_, cell.i64);
        break;
      case Cell::Kind::kF64:
        dialect_ == CsvDialect::kNfstream ? append_python_repr(line_, cell.f64)
                                          : append_number(line_, cell.f64);
        break;
      case Cell::Kind::kText:
        dialect_ == CsvDialect::kNfstream ? append_nfstream_text(cell.text)
                                          : append_csv_text(line_, cell.text, text_mode_);
        break;
      case Cell::Kind::kList:
        append_list(line_, cell.list);
        break;
      case Cell::Kind::kRealList:
        append_list(line_, cell.reals);
        break;
    }
  }
  if (line_.empty()) {
    line_ = "\"\"";  // readers skip an empty line
  }
  line_ += '\n';
  file_.write(line_);
}

void CsvWriter::flush() {
  file_.flush();
}

void CsvWriter::end() {
  file_.flush();
}

}  // namespace netml
