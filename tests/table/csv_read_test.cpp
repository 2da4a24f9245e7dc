#include "netml/table/csv_read.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "netml/core/error.hpp"
#include "netml/table/csv_scanner.hpp"
#include "netml/table/identity.hpp"

namespace netml {
namespace {

Table read(std::string_view text) {
  std::vector<std::string> warnings;
  return read_csv(text, "t.csv", warnings);
}

std::string refusal(std::string_view text) {
  try {
    read(text);
  } catch (const DataError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(CsvRead, ColumnTypesComeFromTheCells) {
  const Table table = read(
      "u,i,f,t,e\n"
      "18446744073709551615,-9223372036854775808,1.5,a,\n"
      "0,7,1e3,2,\n");
  const auto& columns = table.schema().columns;
  EXPECT_EQ(columns[0].type, ColumnType::kU64);
  EXPECT_EQ(columns[1].type, ColumnType::kI64);
  EXPECT_EQ(columns[2].type, ColumnType::kF64);
  EXPECT_EQ(columns[3].type, ColumnType::kText);
  EXPECT_EQ(columns[4].type, ColumnType::kF64);
  EXPECT_EQ(table.cell(0, 0).u64, UINT64_MAX);
  EXPECT_EQ(table.cell(0, 1).i64, INT64_MIN);
  EXPECT_EQ(table.number(1, 2), 1000.0);
  EXPECT_EQ(table.cell(1, 3).text, "2");
  EXPECT_TRUE(std::isnan(table.number(0, 4)));
}

TEST(CsvRead, ARowOfCommasTakesNoMemory) {
  std::vector<std::string> warnings;
  EXPECT_THROW(read_csv("a,b\n" + std::string(100'000, ',') + "\n", "t", warnings), DataError);
}

TEST(CsvRead, ATableThatDoesNotFitTheLimitIsRefused) {
  std::vector<std::string> warnings;
  const std::string text = "a,b\n" + std::string(1000, ' ') + "1,2\n3,4\n";
  EXPECT_EQ(read_csv(text, "t", warnings, {}, 10'000).row_count(), 2u);
  EXPECT_THROW(read_csv(text, "t", warnings, {}, 1000), LimitError);
}

TEST(CsvRead, TheLimitCountsWhatTextTakes) {
  std::vector<std::string> warnings;
  std::string text = "a\n", numbers = "a\n";
  for (int i = 0; i < 1000; ++i) {
    text += "sixteen letters.\n";
    numbers += "1234567890.12345\n";
  }
  EXPECT_THROW(read_csv(text, "t", warnings, {}, 50'000), LimitError);
  EXPECT_EQ(read_csv(text, "t", warnings, {}, 100'000).row_count(), 1000u);
  EXPECT_EQ(read_csv(numbers, "t", warnings, {}, 50'000).row_count(), 1000u);
}

TEST(CsvRead, AWordAmongNumbersIsSaid) {
  std::vector<std::string> warnings;
  read_csv("a,b,name\n1,1,x\n2,?,y\n", "t.csv", warnings);
  EXPECT_EQ(warnings,
            (std::vector<std::string>{
                "t.csv: column 'b' is not numeric: '?' in line 3; no model will see it"}));
}

TEST(CsvRead, ProtocolIsIdentityOnlyBehindAddresses) {
  const auto is_identity = [](const Table& table, const char* name) {
    return table.schema().columns[*table.schema().find(name)].is_identity;
  };
  EXPECT_TRUE(is_identity(
      read("src_ip,src_port,dst_ip,dst_port,protocol,start_ns,a\n1.1.1.1,1,1.1.1.2,2,6,5,1\n"),
      "protocol"));
  EXPECT_FALSE(is_identity(read("protocol,a\n6,1\n"), "protocol"));
}

TEST(CsvRead, QuotesByteOrderMarkAndCrLf) {
  const Table quoted = read("\xef\xbb\xbf\"a,1\", b \r\n\"x \"\"y\"\"\n\",\"2\"\r\n\r\n");
  EXPECT_EQ(quoted.schema().names(), (std::vector<std::string>{"a,1", "b"}));
  EXPECT_EQ(quoted.row_count(), 1u);
  EXPECT_EQ(quoted.cell(0, 0).text, "x \"y\"\n");
  EXPECT_EQ(quoted.number(0, 1), 2);
}

TEST(CsvRead, MissingValuesAndThoseThatAreNotFinite) {
  const Table table = read("a,b\n1,\n,2\nNaN,Infinity\n +3 , -4 \n");
  EXPECT_EQ(table.row_count(), 4u);
  EXPECT_EQ(table.schema().columns[0].type, ColumnType::kU64);
  EXPECT_EQ(table.cell(1, 0).kind, Cell::Kind::kMissing);
  EXPECT_EQ(table.cell(2, 1).kind, Cell::Kind::kMissing);
  EXPECT_EQ(table.number(3, 0), 3);
  EXPECT_EQ(table.number(3, 1), -4);
}

TEST(CsvRead, BadRowsNameTheirLine) {
  EXPECT_EQ(refusal("a,b\n1,2\n\n3\n"), "t.csv: line 4: 1 cells where the header has 2");
  EXPECT_EQ(refusal("a,b\n\"1\n\",2\n3,\"x\"y\n"), "t.csv: line 4: text follows a closing quote");
  EXPECT_EQ(refusal("a\n\"1\n"), "t.csv: line 2: a quote is never closed");
  EXPECT_EQ(refusal("a\n1e999\n"), "t.csv: line 2: column 'a': 1e999 is out of range");
  EXPECT_EQ(refusal(""), "t.csv: holds no header row");
  EXPECT_NE(refusal(std::string_view("a\0b\n1\n", 6)), "accepted");
}

TEST(CsvRead, ASecondColumnOfTheSameNameIsLeftOut) {
  std::vector<std::string> warnings;
  const Table table = read_csv("a,b,a\n1,2,3\n", "t.csv", warnings);
  EXPECT_EQ(table.schema().names(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(warnings.size(), 1u);
}

TEST(CsvRead, OfColumnsWithoutANameTheFirstIsKept) {
  std::vector<std::string> warnings;
  const Table table = read_csv("a,, ,\n1,x,y,z\n", "t.csv", warnings);
  EXPECT_EQ(table.schema().names(), (std::vector<std::string>{"a", ""}));
  EXPECT_EQ(table.cell(0, 1).text, "x");
  EXPECT_EQ(warnings,
            (std::vector<std::string>{"t.csv: 3 columns have no name; the first of them is used"}));
}

// Who a flow is stays as it is written; what it does are numbers.
TEST(CsvRead, IdentityIsNotChangedByReading) {
  for (const char* id : {"00012", "12e5", "340282366920938463463374607431768211456", "-0", "+5",
                         "1.50", "1e999", "9007199254740993.0"}) {
    const std::string text = std::string("id,x\n") + id + ",007\n7,8\n";
    const Table table = read(text);
    EXPECT_EQ(table.schema().columns[0].type, ColumnType::kText) << id;
    EXPECT_EQ(table.cell(0, 0).text, id);
    EXPECT_EQ(table.schema().columns[1].type, ColumnType::kU64);
  }
  const Table numbers = read("id,src_port,start_ns,vlan_id,label\n5,0,-7,0.5,1.0\n 6 ,,8,nan,0\n");
  const auto& columns = numbers.schema().columns;
  EXPECT_EQ(columns[0].type, ColumnType::kU64);
  EXPECT_EQ(columns[1].type, ColumnType::kU64);
  EXPECT_EQ(columns[2].type, ColumnType::kI64);
  EXPECT_EQ(columns[3].type, ColumnType::kF64);
  EXPECT_EQ(columns[4].type, ColumnType::kF64);
}

TEST(CsvRead, AnEmptyLineInATableOfOneColumnIsAMissingValue) {
  const Table table = read("a\n1\n\n2\n");
  EXPECT_EQ(table.row_count(), 3u);
  EXPECT_EQ(table.cell(1, 0).kind, Cell::Kind::kMissing);
}

TEST(CsvScanner, BlockBordersDoNotShow) {
  const std::string text =
      "\xef\xbb\xbf"
      "a,\"b\r\n\"\"c\"\r\nd,e\n";
  std::size_t position = 0;
  CsvScanner scanner([&](std::span<char> block) {
    if (position == text.size()) {
      return std::size_t{0};
    }
    block[0] = text[position++];
    return std::size_t{1};
  });
  ASSERT_TRUE(scanner.next());
  EXPECT_EQ(scanner[0], "a");
  EXPECT_EQ(scanner[1], "b\r\n\"c");
  ASSERT_TRUE(scanner.next());
  EXPECT_EQ(scanner.line(), 3u);
  EXPECT_EQ(scanner[1], "e");
  EXPECT_FALSE(scanner.next());
}

TEST(CsvScanner, AnOpenQuoteDoesNotTakeTheRestOfALargeFile) {
  std::string text = "a,b\n\"x";
  text += std::string(17 << 20, 'y') + "\n1,2\n";
  CsvScanner scanner = CsvScanner::over(text);
  ASSERT_TRUE(scanner.next());
  ASSERT_TRUE(scanner.next());
  EXPECT_NE(scanner.problem(), "");
  ASSERT_TRUE(scanner.next());
  EXPECT_EQ(scanner[1], "2");
}

// The flows of a database, written as CSV, have no description beside them.
TEST(CsvRead, TheNumberOfARunIsIdentityWhereATableBeginsWithIt) {
  const auto identity = [](std::string_view header) {
    std::vector<std::string> names;
    const Table table = read(std::string(header) + "\n");
    for (const ColumnInfo& column : table.schema().columns) {
      if (column.is_identity) {
        names.push_back(column.name);
      }
    }
    return names;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(identity("run,id,protocol,packets"), (Names{"run", "id"}));
  EXPECT_EQ(identity("run,src_ip,src_port,dst_ip,dst_port,protocol,start_ns,fwd_packets"),
            (Names{"run", "src_ip", "src_port", "dst_ip", "dst_port", "protocol", "start_ns"}));
  EXPECT_EQ(identity("a,run"), Names{});
  EXPECT_EQ(identity("run,speed,heart"), Names{});
}

TEST(CsvRead, OtherSeparatorsAreHintedAt) {
  const std::string hint = "; the header is one name with ";
  EXPECT_EQ(refusal("a;b\n1,5;2\n"), "t.csv: line 2: 2 cells where the header has 1" + hint +
                                         "';' in it: columns are separated by commas");
  EXPECT_EQ(separator_hint({"a\tb"}), hint + "tabs in it: columns are separated by commas");
  EXPECT_EQ(separator_hint({"a;b", "c"}), "");
  EXPECT_EQ(separator_hint({"a"}), "");
}

TEST(Identity, ColumnsThatNoModelSees) {
  for (const char* name :
       {"src_ip", " Source IP", "Dst Port", "start_ns", "bidirectional_first_seen_ms", "label",
        "end_reason", "id", "vlan_id", ""}) {
    EXPECT_TRUE(is_identity_name(name)) << name;
  }
  for (const char* name : {"protocol", "fwd_log_bytes", "iat_0", "Flow Duration", "ip_version"}) {
    EXPECT_FALSE(is_identity_name(name)) << name;
  }
}

}  // namespace
}  // namespace netml
