// Any text and numbers through the writers; what they wrote is read back and held against the rules
// of encoding (RELIABILITY section 7), which are spelled out here a second time.
//
// Input: one byte, how many columns; one byte per column, its type; then cells, row by row: one
// byte (0 modulo 8: missing), then eight bytes of number, or a length and text, or a length and
// numbers.
//
// Rows are handed over by turns as cells and as text that was formatted before. Then each eight
// bytes of the input are a number that is written by itself (number_checks.hpp).

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <deque>

#include <nlohmann/json.hpp>

#include "netml/table/csv_scanner.hpp"
#include "netml/table/csv_writer.hpp"
#include "netml/table/json_lines_writer.hpp"
#include "netml/table/npz.hpp"

#include "fuzz.hpp"
#include "number_checks.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using fuzz::require;
using nlohmann::json;

constexpr std::size_t kMostColumns = 6;
constexpr std::size_t kMostRows = 20;

/// Rows with everything that their cells borrow.
struct Sample {
  Schema schema;
  std::vector<std::vector<Cell>> rows;
  std::deque<std::string> texts;
  std::deque<std::vector<std::int64_t>> lists;
  std::deque<std::vector<double>> reals;
  std::deque<std::vector<std::string>> text_lists;
};

double finite(std::uint64_t bits) {
  const auto value = std::bit_cast<double>(bits);
  return std::isfinite(value) ? value : static_cast<double>(bits);
}

// What Cell::plain asks for.
bool is_plain(std::string_view text) {
  return !text.empty() && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                  std::string_view(".:_-").find(c) != std::string_view::npos;
         });
}

Cell cell_of(ColumnType type, fuzz::Input& input, Sample& sample) {
  const std::uint8_t kind = input.u8();
  if (kind % 8 == 0) {
    return Cell::missing();
  }
  switch (type) {
    case ColumnType::kU64:
      return Cell::of(input.u64() >> (kind % 64));
    case ColumnType::kI64:
      return Cell::of(static_cast<std::int64_t>(input.u64()) >> (kind % 64));
    case ColumnType::kF64:
      return kind % 8 == 1   ? Cell::millionths(static_cast<std::int64_t>(input.u64()))
             : kind % 8 == 2 ? Cell::billionths(static_cast<std::int64_t>(input.u64()))
                             : Cell::of(finite(input.u64()));
    case ColumnType::kText: {
      const std::string_view text = sample.texts.emplace_back(input.text(input.u8()));
      return kind % 2 == 0 && is_plain(text) ? Cell::plain(text) : Cell::of(text);
    }
    case ColumnType::kList: {
      auto& list = sample.lists.emplace_back();
      for (int i = kind % 5; i > 0; --i) {
        list.push_back(static_cast<std::int64_t>(input.u64()));
      }
      return Cell::of(std::span<const std::int64_t>(list));
    }
    case ColumnType::kRealList: {
      auto& list = sample.reals.emplace_back();
      for (int i = kind % 5; i > 0; --i) {
        list.push_back(finite(input.u64()));
      }
      return Cell::of(std::span<const double>(list));
    }
    case ColumnType::kTextList: {
      auto& list = sample.text_lists.emplace_back();
      for (int i = kind % 5; i > 0; --i) {
        list.emplace_back(input.text(input.u8()));
      }
      return Cell::of(std::span<const std::string>(list));
    }
  }
  return Cell::missing();
}

Sample sample_of(fuzz::Input& input) {
  Sample sample;
  const std::size_t columns = 1 + input.u8() % kMostColumns;
  for (std::size_t i = 0; i < columns; ++i) {
    ColumnInfo column;
    column.type = static_cast<ColumnType>(input.u8() % 7);
    column.name = "c" + std::to_string(i);
    column.is_identity = column.type == ColumnType::kText;
    sample.schema.columns.push_back(column);
  }
  // One name is any text.
  sample.schema.columns[0].name = std::string(input.text(input.u8() % 16)) + "0";
  while (!input.is_empty() && sample.rows.size() < kMostRows) {
    auto& row = sample.rows.emplace_back();
    for (const ColumnInfo& column : sample.schema.columns) {
      row.push_back(cell_of(column.type, input, sample));
    }
  }
  return sample;
}

