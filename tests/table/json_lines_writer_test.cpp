#include "netml/table/json_lines_writer.hpp"

#include <limits>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/writer_output.hpp"

namespace netml {
namespace {

std::string json_lines(const std::vector<std::pair<std::string, Cell>>& row) {
  Schema schema;
  std::vector<Cell> cells;
  for (const auto& [name, value] : row) {
    schema.columns.push_back({name, ColumnType::kText, "", "", "", false});
    cells.push_back(value);
  }
  return test::written(schema, {cells}, [](OutputFile& file) { return JsonLinesWriter(file); });
}

TEST(JsonLinesWriter, OneObjectPerLineInColumnOrder) {
  const std::int64_t whole[] = {1, -1};
  const double real[] = {0.5};
  EXPECT_EQ(json_lines({{"b", Cell::of(std::uint64_t{UINT64_MAX})},
                        {"a", Cell::of(std::int64_t{-3})},
                        {"x", Cell::of(0.1)},
                        {"t", Cell::of(std::string_view("text"))},
                        {"l", Cell::of(std::span<const std::int64_t>(whole))},
                        {"r", Cell::of(std::span<const double>(real))},
                        {"e", Cell::of(std::span<const double>())}}),
            "{\"b\":18446744073709551615,\"a\":-3,\"x\":0.1,\"t\":\"text\",\"l\":[1,-1],"
            "\"r\":[0.5],\"e\":[]}\n");
}

TEST(JsonLinesWriter, MissingAndNonFiniteValuesAreNull) {
  EXPECT_EQ(json_lines({{"a", Cell::missing()},
                        {"b", Cell::of(-std::numeric_limits<double>::infinity())}}),
            "{\"a\":null,\"b\":null}\n");
}

TEST(JsonLinesWriter, AnyTextIsValidJsonOnOneLine) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes += static_cast<char>(i);
  }
  bytes += "\xc3\xa9\xe2\x80\xa8 \"\\";
  const std::string line = json_lines({{"key \"\n", Cell::of(std::string_view(bytes))}});
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  for (const char c : line.substr(0, line.size() - 1)) {
    EXPECT_FALSE(static_cast<unsigned char>(c) < 0x20 || c == 0x7f);
  }
  const auto value = nlohmann::json::parse(line);
  const auto read = value.at("key \"\n").get<std::string>();
  EXPECT_EQ(read.substr(0, 128), bytes.substr(0, 128));
  EXPECT_EQ(read.substr(read.size() - 8), bytes.substr(bytes.size() - 8));
}

TEST(JsonLinesWriter, ListsOfText) {
  const std::vector<std::string> texts = {"a;\"b", "\x1b"};
  EXPECT_EQ(json_lines({{"t", Cell::of(std::span<const std::string>(texts))},
                        {"e", Cell::of(std::span<const std::string>())},
                        {"s", Cell::billionths(1'000'000'001)}}),
            "{\"t\":[\"a;\\\"b\",\"\\u001b\"],\"e\":[],\"s\":1.000000001}\n");
}

TEST(JsonLinesWriter, RowsFormattedApartAreTheSameText) {
  const Schema schema =
      test::schema_of({{"a", ColumnType::kText}, {"b", ColumnType::kU64}, {"c", ColumnType::kF64}});
  const std::vector<std::vector<Cell>> rows = {
      {Cell::of(std::string_view("x\"y")), Cell::of(std::uint64_t{12}), Cell::of(0.1)},
      {Cell::plain("::1"), Cell::missing(), Cell::millionths(-1500)}};
  const auto make = [](OutputFile& file) { return JsonLinesWriter(file); };
  const std::string text = test::written_as_lines(schema, rows, make);
  EXPECT_EQ(text,
            "{\"a\":\"x\\\"y\",\"b\":12,\"c\":0.1}\n{\"a\":\"::1\",\"b\":null,\"c\":-0.0015}\n");
  EXPECT_EQ(text, test::written(schema, rows, make));
}

TEST(JsonLinesWriter, WithoutRowsTheOutputIsEmpty) {
  EXPECT_EQ(test::written(test::schema_of({{"a", ColumnType::kU64}}), {},
                          [](OutputFile& file) { return JsonLinesWriter(file); }),
            "");
}

}  // namespace
}  // namespace netml
