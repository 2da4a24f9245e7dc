// What the commands promise of each other: one option means the same in each of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "program.hpp"
#include "support/capture_text.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using namespace test;
using testing::HasSubstr;

std::size_t data_rows(const std::string& csv) {
  return lines_of(csv).size() - 1;
}

// ---------------------------------------------------------------- --limit

TEST(Limit, StopsLearnAndClassifyAfterSoManyFlows) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(80));
  const std::string model = folder.path("m.netml"), summary = folder.path("s.json");
  const RunResult learnt =
      netml({"learn", capture, "--limit", "50", "-o", model, "--summary", summary});
  ASSERT_EQ(learnt.status, 0) << learnt.err;
  EXPECT_EQ(read_json(summary)["flows_written"], 50);
  EXPECT_EQ(read_json(summary)["flows"]["train"], 50);
  expect_conservation(read_json(summary), "learn");
  const RunResult verdicts = netml(
      {"classify", "-m", model, capture, "--limit=7", "--format", "csv", "--summary", summary});
  ASSERT_EQ(verdicts.status, 0) << verdicts.err;
  EXPECT_EQ(data_rows(verdicts.out), 7U);
  EXPECT_EQ(read_json(summary)["packets_skipped"]["limit"], 2 * (80 - 7));
  expect_conservation(read_json(summary), "classify");
}

TEST(Limit, HoldsForTheRowsOfPresetNetml) {
  const TempFolder folder;
  const std::string summary = folder.path("s.json");
  const std::vector<std::string> command = {"extract",
                                            "--preset",
                                            "netml",
                                            "--features",
                                            "iat",
                                            demo("demo.pcap"),
                                            demo("unclassified.pcap"),
                                            "--summary",
                                            summary};
  const auto with_limit = [&](const std::string& limit) {
    std::vector<std::string> words = command;
    words.insert(words.end(), {"--limit", limit, "--dim", "4"});
    return netml(words);
  };
  const RunResult some = with_limit("5"), all = with_limit("0");
  ASSERT_EQ(some.status, 0) << some.err;
  EXPECT_EQ(data_rows(some.out), 5U);
  EXPECT_TRUE(all.out.starts_with(some.out));
  with_limit("5");
  EXPECT_EQ(read_json(summary)["flows_written"], 5);
  EXPECT_EQ(read_json(summary)["inputs"].size(), 1U);
  expect_conservation(read_json(summary), "preset netml");
}

TEST(Limit, DoesNotMarkACaptureAsDone) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(60));
  const std::string model = folder.path("m.netml");
  ASSERT_EQ(netml({"learn", capture, "-o", model, "-q"}).status, 0);
  const RunResult refused = netml(
      {"classify", "-m", model, capture, "--limit", "3", "--state", folder.path("state.json")});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("--limit does not go with --state"));
}

// ---------------------------------------------------------------- labels

TEST(MixedCaptures, ThoseWithoutALabelFileHaveEmptyLabels) {
  const TempFolder folder;
  const std::string plain = folder.write("plain.pcap", udp_capture(4));
  const std::string normal = folder.write("normal.pcap", udp_capture(60));
  const std::string abnormal = folder.write("abnormal.pcap", udp_capture(30, 40));
  const RunResult table =
      netml({"extract", "-p", plain, "--pcap-normal", normal, "--columns", "src_port,label"});
  ASSERT_EQ(table.status, 0) << table.err;
  const auto rows = csv_rows(table.out);
  ASSERT_EQ(rows.size(), 65U);
  EXPECT_EQ(rows[1], (std::vector<std::string>{"1024", ""}));
  EXPECT_EQ(rows[5], (std::vector<std::string>{"1024", "0"}));
  const std::string model = folder.path("m.netml"), summary = folder.path("s.json");
  const RunResult learnt = netml({"learn", "-p", plain, "--pcap-normal", normal, "--pcap-abnormal",
                                  abnormal, "-o", model, "--summary", summary});
  ASSERT_EQ(learnt.status, 0) << learnt.err;
  EXPECT_EQ(read_json(summary)["flows"]["unlabelled"], 4);
  EXPECT_EQ(read_json(summary)["labels"]["flows_unmatched"], 4);
  const RunResult verdicts = netml({"classify", "-m", model, "-p", plain, "--pcap-normal", normal,
                                    "--pcap-abnormal", abnormal, "--summary", summary});
  ASSERT_EQ(verdicts.status, 0) << verdicts.err;
  EXPECT_TRUE(read_json(summary)["metrics"]["auc"].is_number());
}

