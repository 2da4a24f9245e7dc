#include "netml/table/csv_writer.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "support/writer_output.hpp"

namespace netml {
namespace {

using test::schema_of;
using Rows = std::vector<std::vector<Cell>>;

std::string csv(const Schema& schema, const Rows& rows, CsvDialect dialect = CsvDialect::kRfc4180,
                TextMode mode = TextMode::kSafe) {
  return test::written(schema, rows,
                       [&](OutputFile& file) { return CsvWriter(file, dialect, mode); });
}

std::string cell(const Cell& value, CsvDialect dialect = CsvDialect::kRfc4180,
                 TextMode mode = TextMode::kSafe) {
  const std::string text = csv(schema_of({{"a", ColumnType::kText}, {"b", ColumnType::kU64}}),
                               {{value, Cell::of(std::uint64_t{1})}}, dialect, mode);
  return text.substr(4, text.size() - 4 - 3);
}

Cell text(std::string_view value) {
  return Cell::of(value);
}

TEST(CsvWriter, AnOutputWithoutRowsHasItsHeader) {
  EXPECT_EQ(csv(schema_of({{"a", ColumnType::kU64}, {"b c", ColumnType::kText}}), {}), "a,b c\n");
}

TEST(CsvWriter, NumbersReadBackExactly) {
  EXPECT_EQ(cell(Cell::of(std::uint64_t{UINT64_MAX})), "18446744073709551615");
  EXPECT_EQ(cell(Cell::of(std::int64_t{INT64_MIN})), "-9223372036854775808");
  EXPECT_EQ(cell(Cell::of(0.1)), "0.1");
  EXPECT_EQ(cell(Cell::of(5e-324)), "5e-324");
  EXPECT_EQ(cell(Cell::of(-0.5)), "-0.5") << "numbers never get an apostrophe";
}

TEST(CsvWriter, MissingAndNonFiniteValuesAreEmptyCells) {
  EXPECT_EQ(cell(Cell::missing()), "");
  EXPECT_EQ(cell(Cell::of(std::numeric_limits<double>::quiet_NaN())), "");
  EXPECT_EQ(cell(Cell::of(std::numeric_limits<double>::infinity())), "");
}

TEST(CsvWriter, ARowOfOneEmptyCellIsNotAnEmptyLine) {
  // pandas and others skip empty lines.
  EXPECT_EQ(csv(schema_of({{"label", ColumnType::kU64}}),
                {{Cell::of(std::uint64_t{1})}, {Cell::missing()}, {Cell::of(std::uint64_t{0})}}),
            "label\n1\n\"\"\n0\n");
}

TEST(CsvWriter, QuotesAsRfc4180Says) {
  EXPECT_EQ(cell(text("a,b")), "\"a,b\"");
  EXPECT_EQ(cell(text("say \"hi\"")), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(cell(text(" a ")), " a ");
  EXPECT_EQ(cell(text("two\nlines\r"), CsvDialect::kRfc4180, TextMode::kRaw), "\"two\nlines\r\"");
}

TEST(CsvWriter, TextCannotRunAsAFormulaOrDriveATerminal) {
  for (const char* formula : {"=1+1", "+1", "-1", "@x"}) {
    EXPECT_EQ(cell(text(formula)), std::string("'") + formula);
  }
  EXPECT_EQ(cell(text("\t=1")), "'\\x09=1");
  EXPECT_EQ(cell(text("\r=1")), "'\\x0d=1");
  EXPECT_EQ(cell(text("=a,\"b\"")), "\"'=a,\"\"b\"\"\"");
  EXPECT_EQ(cell(text("a\x1b[31m\x7f")), "a\\x1b[31m\\x7f");
  EXPECT_EQ(cell(text("=1"), CsvDialect::kRfc4180, TextMode::kRaw), "=1");
  EXPECT_EQ(cell(text("a\xff"), CsvDialect::kRfc4180, TextMode::kRaw), "a\xef\xbf\xbd")
      << "UTF-8 always";
}

TEST(CsvWriter, ListsOfTextAreJoined) {
  const auto joined = [](const std::vector<std::string>& texts) {
    return cell(Cell::of(std::span<const std::string>(texts)));
  };
  EXPECT_EQ(joined({"10.0.0.1", "::1"}), "10.0.0.1;::1");
  EXPECT_EQ(joined({"a;b", "c\\d"}), "a\\;b;c\\\\d");
  EXPECT_EQ(joined({"=1", "a,b"}), "\"'=1;a,b\"");
  EXPECT_EQ(joined({"\x1b[0m"}), "\\x1b[0m");
}

TEST(CsvWriter, BillionthsAreExactDecimals) {
  EXPECT_EQ(cell(Cell::billionths(1'600'000'000'721'456'000)), "1600000000.721456");
  EXPECT_EQ(cell(Cell::billionths(1'600'000'000'000'000'001)), "1600000000.000000001");
  EXPECT_EQ(cell(Cell::billionths(-1'500'000'000)), "-1.5");
  EXPECT_EQ(cell(Cell::billionths(20'000'000'000)), "20");
  EXPECT_EQ(cell(Cell::billionths(0)), "0");
  EXPECT_EQ(cell(Cell::billionths(INT64_MIN)), "-9223372036.854775808");
}

TEST(CsvWriter, ListsAreOneQuotedCell) {
  const std::int64_t whole[] = {1, -1, 0};
  const double real[] = {0, 1.5, -1};
  EXPECT_EQ(cell(Cell::of(std::span<const std::int64_t>(whole))), "\"[1, -1, 0]\"");
  EXPECT_EQ(cell(Cell::of(std::span<const double>(real))), "\"[0, 1.5, -1]\"");
  EXPECT_EQ(cell(Cell::of(std::span<const std::int64_t>())), "\"[]\"");
}

TEST(CsvWriter, NfstreamsDialectQuotesAllTextAndWritesPythonsNumbers) {
  const auto nfstream = [](const Cell& value) {
    return cell(value, CsvDialect::kNfstream, TextMode::kRaw);
  };
  EXPECT_EQ(nfstream(text("10.0.0.1")), "\"10.0.0.1\"");
  EXPECT_EQ(nfstream(text("")), "\"\"");
  EXPECT_EQ(nfstream(text("a\"b,c")), "\"a\\\"b,c\"");
  EXPECT_EQ(nfstream(text("a\xff"
                          "b")),
            "\"ab\"")
      << "bytes that are not UTF-8 are left out";
  EXPECT_EQ(nfstream(text("=1")), "\"=1\"");
  EXPECT_EQ(nfstream(Cell::of(94.0)), "94.0");
  EXPECT_EQ(nfstream(Cell::of(1e-5)), "1e-05");
  EXPECT_EQ(nfstream(Cell::of(std::int64_t{94})), "94");
}

TEST(CsvWriter, PlainTextIsWrittenAsItIs) {
  std::string value;
  for (std::size_t i = 0; i < 80; ++i) {  // shorter and longer than the room for a number
    value += static_cast<char>('a' + i % 26);
    EXPECT_EQ(cell(Cell::plain(value)), value);
    EXPECT_EQ(cell(Cell::plain(value), CsvDialect::kNfstream), '"' + value + '"');
  }
}

TEST(CsvWriter, RowsFormattedApartAreTheSameText) {
  const Schema schema = schema_of({{"a", ColumnType::kText}, {"b", ColumnType::kRealList}});
  const std::string long_text(100'000, ',');
  const std::vector<double> reals(5000, 1.0 / 3);
  const Rows rows = {{text("x"), Cell::of(std::span<const double>(reals))},
                     {Cell::missing(), Cell::of(0.1)},
                     {text(long_text), Cell::of(std::int64_t{-7})},
                     {text("=1"), Cell::missing()}};
  for (const CsvDialect dialect : {CsvDialect::kRfc4180, CsvDialect::kNfstream}) {
    EXPECT_EQ(test::written_as_lines(
                  schema, rows,
                  [&](OutputFile& file) { return CsvWriter(file, dialect, TextMode::kSafe); }),
              csv(schema, rows, dialect));
  }
}

TEST(CsvWriter, RowsCanBeReadAlongAfterFlush) {
  const test::TempFolder folder;
  OutputFile file("/dev/null");
  CsvWriter writer(file, CsvDialect::kRfc4180, TextMode::kSafe);
  writer.begin(schema_of({{"a", ColumnType::kU64}}));
  const Cell row[] = {Cell::of(std::uint64_t{1})};
  writer.row(row);
  EXPECT_NO_THROW(writer.flush());
  EXPECT_NO_THROW(writer.end());
}

}  // namespace
}  // namespace netml