// ---------------------------------------------------------------- the rules

/// The characters of `text`; a byte that is not part of UTF-8 is an empty one.
std::vector<std::string> characters(std::string_view text) {
  std::vector<std::string> list;
  while (!text.empty()) {
    std::size_t length = 0;
    for (std::size_t tried = 1; tried <= 4 && tried <= text.size() && length == 0; ++tried) {
      length = fuzz::is_utf8(text.substr(0, tried)) ? tried : 0;
    }
    list.emplace_back(text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return list;
}

bool is_control(const std::string& character) {
  const auto first = static_cast<unsigned char>(character[0]);
  return (character.size() == 1 && (first < 0x20 || first == 0x7f)) ||
         (character.size() == 2 && first == 0xc2 &&
          static_cast<unsigned char>(character[1]) < 0xa0);
}

std::string escaped(const std::string& character) {
  std::string out;
  for (const char c : character) {
    char hex[8];
    std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += hex;
  }
  return out;
}

/// What the text of a CSV cell must be once quotes are undone.
std::string expected_text(std::string_view text, TextMode mode) {
  std::string out;
  if (mode == TextMode::kSafe && !text.empty() && std::strchr("=+-@\t\r", text[0]) != nullptr &&
      text[0] != '\0') {
    out += '\'';
  }
  for (const std::string& character : characters(text)) {
    if (character.empty()) {
      out += "\xef\xbf\xbd";
    } else if (mode == TextMode::kSafe && is_control(character)) {
      out += escaped(character);
    } else {
      out += character;
    }
  }
  return out;
}

std::string expected_json_text(std::string_view text) {
  return expected_text(text, TextMode::kRaw);
}

// ---------------------------------------------------------------- reading back

double number_of(std::string_view text) {
  const std::string copy(text);
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  require(!copy.empty() && *end == '\0', "a number is a number", text);
  return value;
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

// The double nearest to value / 1000000000, computed in decimal by the C library.
double billionths_of(std::int64_t value) {
  return number_of(std::to_string(value) + "e-9");
}

// The texts of a CSV's list, joined by semicolons.
std::string joined(std::span<const std::string> texts) {
  std::string out;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    out += i == 0 ? "" : ";";
    for (const char c : texts[i]) {
      out += c == ';' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    }
  }
  return out;
}

// The double nearest to value / 1000000, computed in decimal by the C library.
double millionths_of(std::int64_t value) {
  return number_of(std::to_string(value) + "e-6");
}

void check_list(const std::string& text, const Cell& cell) {
  const json values = json::parse(text);
  const std::size_t size = cell.kind == Cell::Kind::kList ? cell.list.size() : cell.reals.size();
  require(values.is_array() && values.size() == size, "a list keeps its length", text);
  for (std::size_t i = 0; i < size; ++i) {
    const bool same = cell.kind == Cell::Kind::kList ? values[i].get<std::int64_t>() == cell.list[i]
                                                     : values[i].get<double>() == cell.reals[i];
    require(same, "a list keeps its values", text);
  }
}

void check_csv_cell(std::string_view text, const Cell& cell, TextMode mode) {
  switch (cell.kind) {
    case Cell::Kind::kMissing:
      require(text.empty(), "a missing value is an empty cell", text);
      return;
    case Cell::Kind::kU64:
      require(text == std::to_string(cell.u64), "whole numbers are exact", text);
      return;
    case Cell::Kind::kI64:
      require(text == std::to_string(cell.i64), "whole numbers are exact", text);
      return;
    case Cell::Kind::kF64:
      require(same_bits(number_of(text), cell.f64), "numbers read back to the bit", text);
      return;
    case Cell::Kind::kMillionths:
      require(number_of(text) == millionths_of(cell.i64), "millionths are exact", text);
      return;
    case Cell::Kind::kBillionths:
      require(number_of(text) == billionths_of(cell.i64), "billionths are exact", text);
      return;
    case Cell::Kind::kTextList:
      require(text == expected_text(joined(cell.texts), mode), "lists of text are encoded", text);
      return;
    case Cell::Kind::kText:
      require(text == expected_text(cell.text, mode), "text is encoded by the rules", text);
      return;
    case Cell::Kind::kList:
    case Cell::Kind::kRealList:
      check_list(std::string(text), cell);
      return;
  }
}

void check_bytes(std::string_view bytes, TextMode mode) {
  require(fuzz::is_utf8(bytes), "output is UTF-8");
  if (mode == TextMode::kSafe) {
    for (const std::string& character : characters(bytes)) {
      require(character == "\n" || !is_control(character), "no control character gets out");
    }
  }
}

void check_csv(const Sample& sample, const std::string& bytes, TextMode mode) {
  check_bytes(bytes, mode);
  CsvScanner scanner = CsvScanner::over(bytes);
  require(scanner.next() && scanner.problem().empty(), "a CSV has a header");
  require(scanner.size() == sample.schema.size(), "a CSV is rectangular");
  require(scanner[0] == expected_text(sample.schema.columns[0].name, mode), "names are encoded");
  for (const std::vector<Cell>& row : sample.rows) {
    require(scanner.next() && scanner.problem().empty(), "a CSV has all rows", scanner.problem());
    require(scanner.size() == row.size(), "a CSV is rectangular");
    require(!scanner.is_blank(), "no line is blank, which readers skip");
    for (std::size_t i = 0; i < row.size(); ++i) {
      check_csv_cell(scanner[i], row[i], mode);
    }
  }
  require(!scanner.next(), "a CSV has no further rows");
}

void check_json_value(const json& value, const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::kMissing:
      require(value.is_null(), "a missing value is null");
      return;
    case Cell::Kind::kU64:
      require(value.is_number_integer() && value.get<std::uint64_t>() == cell.u64,
              "whole numbers are exact");
      return;
    case Cell::Kind::kI64:
      require(value.is_number_integer() && value.get<std::int64_t>() == cell.i64,
              "whole numbers are exact");
      return;
    case Cell::Kind::kF64:
      require(value.is_number() && value.get<double>() == cell.f64, "numbers are exact");
      return;
    case Cell::Kind::kMillionths:
      require(value.is_number() && value.get<double>() == millionths_of(cell.i64),
              "millionths are exact");
      return;
    case Cell::Kind::kBillionths:
      require(value.is_number() && value.get<double>() == billionths_of(cell.i64),
              "billionths are exact");
      return;
    case Cell::Kind::kTextList:
      require(value.is_array() && value.size() == cell.texts.size(), "a list keeps its length");
      for (std::size_t i = 0; i < value.size(); ++i) {
        require(value[i].get<std::string>() == expected_json_text(cell.texts[i]),
                "text is what it was");
      }
      return;
    case Cell::Kind::kText:
      require(value.is_string() && value.get<std::string>() == expected_json_text(cell.text),
              "text is what it was");
      return;
    case Cell::Kind::kList:
    case Cell::Kind::kRealList:
      check_list(value.dump(), cell);
      return;
  }
}

void check_json_lines(const Sample& sample, std::string_view bytes) {
  check_bytes(bytes, TextMode::kSafe);
  for (const std::vector<Cell>& row : sample.rows) {
    const std::size_t end = bytes.find('\n');
    require(end != std::string_view::npos, "a row is a line");
    const json object = json::parse(bytes.substr(0, end));
    bytes.remove_prefix(end + 1);
    require(object.is_object() && object.size() == row.size(), "a row has all columns");
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto value = object.find(expected_json_text(sample.schema.columns[i].name));
      require(value != object.end(), "keys are the columns' names");
      check_json_value(*value, row[i]);
    }
  }
  require(bytes.empty(), "there are no further rows");
}