TEST(LabelColumns, StandWhereColumnsPutsThem) {
  const TempFolder folder;
  const std::string normal = folder.write("normal.pcap", udp_capture(2));
  const auto header = [&](const std::string& columns) {
    return lines_of(netml({"extract", "--pcap-normal", normal, "--columns", columns}).out).front();
  };
  EXPECT_EQ(header("label,src_port"), "label,src_port");
  EXPECT_EQ(header("label_name"), "label_name");
  EXPECT_EQ(header("src_port"), "src_port,label,label_name");
  const RunResult none = netml({"extract", normal, "--columns", "src_port,label"});
  EXPECT_EQ(none.status, 2);
  EXPECT_THAT(none.err, HasSubstr("unknown column 'label': flows have no labels without --label"));
  EXPECT_EQ(netml({"extract", "--pcap-normal", normal, "--columns", "label,label"}).status, 2);
  const RunResult seen =
      netml({"learn", "--pcap-normal", normal, "--columns", "label", "-o", folder.path("m")});
  EXPECT_EQ(seen.status, 2);
  EXPECT_THAT(seen.err, HasSubstr("column 'label' is the label; no model sees it"));
}

// ---------------------------------------------------------------- summaries

TEST(Summary, EveryCommandWritesTheCounters) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(60));
  const std::string model = folder.path("m.netml"), table = folder.path("f.csv");
  ASSERT_EQ(netml({"learn", capture, "-o", model, "-f", table, "-q"}).status, 0);
  const std::vector<std::vector<std::string>> commands = {
      {"extract", capture},
      {"packets", capture},
      {"learn", capture, "-o", model},
      {"learn", "extract", capture},
      {"train", "-f", table, "-o", folder.path("t.netml")},
      {"classify", "-m", model, capture},
      {"classify", "-m", model, "--table", table},
      {"inspect", capture},
      {"inspect", model},
      {"inspect", table},
      {"columns", "flow"},
      {"completion", "bash"}};
  for (std::vector<std::string> command : commands) {
    const std::string summary = folder.path("s.json"), what = command[0] + " " + command[1];
    std::remove(summary.c_str());
    command.insert(command.end(), {"--summary", summary});
    EXPECT_EQ(netml(command).status, 0) << what;
    const nlohmann::json counters = read_json(summary);
    ASSERT_TRUE(counters.is_object()) << what;
    for (const char* key : {"status", "packets_read", "bytes_read", "packets_in_flows",
                            "packets_skipped", "packets_dropped", "flows_written", "flows_evicted",
                            "flows_too_short", "clock_steps_back", "inputs", "command_line"}) {
      EXPECT_TRUE(counters.contains(key)) << what << ": " << key;
    }
    expect_conservation(counters, what);
  }
}

TEST(Summary, InspectCountsThePacketsOfACapture) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(6));
  const std::string summary = folder.path("s.json");
  ASSERT_EQ(netml({"inspect", capture, "--summary", summary}).status, 0);
  EXPECT_EQ(read_json(summary)["packets_read"], 12);
  EXPECT_EQ(read_json(summary)["flows_written"], 6);
}

// ---------------------------------------------------------------- --fdr

TEST(Fdr, BeyondTheMemoryLimitKeepsWhatWasRead) {
  const TempFolder folder;
  const std::string model = folder.path("m.netml"), verdicts = folder.path("v.csv"),
                    table = folder.path("f.csv"), summary = folder.path("s.json");
  // One column: a row's verdict takes more room than the row.
  const std::vector<std::string> columns = {"--features", "biflow", "--columns", "fwd_log_bytes"};
  std::vector<std::string> extract = {"extract", demo("demo.pcap"), "-o", table};
  std::vector<std::string> learn = {"learn", demo("demo.pcap"), "-o", model, "-q"};
  for (std::vector<std::string>* command : {&extract, &learn}) {
    command->insert(command->end(), columns.begin(), columns.end());
    ASSERT_EQ(netml(*command).status, 0);
  }
  const std::vector<std::string> inputs[] = {{demo("demo.pcap")}, {"--table", table}};
  for (const std::vector<std::string>& input : inputs) {
    std::vector<std::string> command = {"classify",       "-m",   model, "--fdr",  "0.2",
                                        "--memory-limit", "200K", "-o",  verdicts, "--summary",
                                        summary};
    command.insert(command.end(), input.begin(), input.end());
    const RunResult result = netml(command);
    EXPECT_EQ(result.status, 6) << result.err;
    EXPECT_THAT(result.err, HasSubstr("netml: " + input.back() + ": --fdr holds the verdicts"));
    EXPECT_GT(data_rows(slurp(verdicts)), 50U);
    EXPECT_LT(data_rows(slurp(verdicts)), 1957U);
    EXPECT_EQ(read_json(summary)["status"], 6);
    expect_conservation(read_json(summary), "fdr");
  }
}

