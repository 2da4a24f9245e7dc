// docs/columns.md is written by the program itself.
#include <set>
#include <string>

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

TEST(Columns, OfASetAndAColumnOfItInAnyOrder) {
  const std::string set = netml({"columns", "biflow"}).out;
  for (const auto& names : {std::vector<std::string>{"columns", "biflow", "log_duration"},
                            {"columns", "log_duration", "biflow"},
                            {"columns", "biflow", "biflow"}}) {
    const RunResult result = netml(names);
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out, set);
  }
}

TEST(Columns, OfTheOtherTablesAndNames) {
  for (const char* name :
       {"label", "label_name", "verdict", "explanation", "row", "header_0", "header_17", "iat_0",
        "samp_size_1234", "Destination Port", "Dst Port", "Tot Fwd Pkts", "Bwd Act Data Pkts",
        "cicflowmeter:2017", "cicflowmeter:extended", "verdicts", "time_normed", "iat_ns"}) {
    const RunResult result = netml({"columns", name, "--format", "csv"});
    EXPECT_EQ(result.status, 0) << name << result.err;
    EXPECT_GE(csv_rows(result.out).size(), 2U) << name;
  }
  EXPECT_EQ(netml({"columns", "header_x"}).status, 2);
  EXPECT_EQ(netml({"columns", "verdicts_3"}).status, 2);
}

// What a table's header says is what the columns page says.
TEST(Columns, EveryColumnOfATableIsDescribed) {
  const TempFolder folder;
  const std::string capture = demo("unclassified.pcap"), model = folder.path("m.netml"),
                    scores = folder.path("s.csv"), table = folder.path("f.csv");
  ASSERT_EQ(netml({"learn", demo("demo.pcap"), "--label", demo("demo.csv"), "-o", model, "-f",
                   table, "--test-scores", scores, "-q"})
                .status,
            0);
  std::vector<std::string> tables = {
      slurp(table), slurp(scores), netml({"packets", capture}).out,
      netml({"classify", "-m", model, capture, "--format", "csv"}).out,
      netml({"classify", "-m", model, "--table", table, "--format", "csv"}).out};
  for (const char* sets :
       {"flow,statistics,splt,biflow,stats", "netflowmeter-all", "cicflowmeter",
        "cicflowmeter:2017", "cicflowmeter:2018", "cicflowmeter:extended", "dhcp,mdns,ja4,wavelet",
        "context,early,udps.splt", "iat,size,iat_size,stats,samp_num,samp_size"}) {
    tables.push_back(netml({"extract", "--pcap-normal", capture, "--features", sets, "--header",
                            "--dim", "10", "--sampling-rate", "1", "--limit", "1"})
                         .out);
  }
  std::set<std::string> described;
  for (const auto& row : csv_rows(netml({"columns", "--format", "csv"}).out)) {
    described.insert(row[1]);
  }
  for (const std::string& text : tables) {
    for (const std::string& name : split(lines_of(text).front(), ',')) {
      // Of numbered ones there are as many as --dim asks for.
      const std::string first = name.substr(0, name.rfind('_')) + "_0";
      EXPECT_TRUE(described.count(name) == 1 || described.count(first) == 1) << name;
    }
  }
}

}  // namespace
}  // namespace netml