// NFStream's own CSV: a backslash before an inner quote, Python's numbers. A line per row is all
// that every reader agrees on, and text may hold line ends; so the bytes are held against the rule.
void check_nfstream(const Sample& sample, const std::string& bytes) {
  require(fuzz::is_utf8(bytes), "output is UTF-8");
  for (const std::vector<Cell>& row : sample.rows) {
    for (const Cell& cell : row) {
      if (cell.kind != Cell::Kind::kText) {
        continue;
      }
      std::string expected = "\"";
      for (const std::string& character : characters(cell.text)) {
        expected += (character == "\"" ? "\\" : "") + character;
      }
      require(bytes.find(expected + "\"") != std::string::npos, "text is as NFStream writes it");
    }
  }
}

// An archive holds no lists, and one without numbers is nothing to train on: it is not read back.
bool fits_archive(const Schema& schema) {
  const auto count = [&](auto is_it) {
    return std::count_if(schema.columns.begin(), schema.columns.end(), is_it);
  };
  return count([](const ColumnInfo& column) {
           return column.type == ColumnType::kList || column.type == ColumnType::kRealList ||
                  column.type == ColumnType::kTextList;
         }) == 0 &&
         count([](const ColumnInfo& column) { return column.type != ColumnType::kText; }) != 0;
}