// ---------------------------------------------------------------- what is said

TEST(Messages, NameTheOptionAsItWasTyped) {
  const std::string capture = demo("unclassified.pcap");
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"--seed", "-3"}, "--seed: '-3' is not a whole number from 0"},
      {{"--seed=x"}, "--seed: 'x' is not a whole number from 0"},
      {{"--random-state", "x"}, "--random-state: 'x' is not a whole number from 0"},
      {{"--flow-pkts-threshold", "0"}, "--flow-pkts-threshold: must be at least 1"},
      {{"-f", "a", "-f", "b"}, "-f: given 2 times, at most once"},
      {{"--threads", "x"}, "--threads: 'x' is not a whole number from 0 to 1024"},
      {{"--color", "blue"}, "--color: 'blue' is none of auto, always, never"},
      {{"--fft=maybe"}, "--fft: 'maybe' is neither true nor false"},
      {{"--label-format", "foo"},
       "--label-format: 'foo' is none of auto, cicids2017, netml, zeek, unsw-nb15, ctu13, "
       "suricata, csv"},
      {{"--label-timezone", "x"},
       "--label-timezone: 'x' is neither auto nor ±HH:MM (at most 14:00)"},
      {{"--label-slack", "x"}, "--label-slack: 'x' is not a number of seconds from 0 to 1e6"},
      {{"--label-conflict", "x"},
       "--label-conflict: 'x' is none of any-attack, first, last, error"},
      {{"--dim", "1"}, "--dim: 1 is not from 2 to 65535 packets"},
      {{"--features", "udps.splt:3:foo"},
       "feature set 'udps.splt': accounting 'foo' is none of link, ip, transport, payload"},
      {{"--columns", "fwd_log_bytes"}, "unknown column 'fwd_log_bytes'; --features biflow has it"}};
  for (const auto& [words, message] : cases) {
    std::vector<std::string> command = {"extract", capture};
    command.insert(command.end(), words.begin(), words.end());
    const RunResult result = netml(command);
    EXPECT_EQ(result.status, 2) << words[0];
    EXPECT_EQ(result.err, "netml: " + message + "\n");
  }
}

TEST(Messages, SayWhatTheModelHasInPlaceOfAContradictingOption) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(60));
  const std::string model = folder.path("m.netml");
  ASSERT_EQ(netml({"learn", capture, "-o", model, "-q", "--tcp-timeout", "9"}).status, 0);
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"--idle-timeout", "3"}, "--idle-timeout 3 contradicts the model, which has 120;"},
      {{"--tcp-timeout", "3"}, "--tcp-timeout 3 contradicts the model, which has 9;"},
      {{"--udp-timeout", "3"}, "--udp-timeout 3 contradicts the model, which has none;"},
      {{"--direction", "one"}, "--direction one contradicts the model, which has both;"},
      {{"--features", "flow"}, "--features flow contradicts the model, which has biflow,context;"},
      {{"--fft"}, "--fft contradicts the model, which has it not;"},
      {{"--dim", "3"}, "--dim 3 contradicts the model, which has none;"},
      {{"--preset", "netml"}, "--preset netml contradicts the model, which has none;"}};
  for (const auto& [words, message] : cases) {
    std::vector<std::string> command = {"classify", "-m", model, capture};
    command.insert(command.end(), words.begin(), words.end());
    const RunResult result = netml(command);
    EXPECT_EQ(result.status, 2) << words[0];
    EXPECT_EQ(result.err.rfind("netml: " + message, 0), 0U) << result.err;
  }
  const RunResult table = netml({"classify", "-m", model, "--table", "x.csv", "--limit", "3"});
  EXPECT_EQ(table.status, 2);
  EXPECT_THAT(table.err, HasSubstr("--limit does not go with --table"));
  EXPECT_EQ(netml({"classify", "-m", model, capture, "--min-packets", "0"}).status, 2);
}

