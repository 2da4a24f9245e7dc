#include "netml/table/line_writer.hpp"

namespace netml {

void LineWriter::begin(const Schema& schema) {
  file_.write(header(schema));
  format_ = row_format();
}

void LineWriter::row(std::span<const Cell> row) {
  line_.clear();
  format_->append(row, line_);
  file_.write(line_.view());
}

void LineWriter::lines(std::string_view text) {
  file_.write(text);
}

void LineWriter::flush() {
  file_.flush();
}

void LineWriter::end() {
  file_.flush();
}

}  // namespace netml
