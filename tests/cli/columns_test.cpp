// docs/columns.md is written by the program itself.
#include <set>

#include <gtest/gtest.h>

#include "program.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using namespace test;

TEST(Columns, TheirPageIsTheProgramsOwn) {
  const RunResult result = netml({"columns", "--format", "markdown"});
  ASSERT_EQ(result.status, 0);
  EXPECT_TRUE(slurp(std::string(NETML_SOURCE_DIR) + "/docs/columns.md") == result.out)
      << "docs/columns.md is not what the program says; renew it with\n"
         "  netml columns --format markdown > docs/columns.md";
}

TEST(Columns, CsvHasSevenCellsInEachRow) {
  const auto rows = csv_rows(netml({"columns", "--format", "csv"}).out);
  ASSERT_GT(rows.size(), 100U);
  for (const auto& row : rows) {
    ASSERT_EQ(row.size(), 7U) << row[1];
    EXPECT_FALSE(row[0].empty());
    EXPECT_FALSE(row[5].empty()) << row[1] << " has no definition";
    EXPECT_FALSE(row[6].empty()) << row[1] << " has no source";
  }
}

TEST(Columns, OfOneSetOrOneName) {
  EXPECT_EQ(netml({"columns", "src2dst_bytes"}).status, 0);
  EXPECT_NE(netml({"columns", "biflow"}).out.find("biflow"), std::string::npos);
  const RunResult unknown = netml({"columns", "src2dst_byte"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_NE(unknown.err.find("did you mean 'src2dst_bytes'?"), std::string::npos);
}

// What a table's header says is what the columns page says.
TEST(Columns, EveryColumnOfATableIsDescribed) {
  const RunResult table = netml({"extract", demo("unclassified.pcap"), "--features",
                                 "flow,statistics,splt,biflow,stats", "--limit", "1"});
  ASSERT_EQ(table.status, 0);
  std::set<std::string> described;
  for (const auto& row : csv_rows(netml({"columns", "--format", "csv"}).out)) {
    described.insert(row[1]);
  }
  for (const std::string& name : split(lines_of(table.out).front(), ',')) {
    EXPECT_EQ(described.count(name), 1U) << name;
  }
}

}  // namespace
}  // namespace netml