TEST(Messages, OfALimitNameTheInput) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(60));
  const RunResult named = netml({"extract", capture, "--max-flows", "5", "--on-limit", "stop"});
  EXPECT_EQ(named.status, 6);
  EXPECT_EQ(
      named.err.rfind("netml: " + capture + ": as many flows are open as --max-flows allows;", 0),
      0U)
      << named.err;
  const RunResult piped =
      netml({"extract", "-", "--max-flows", "5", "--on-limit", "stop"}, slurp(capture));
  EXPECT_EQ(piped.status, 6);
  EXPECT_EQ(piped.err.rfind("netml: standard input: as many flows are open", 0), 0U) << piped.err;
}

// Where both limits are given: the one that was met.
TEST(Messages, OfALimitNameIt) {
  const TempFolder folder;
  const std::string capture = folder.write("flow.pcap", udp_capture(1, 8000));
  const RunResult grown = netml({"extract", capture, "--features", "splt:60000", "--max-flows", "1",
                                 "--memory-limit", "256KiB", "--on-limit", "stop"});
  EXPECT_EQ(grown.status, 6);
  EXPECT_THAT(grown.err, HasSubstr(": the memory budget is used up;"));
}

// No line about labels or damage when nobody reads the rows any more.
TEST(Messages, NoneWhenTheReaderHasGone) {
  const TempFolder folder;
  const std::string model = folder.path("m.netml");
  ASSERT_EQ(netml({"learn", demo("demo.pcap"), "-o", model, "-q"}).status, 0);
  const std::vector<std::string> labelled = {demo("demo.pcap"), "--label", demo("demo.csv")};
  for (std::vector<std::string> command :
       {std::vector<std::string>{"extract"},
        {"extract", "--limit", "2"},
        {"classify", "-m", model, "--format", "csv"},
        {"classify", "-m", model, "--format", "csv", "--by-source"}}) {
    command.insert(command.end(), labelled.begin(), labelled.end());
    std::vector<std::string> words = {"sh", "-c",
                                      R"((sleep .3; "$@"; echo "status $?" >&2) | true)", "sh"};
    const std::vector<std::string> program = netml_command(command);
    words.insert(words.end(), program.begin(), program.end());
    const RunResult result = run_program(words);
    EXPECT_EQ(result.err, "status 141\n") << command[0];
  }
}

TEST(Help, OfEachCommandHasGroupsAndTwoExamplesOfItsOwn) {
  for (const std::vector<std::string>& command : {std::vector<std::string>{"extract"},
                                                  {"packets"},
                                                  {"learn"},
                                                  {"learn", "extract"},
                                                  {"learn", "train"},
                                                  {"train"},
                                                  {"classify"},
                                                  {"inspect"},
                                                  {"columns"},
                                                  {"completion"}}) {
    std::vector<std::string> words = command;
    words.push_back("--help");
    const std::string help = netml(words).out;
    const std::string name = "netml " + join(command, " ") + " ";
    const std::size_t examples = help.find("Examples:");
    ASSERT_NE(examples, std::string::npos) << name;
    const std::size_t first = help.find(name, examples);
    ASSERT_NE(first, std::string::npos) << name;
    EXPECT_NE(help.find(name, first + 1), std::string::npos) << name;
  }
  EXPECT_THAT(netml({"learn", "--help"}).out, HasSubstr("--limit N"));
  EXPECT_THAT(netml({"classify", "--help"}).out, HasSubstr("--limit N"));
}

TEST(LearnExtract, WritesToStandardOutputUnlessToldOtherwise) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(3));
  const RunResult printed = netml({"learn", "extract", capture});
  ASSERT_EQ(printed.status, 0) << printed.err;
  const std::string kept = folder.path("f.csv");
  ASSERT_EQ(netml({"extract", capture, "--features", "biflow,context", "-f", kept}).status, 0);
  EXPECT_EQ(printed.out, slurp(kept));
}

}  // namespace
}  // namespace netml
