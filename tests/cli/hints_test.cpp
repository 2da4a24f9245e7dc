// What is likely meant, where something else was typed; and options that would change nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "program.hpp"
#include "support/capture_text.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;

struct Hint {
  std::vector<std::string> arguments;
  std::string message;
};

void expect_status(int status, const std::vector<Hint>& hints) {
  for (const Hint& hint : hints) {
    const RunResult result = netml(hint.arguments);
    EXPECT_EQ(result.status, status) << hint.message;
    EXPECT_THAT(result.err, HasSubstr(hint.message));
  }
}

TEST(Hints, SuffixesOfOtherProgramsAreRefusedWithWhatIsWritten) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(20));
  const std::string model = folder.path("m.netml");
  ASSERT_EQ(netml({"learn", capture, "-o", model, "-q"}).status, 0);
  const std::string tables = "not among what is written here (csv, jsonl, npy, npz, sqlite)";
  const std::string verdicts = "not among what is written here (text, csv, jsonl)";
  const std::string packets = "not among what is written here (csv, jsonl)";
  std::vector<Hint> hints;
  for (const char* name : {"x.xlsx", "x.feather", "x.csv.gz", "x.parquet", "X.XLSX"}) {
    hints.push_back({{"extract", capture, "-o", folder.path(name)}, tables});
  }
  hints.push_back({{"learn", capture, "-o", model, "-f", folder.path("x.parquet")}, tables});
  hints.push_back(
      {{"extract", capture, "-o", folder.path("x.json")}, tables + "; JSON Lines end in .jsonl\n"});
  for (const char* name : {"v.npz", "v.db", "v.html", "v.parquet"}) {
    hints.push_back({{"classify", "-m", model, capture, "-o", folder.path(name)}, verdicts});
    hints.push_back({{"packets", capture, "-o", folder.path(name)}, packets});
  }
  expect_status(2, hints);
  EXPECT_EQ(folder_names(folder.path("")), (std::vector<std::string>{"flows.pcap", "m.netml"}));
  EXPECT_EQ(netml({"extract", capture, "-o", folder.path("x.json"), "--format", "jsonl"}).status,
            0);
  EXPECT_EQ(netml({"classify", "-m", model, capture, "-o", folder.path("v.txt")}).status, 0);
}

TEST(Hints, ContextThatForgetsForWantOfRoomSaysSo) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(40));
  const std::string model = folder.path("m.netml"), warning = "flows were forgotten by `context`";
  const RunResult learnt =
      netml({"learn", capture, "-o", model, "--features", "context", "--context-limit", "5"});
  EXPECT_EQ(learnt.status, 0);
  EXPECT_THAT(learnt.err, HasSubstr(warning));
  EXPECT_THAT(netml({"extract", capture, "--features", "context", "--context-limit", "5"}).err,
              HasSubstr(warning));
  EXPECT_THAT(netml({"extract", capture, "--features", "context"}).err, Not(HasSubstr(warning)));
}

TEST(Hints, StandardInputIsCalledThat) {
  const TempFolder folder;
  const RunResult result =
      netml({"learn", "-", "-o", folder.path("m.netml"), "--false-alarm-rate", "0.00001"},
            udp_capture(100));
  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err, HasSubstr("netml: standard input: a false-alarm rate of 1e-05 takes"));
}

