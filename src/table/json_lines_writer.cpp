#include "netml/table/json_lines_writer.hpp"

#include "netml/core/text_format.hpp"

namespace netml {
namespace {

template <typename Values>
void append_array(std::string& out, const Values& values) {
  out += '[';
  bool is_first = true;
  for (const auto value : values) {
    if (!is_first) {
      out += ',';
    }
    is_first = false;
    append_number(out, value);
  }
  out += ']';
}

void append_value(std::string& out, const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::kMissing:
      out += "null";
      break;
    case Cell::Kind::kU64:
    case Cell::Kind::kI64:
    case Cell::Kind::kF64:
    case Cell::Kind::kMillionths:
      append_numeric(out, cell);
      break;
    case Cell::Kind::kText:
      append_json_text(out, cell.text);
      break;
    case Cell::Kind::kList:
      append_array(out, cell.list);
      break;
    case Cell::Kind::kRealList:
      append_array(out, cell.reals);
      break;
  }
}

class JsonLinesFormat final : public RowFormat {
 public:
  explicit JsonLinesFormat(std::vector<std::string> keys) : keys_(std::move(keys)) {}

  void append(std::span<const Cell> row, CharBuffer& out) override {
    line_ = row.empty() ? "{" : "";
    for (std::size_t i = 0; i < row.size(); ++i) {
      line_ += keys_[i];
      append_value(line_, row[i]);
    }
    line_ += "}\n";
    out.append(line_);
  }

 private:
  std::vector<std::string> keys_;
  std::string line_;
};

}  // namespace

JsonLinesWriter::JsonLinesWriter(OutputFile& file) : file_(file) {}

void JsonLinesWriter::begin(const Schema& schema) {
  keys_.clear();
  for (const ColumnInfo& column : schema.columns) {
    std::string key = keys_.empty() ? "{" : ",";
    append_json_text(key, column.name);
    keys_.push_back(key + ":");
  }
  format_ = row_format();
}

void JsonLinesWriter::row(std::span<const Cell> row) {
  line_.clear();
  format_->append(row, line_);
  file_.write(line_.view());
}

std::unique_ptr<RowFormat> JsonLinesWriter::row_format() const {
  return std::make_unique<JsonLinesFormat>(keys_);
}

void JsonLinesWriter::lines(std::string_view text) {
  file_.write(text);
}

void JsonLinesWriter::flush() {
  file_.flush();
}

void JsonLinesWriter::end() {
  file_.flush();
}

}  // namespace netml
