#include "netml/table/json_lines_writer.hpp"

#include <algorithm>

#include "netml/core/text_format.hpp"

#include "row_text.hpp"

namespace netml {
namespace {

template <typename Values>
void append_array(std::string& out, const Values& values) {
  out += '[';
  append_numbers(out, values, ",");
  out += ']';
}

void append_texts(std::string& out, std::span<const std::string> texts) {
  out += '[';
  for (const std::string& text : texts) {
    append_json_text(out, text);
    out += ',';
  }
  if (!texts.empty()) {
    out.pop_back();
  }
  out += ']';
}

class JsonLinesFormat final : public RowFormat {
 public:
  explicit JsonLinesFormat(std::vector<std::string> keys) : keys_(std::move(keys)) {
    row_room_ = (keys_.size() + 1) * (kNumberRoom + 3);  // a comma, two quotes
    for (const std::string& key : keys_) {
      row_room_ += key.size();
    }
  }

  void append(std::span<const Cell> row, CharBuffer& out) override;

 private:
  char* write_value(char* end, const Cell& cell, CharBuffer& out);
  char* write_text(char* end, const Cell& cell, CharBuffer& out);

  std::vector<std::string> keys_;
  std::size_t row_room_ = 0;
  std::string text_;  // an encoded text or list on its way into the line
};

char* JsonLinesFormat::write_value(char* end, const Cell& cell, CharBuffer& out) {
  switch (cell.kind) {
    case Cell::Kind::kMissing:
      return write_plain(end, "null", row_room_, out);
    case Cell::Kind::kU64:
      return write_number(end, cell.u64);
    case Cell::Kind::kI64:
      return write_number(end, cell.i64);
    case Cell::Kind::kMillionths:
      return write_millionths(end, cell.i64);
    case Cell::Kind::kBillionths:
      return write_billionths(end, cell.i64);
    case Cell::Kind::kF64:
      return write_number(end, cell.f64);
    case Cell::Kind::kText:
      if (cell.is_plain) {
        *end++ = '"';
        end = write_plain(end, cell.text, row_room_, out);
        *end++ = '"';
        return end;
      }
      break;
    default:
      break;
  }
  return write_text(end, cell, out);
}

char* JsonLinesFormat::write_text(char* end, const Cell& cell, CharBuffer& out) {
  text_.clear();
  if (cell.kind == Cell::Kind::kList) {
    append_array(text_, cell.list);
  } else if (cell.kind == Cell::Kind::kRealList) {
    append_array(text_, cell.reals);
  } else if (cell.kind == Cell::Kind::kTextList) {
    append_texts(text_, cell.texts);
  } else {
    append_json_text(text_, cell.text);
  }
  return write_plain(end, text_, row_room_, out);
}

void JsonLinesFormat::append(std::span<const Cell> row, CharBuffer& out) {
  char* end = out.room(row_room_);
  *end++ = '{';
  const std::string* key = keys_.data();
  for (const Cell& cell : row) {
    end = std::copy_n(key->data(), key->size(), end);
    ++key;
    if (!write_digit(end, cell, kDigitLimits, ',')) {
      end = write_value(end, cell, out);
      *end++ = ',';
    }
  }
  end -= row.empty() ? 0 : 1;
  *end++ = '}';
  *end++ = '\n';
  out.end_at(end);
}

}  // namespace

std::string JsonLinesWriter::header(const Schema& schema) {
  keys_.clear();
  for (const ColumnInfo& column : schema.columns) {
    std::string key;
    append_json_text(key, column.name);
    keys_.push_back(key + ":");
  }
  return "";
}

std::unique_ptr<RowFormat> JsonLinesWriter::row_format() const {
  return std::make_unique<JsonLinesFormat>(keys_);
}

}  // namespace netml