TEST(Hints, WhatIsProbablyMeant) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(20));
  const std::string model = folder.path("m.netml");
  ASSERT_EQ(netml({"learn", capture, "-o", model, "-q"}).status, 0);
  const std::string page = folder.path("c4.json");
  const std::string twin = page + ": --report writes a page, and its numbers as JSON beside it";
  expect_status(2,
                {{{"help"}, "unknown command 'help'; netml --help prints it"},
                 {{"version"}, "unknown command 'version'; netml --version prints it"},
                 {{"extract", capture, "--label", "x", "--label-format", "cicids"},
                  "did you mean 'cicids2017'?"},
                 {{"extract", capture, "--rotate", "5"}, "which is standard output; give -o FILE"},
                 {{"classify", "-m", model, capture, "--by-source", "30"},
                  "the seconds of --by-source follow an equals sign: --by-source=30"},
                 {{"classify", "-m", model, capture, "--report", page}, twin},
                 {{"learn", capture, "-o", model, "--report", page}, twin},
                 {{"train", "-f", page, "-o", model, "--report", page}, twin},
                 {{"learn", capture, "-o", model, "--algorithm", "nothing"}, "ensemble, auto)"}});
  EXPECT_EQ(netml({"classify", "-m", model, capture, "--by-source=30"}).status, 0);
  const std::string context = folder.path("context.netml");
  ASSERT_EQ(netml({"learn", capture, "--features", "context", "-o", context, "-q"}).status, 0);
  expect_status(
      2, {{{"classify", "-m", context, capture, "--by-source"},
           "learn one from captures with other columns too, as in --features biflow,context"}});
  EXPECT_THAT(netml({"classify", "--help"}).out, Not(HasSubstr("{60}")));
  const std::string gzip = folder.write("x.gz", "\x1f\x8b\x08 and so on");
  const std::string compressed = gzip + ": compressed with gzip: pipe it in, e.g. gzip -dc FILE";
  expect_status(3, {{{"extract", capture, "--label", gzip}, compressed},
                    {{"train", "-f", gzip, "-o", model}, compressed},
                    {{"classify", "-m", gzip, capture}, compressed},
                    {{"classify", "-m", model, "--table", gzip}, compressed}});
  std::vector<std::string> closed = {"sh", "-c", "exec \"$@\" <&-", "sh"};
  const std::vector<std::string> classify = netml_command({"classify", "-m", model});
  closed.insert(closed.end(), classify.begin(), classify.end());
  EXPECT_THAT(run_program(closed).err,
              HasSubstr("netml: standard input: cannot read: Bad file descriptor"));
}

TEST(Hints, HelpOnOneAlgorithm) {
  EXPECT_THAT(netml({"learn", "--help-algorithm"}).out, HasSubstr("\nensemble (also auto): "));
  const std::string knn = netml({"learn", "--algorithm", "knn", "--help-param"}).out;
  EXPECT_THAT(knn, HasSubstr("\nknn:\n"));
  EXPECT_THAT(knn, Not(HasSubstr("ocsvm")));
}

TEST(Hints, OptionsWithoutEffectAreSaid) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(20));
  const std::string table = folder.path("f.csv"), model = folder.path("m.netml");
  expect_status(
      0, {{{"extract", capture, "--features", "biflow", "-o", table, "--label-timezone", "+01:00"},
           "warning: --label-timezone goes with --label FILE"},
          {{"extract", capture, "--dim", "5"}, "warning: --dim goes with the sets iat, size, …"},
          {{"extract", capture, "--fft"}, "warning: --fft goes with the sets"},
          {{"learn", capture, "-o", model, "--test-size", "0.5"},
           "warning: --test-size and --split go with labels"},
          {{"train", "-f", table, "-o", model, "--split", "time"},
           "warning: --test-size and --split go with labels"},
          {{"classify", "-m", model, capture, "--label-column", "attack"},
           "warning: --label-column goes with --table FILE"},
          {{"learn", capture, "-o", model, "--preset", "netml"},
           "warning: --preset sets flow rules; the columns are learn's default, biflow,context, "
           "where the original has iat"}});
  const std::string why = " does not go with --table, whose labels are a column of it";
  expect_status(2, {{{"classify", "-m", model, "--table", table, "--label-slack", "3"},
                     "--label-slack" + why},
                    {{"classify", "-m", model, "--table", table, "--label-format", "zeek"},
                     "--label-format" + why}});
  EXPECT_EQ(netml({"extract", capture, "--features", "iat", "--dim", "5", "--fft"}).err, "");
  EXPECT_EQ(netml({"extract", capture, "--interval", "5"}).err, "");
}

TEST(Hints, ContinuousFilesOutOfOrderAreNamed) {
  const TempFolder folder;
  const std::string first = folder.write("a.pcap", pcap_header() + udp_record(1, 1));
  const std::string second = folder.write("b.pcap", pcap_header() + udp_record(9, 1));
  const RunResult wrong = netml({"extract", "--continuous", second, first});
  EXPECT_EQ(wrong.status, 0);
  EXPECT_THAT(wrong.err, HasSubstr("warning: " + first + ": begins earlier than " + second));
  EXPECT_EQ(netml({"extract", "--continuous", first, second}).err, "");
  EXPECT_EQ(netml({"extract", second, first}).err, "");
}

// Labels of another network give no metrics, and no line of nulls in their place.
TEST(Hints, NoMetricsWhereNoLabelMatched) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(20));
  const std::string model = folder.path("m.netml");
  ASSERT_EQ(netml({"learn", capture, "-o", model, "-q"}).status, 0);
  const RunResult result = netml({"classify", "-m", model, capture, "-l", demo("demo.csv")});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.err, HasSubstr("no flow has a label"));
  EXPECT_THAT(result.err, Not(HasSubstr("metrics:")));
}

}  // namespace
}  // namespace netml