void check_npz(const Sample& sample, const test::TempFolder& folder) {
  const std::string path = folder.path("out.npz");
  {
    NpzWriter writer(path, {"no label", "{}"});
    writer.begin(sample.schema);
    for (const std::vector<Cell>& row : sample.rows) {
      writer.row(row);
    }
    writer.end();
  }
  const NpzFile file = read_npz(test::slurp(path), "out.npz");
  require(file.recipe == "{}", "the recipe is what it was");
  require(file.table.row_count() == sample.rows.size(), "an archive has all rows");
  for (std::size_t c = 0; c < sample.schema.size(); ++c) {
    const ColumnInfo& column = sample.schema.columns[c];
    if (column.is_identity) {
      continue;
    }
    // X has the numbers in their order; text stands before them.
    const auto found = file.table.schema().find(expected_json_text(column.name));
    require(found.has_value(), "an archive has all columns");
    for (std::size_t r = 0; r < sample.rows.size(); ++r) {
      const double before = sample.rows[r][c].number();
      const double after = file.table.number(r, *found);
      require(before == after || (std::isnan(before) && std::isnan(after)),
              "an archive keeps its numbers");
    }
  }
}

template <typename Write>
std::string written(const Sample& sample, const test::TempFolder& folder, Write make_writer) {
  {
    OutputFile file(folder.path("out"));
    auto writer = make_writer(file);
    writer.begin(sample.schema);
    const std::unique_ptr<RowFormat> format = writer.row_format();
    CharBuffer lines;
    for (std::size_t i = 0; i < sample.rows.size(); ++i) {
      if (i % 3 == 0) {
        writer.row(sample.rows[i]);
        continue;
      }
      format->append(sample.rows[i], lines);
      if (i % 3 == 2 || i + 1 == sample.rows.size()) {
        writer.lines(lines.view());
        lines.clear();
      }
    }
    writer.end();
    file.commit();
  }
  return test::slurp(folder.path("out"));
}

}  // namespace
}  // namespace netml

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace netml;
  static const test::TempFolder folder;
  fuzz::Input input(data, size);
  const Sample sample = sample_of(input);
  for (const TextMode mode : {TextMode::kSafe, TextMode::kRaw}) {
    check_csv(
        sample,
        written(sample, folder,
                [&](OutputFile& file) { return CsvWriter(file, CsvDialect::kRfc4180, mode); }),
        mode);
  }
  check_json_lines(sample,
                   written(sample, folder, [](OutputFile& file) { return JsonLinesWriter(file); }));
  check_nfstream(sample, written(sample, folder, [](OutputFile& file) {
                   return CsvWriter(file, CsvDialect::kNfstream, TextMode::kRaw);
                 }));
  if (fits_archive(sample.schema)) {
    check_npz(sample, folder);
  }
  for (fuzz::Input numbers(data, size); !numbers.is_empty();) {
    fuzz::check_numbers(numbers.u64());
  }
  return 0;
}
