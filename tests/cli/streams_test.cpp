// Pipes: at any speed, with a reader that leaves, and ended by a signal.
#include <algorithm>
#include <filesystem>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program.hpp"
#include "support/capture_text.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using namespace test;
using std::chrono::milliseconds;

// From the arrival of the packet that ends a flow to its row; a second, and slack for busy
// machines.
constexpr milliseconds kSoon(5000);

TEST(Streams, OneByteAtATimeEqualsTheFile) {
  const TempFolder folder;
  const std::string bytes = udp_capture(5);
  const RunResult file = netml({"extract", folder.write("flows.pcap", bytes)});
  Process process(netml_command({"extract", "-"}));
  for (const char byte : bytes) {
    ASSERT_TRUE(process.write(std::string(1, byte)));
  }
  const RunResult pipe = process.finish();
  expect_sound(pipe, "one byte at a time");
  EXPECT_EQ(pipe.status, 0);
  EXPECT_EQ(pipe.out, file.out);
  EXPECT_EQ(lines_of(pipe.out).size(), 6U);
}

TEST(Streams, StandardInputIsTheDefault) {
  const std::string bytes = udp_capture(5);
  const RunResult named = netml({"extract", "-"}, bytes);
  EXPECT_EQ(netml({"extract"}, bytes).out, named.out);
  EXPECT_EQ(netml({"extract", "--pcap", "-"}, bytes).out, named.out);
  Streams streams;
  const TempFolder folder;
  streams.in = folder.write("flows.pcap", bytes);
  EXPECT_EQ(netml({"extract"}, "", streams).out, named.out);
}

// Somebody else may have made the descriptors non-blocking.
TEST(Streams, NonBlockingPipes) {
  const TempFolder folder;
  const std::string bytes = udp_capture(3000);
  const std::string path = folder.write("flows.pcap", bytes);
  const RunResult file = netml({"extract", path});
  const std::string script =
      "import os, subprocess, sys\n"
      "for fd in (0, 1): os.set_blocking(fd, False)\n"
      "sys.exit(subprocess.call(sys.argv[1:]))\n";
  if (run_program({"sh", "-c", "command -v python3"}).status != 0) {
    GTEST_SKIP() << "python3 is not here";
  }
  const RunResult result = run_program({"python3", "-c", script, binary(), "extract", "-"}, bytes);
  expect_sound(result, "non-blocking");
  EXPECT_EQ(result.status, 0);
  EXPECT_TRUE(result.out == file.out);
}

TEST(Streams, Fifo) {
  const TempFolder folder;
  const std::string bytes = udp_capture(5);
  const std::string fifo = folder.path("fifo.pcap");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  std::thread writer([&] { folder.write("fifo.pcap", bytes); });
  const RunResult result = netml({"extract", fifo});
  writer.join();
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, netml({"extract", "-"}, bytes).out);
}

// Ten flows that the capture's clock has ended, on a pipe that stays open.
std::string ended_flows() {
  return udp_capture(10) + udp_record(400'000'000'000, 9);
}

TEST(Streams, RowsLeaveWhileASlowPipeRuns) {
  for (const char* format : {"csv", "jsonl"}) {
    Process process(netml_command({"extract", "-", "--format", format}));
    ASSERT_TRUE(process.write(ended_flows()));
    const std::size_t lines = std::string(format) == "csv" ? 11 : 10;
    EXPECT_TRUE(process.wait_for_lines(lines, kSoon)) << format << "\n" << process.out();
    EXPECT_TRUE(process.is_running());
    const RunResult result = process.finish();
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(lines_of(result.out).size(), lines + 1);
  }
}

TEST(Streams, VerdictsLeaveWhileASlowPipeRuns) {
  const TempFolder folder;
  const std::string model = folder.path("model.netml");
  ASSERT_EQ(netml({"learn", demo("unclassified.pcap"), "-o", model, "-q"}).status, 0);
  for (const char* format : {"text", "csv", "jsonl"}) {
    Process process(netml_command({"classify", "-m", model, "--report-all", "--format", format}));
    ASSERT_TRUE(process.write(ended_flows()));
    const std::size_t lines = std::string(format) == "csv" ? 11 : 10;
    EXPECT_TRUE(process.wait_for_lines(lines, kSoon)) << format << "\n" << process.out();
    EXPECT_TRUE(process.is_running());
    const RunResult result = process.finish();
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(lines_of(result.out).size(), lines + 1);
  }
}

// The third packet of a flow that goes on: its verdict does not wait for the end.
TEST(Streams, EarlyVerdictsLeaveWhileTheirFlowGoesOn) {
  const TempFolder folder;
  const std::string model = folder.path("model.netml");
  ASSERT_EQ(netml({"learn", demo("unclassified.pcap"), "-o", model, "-q"}).status, 0);
  const std::string fifo = folder.path("fifo");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  Process process(
      netml_command({"classify", "-m", model, fifo, "--early", "3", "--format", "csv"}));
  const int writer = open(fifo.c_str(), O_WRONLY | O_CLOEXEC);
  ASSERT_GE(writer, 0);
  const auto write_all = [&](const std::string& bytes) {
    return write(writer, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  };
  EXPECT_TRUE(write_all(udp_capture(1)));
  EXPECT_FALSE(process.wait_for_lines(2, milliseconds(700)));
  EXPECT_TRUE(write_all(udp_record(2'000'000'000, 1024)));
  EXPECT_TRUE(process.wait_for_lines(2, kSoon)) << process.out();
  EXPECT_TRUE(process.is_running());
  EXPECT_TRUE(write_all(udp_record(3'000'000'000, 1024)));
  close(writer);
  const std::vector<std::vector<std::string>> rows = csv_rows(process.finish().out);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0][13], "stage");
  EXPECT_EQ(rows[1][13], "early");
  EXPECT_EQ(rows[1][7], "3");
  EXPECT_EQ(rows[2][13], "final");
  EXPECT_EQ(rows[2][7], "4");
}

// A table for a file appears whole, only at the end.
TEST(Streams, FilesAreNotSeenBeforeTheyAreWhole) {
  const TempFolder folder;
  const std::string output = folder.path("flows.csv");
  Process process(netml_command({"extract", "-", "-o", output}));
  ASSERT_TRUE(process.write(ended_flows()));
  process.wait_for_lines(1, milliseconds(700));
  EXPECT_FALSE(std::filesystem::exists(output));
  EXPECT_EQ(process.finish().status, 0);
  EXPECT_EQ(csv_rows(slurp(output)).size(), 12U);
}

TEST(Streams, AReaderThatLeavesEndsTheRunQuietly) {
  const TempFolder folder;
  const std::string summary = folder.path("summary.json");
  const std::string capture = folder.write("flows.pcap", udp_capture(20000));
  for (const std::vector<std::string>& more : {std::vector<std::string>{},
                                               {"--format", "jsonl"},
                                               {"--preset", "nfstream"},
                                               {"--preset", "netml", "--features", "stats"},
                                               {"--features", "iat"}}) {
    std::filesystem::remove(summary);
    std::vector<std::string> arguments = {"extract", capture, "--summary", summary};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const std::string what = join(arguments, " ");
    Process process(netml_command(arguments));
    process.wait_for_lines(1, milliseconds(30000));
    process.close_stdout();
    const RunResult result = process.finish();
    expect_sound(result, what);
    EXPECT_EQ(result.status, 141) << what;
    EXPECT_EQ(result.err.find("Broken pipe"), std::string::npos) << result.err;
    const nlohmann::json counters = read_json(summary);
    expect_conservation(counters, what);
    EXPECT_EQ(counters["status"], 141) << what;
    EXPECT_LT(counters["flows_written"], 20000) << what;
    EXPECT_GT(counters["packets_skipped"]["output_closed"], 0) << what;
  }
}

TEST(Streams, AReaderOfVerdictsThatLeavesEndsTheRunQuietly) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(20000));
  const std::string model = folder.path("model.netml");
  ASSERT_EQ(netml({"learn", capture, "--limit", "500", "-o", model, "-q"}).status, 0);
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{"--format", "csv"}, {"--format", "jsonl", "--early", "2"}}) {
    std::vector<std::string> arguments = {"classify", "-m", model, capture};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Process process(netml_command(arguments));
    process.wait_for_lines(1, milliseconds(30000));
    process.close_stdout();
    const RunResult result = process.finish();
    EXPECT_EQ(result.status, 141) << more.back();
    EXPECT_EQ(result.err, "") << more.back();
  }
}

// On a pipe that never ends, the run must.
TEST(Streams, AReaderThatLeavesEndsALiveRun) {
  const TempFolder folder;
  const std::string summary = folder.path("summary.json");
  Process process(netml_command({"extract", "-", "--summary", summary}));
  ASSERT_TRUE(process.write(ended_flows()));
  ASSERT_TRUE(process.wait_for_lines(11, kSoon));
  process.close_stdout();
  // Ends another flow, whose row finds nobody.
  ASSERT_TRUE(process.write(udp_record(900'000'000'000, 10)));
  std::int64_t later = 900'000'000'000;
  for (int i = 0; i < 50 && process.is_running(); ++i) {
    process.write(udp_record(++later, 10));
    std::this_thread::sleep_for(milliseconds(100));
  }
  EXPECT_FALSE(process.is_running());
  const RunResult result = process.finish();
  expect_sound(result, "live");
  EXPECT_EQ(result.status, 141);
  EXPECT_EQ(result.err, "");
  expect_conservation(read_json(summary), "live");
}

// Wherever the input stands still: nothing more has to come for the run to end.
TEST(Streams, AReaderThatHasLeftEndsARunWhoseInputIsQuiet) {
  const TempFolder folder;
  const std::string model = folder.path("model.netml");
  ASSERT_EQ(netml({"learn", demo("unclassified.pcap"), "-o", model, "-q"}).status, 0);
  const std::string bytes = ended_flows() + udp_record(400'000'000'001, 9);
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"extract", "-"},
        {"extract", "-", "--bpf", "udp"},
        {"extract", "-", "--threads", "4", "--format", "jsonl"},
        {"packets", "-"},
        {"packets", "-", "--bpf", "udp"},
        {"classify", "-m", model, "-", "--report-all", "--format", "csv"}}) {
    for (const std::size_t cut : {0U, 30U}) {  // between two records and in one
      const std::string what = join(arguments, " ") + ", cut " + std::to_string(cut);
      Process process(netml_command(arguments));
      process.close_stdout();
      ASSERT_TRUE(process.write(bytes.substr(0, bytes.size() - cut))) << what;
      const auto before = std::chrono::steady_clock::now();
      while (process.is_running() && std::chrono::steady_clock::now() - before < kSoon) {
        std::this_thread::sleep_for(milliseconds(5));
      }
      EXPECT_FALSE(process.is_running()) << what;
      const RunResult result = process.finish();
      EXPECT_EQ(result.status, 141) << what;
      EXPECT_EQ(result.err, "") << what;
    }
  }
}

// A model or a summary finds nobody, however little it is; what goes to files stands.
TEST(Streams, AReaderThatDoesNotWaitForTheOneOutputOfARunEndsItQuietly) {
  const TempFolder folder;
  const std::string table = folder.path("flows.csv"), model = folder.path("model.netml");
  const std::string capture = demo("demo.pcap");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"learn", capture, "-q", "-o", "-", "-f", table},
        {"learn", capture, "-q", "-o", model, "--summary", "-"},
        {"learn", capture, "-q", "-o", folder.path("second.netml"), "-f", "-"},
        {"train", "-f", table, "-q", "-o", "-"},
        {"extract", capture, "-o", "/dev/null", "--summary", "-"},
        {"packets", capture, "-o", "/dev/null", "--summary", "-"},
        {"classify", "-q", "-m", model, capture, "-o", "/dev/null", "--summary", "-"},
        {"classify", "-q", "-m", model, "--table", table, "-o", "/dev/null", "--summary", "-"}}) {
    const std::string what = join(arguments, " ");
    Process process(netml_command(arguments));
    process.close_stdout();
    const RunResult result = process.finish();
    expect_sound(result, what);
    EXPECT_EQ(result.status, 141) << what;
    EXPECT_EQ(result.err, "") << what;
  }
  EXPECT_EQ(folder_names(folder.path("")),
            (std::vector<std::string>{"flows-metadata.json", "flows.csv", "model.netml",
                                      "second.netml"}));
}

// However much was to go there, the summary is that of the whole run.
TEST(Streams, TheSummaryOfARunWhoseModelNobodyReadsHasItsCounters) {
  const TempFolder folder;
  const std::string scores = folder.path("scores.csv"), summary = folder.path("summary.json");
  for (const char* filter : {"udp port 53", "ip"}) {  // a model of less than a buffer, and of more
    SCOPED_TRACE(filter);
    Process process(netml_command({"learn", demo("demo.pcap"), "-l", demo("demo.csv"), "-q",
                                   "--algorithm", "pca", "--bpf", filter, "-o", "-",
                                   "--test-scores", scores, "--summary", summary}));
    process.close_stdout();
    EXPECT_EQ(process.finish().status, 141);
    const nlohmann::json counters = read_json(summary);
    expect_conservation(counters, "no reader");
    EXPECT_EQ(counters["status"], 141);
    EXPECT_GT(counters["packets_in_flows"], 0);
    EXPECT_GT(counters["flows"]["train"], 0);
    EXPECT_TRUE(std::filesystem::remove(scores));
  }
}

class StopSignal : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Streams, StopSignal, testing::Values(SIGINT, SIGTERM));

TEST_P(StopSignal, WritesTheOpenFlows) {
  const TempFolder folder;
  const std::string summary = folder.path("summary.json");
  const std::string output = folder.path("flows.csv");
  for (const std::string& target : {std::string("-"), output}) {
    Process process(netml_command({"extract", "-", "-o", target, "--summary", summary}));
    ASSERT_TRUE(process.write(ended_flows()));
    process.wait_for_lines(11, target == "-" ? kSoon : milliseconds(700));
    process.send(GetParam());
    const auto before = std::chrono::steady_clock::now();
    while (process.is_running() && std::chrono::steady_clock::now() - before < kSoon) {
      std::this_thread::sleep_for(milliseconds(5));
    }
    EXPECT_FALSE(process.is_running());
    const RunResult result = process.finish();
    expect_sound(result, "signal");
    EXPECT_EQ(result.status, 128 + GetParam());
    EXPECT_EQ(csv_rows(target == "-" ? result.out : slurp(output)).size(), 12U);
    EXPECT_EQ(read_json(summary)["packets_read"], 21);
    EXPECT_EQ(read_json(summary)["status"], 128 + GetParam());
    expect_conservation(read_json(summary), "signal");
  }
  EXPECT_EQ(folder_names(folder.path("")).size(), 3U);
}

// Before the header of the capture is there, while a FIFO waits for its writer, in the middle of a
// table on stdin: nothing to write, but no message of damage either.
TEST_P(StopSignal, BeforeAnythingWasRead) {
  const TempFolder folder;
  const std::string summary = folder.path("summary.json");
  const std::string fifo = folder.path("fifo");
  const std::string warning =
      "netml: warning: interrupted: " + folder.path("model.netml") + " was not written\n";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"extract", "-", "--summary", summary},
        {"extract", fifo, "--summary", summary},
        {"extract", "--preset", "netml", "--features", "iat", "-", "--summary", summary},
        {"learn", "-", "-o", folder.path("model.netml"), "--summary", summary},
        {"train", "-f", "-", "-o", folder.path("model.netml")},
        {"inspect", fifo},
        {"extract", demo("unclassified.pcap"), "-o", fifo}}) {
    Process process(netml_command(arguments));
    process.write("\x4d\x3c");
    process.wait_for_lines(1, milliseconds(400));
    process.send(GetParam());
    std::this_thread::sleep_for(milliseconds(300));
    EXPECT_FALSE(process.is_running()) << arguments[1];
    process.send(SIGKILL);
    const RunResult result = process.finish();
    EXPECT_EQ(result.died, "") << arguments[0] << " " << arguments[1];
    EXPECT_EQ(result.status, 128 + GetParam()) << arguments[0] << " " << arguments[1] << result.err;
    const bool is_training = arguments[0] == "learn" || arguments[0] == "train";
    EXPECT_EQ(result.err, is_training ? warning : "") << arguments[0] << " " << arguments[1];
  }
  EXPECT_FALSE(std::filesystem::exists(folder.path("model.netml")));
}

// The first input has been read, and its rows wait for their reader.
TEST_P(StopSignal, IsKnownBeforeTheNextInputIsWaitedFor) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(20000));
  const std::string fifo = folder.path("fifo");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  Process process(netml_command({"extract", capture, fifo}));
  ASSERT_TRUE(process.wait_for_lines(1, milliseconds(30000)));
  std::this_thread::sleep_for(milliseconds(300));
  process.send(GetParam());
  const RunResult result = process.finish();
  EXPECT_EQ(result.died, "");
  EXPECT_EQ(result.status, 128 + GetParam());
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(lines_of(result.out).size(), 20001U);
}

// As a shell does for the SIGINT of a background job in a script.
TEST_P(StopSignal, StaysIgnoredWhereItWas) {
  std::vector<std::string> command = {"sh", "-c", "trap '' INT TERM; exec \"$@\"", "sh"};
  const std::vector<std::string> extract = netml_command({"extract", "-"});
  command.insert(command.end(), extract.begin(), extract.end());
  Process process(command);
  ASSERT_TRUE(process.write(ended_flows()));
  ASSERT_TRUE(process.wait_for_lines(11, kSoon));
  process.send(GetParam());
  process.send(GetParam());
  process.wait_for_lines(12, milliseconds(300));
  EXPECT_TRUE(process.is_running());
  const RunResult result = process.finish();
  EXPECT_EQ(result.status, 0) << result.died << result.err;
  EXPECT_EQ(lines_of(result.out).size(), 12U);
}

// Signals that come before the summary is opened count as those that come while it waits.
TEST_P(StopSignal, AnEarlierSignalDoesNotWaitForTheReaderOfASummary) {
  const TempFolder folder;
  const std::string fifo = folder.path("summary");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  Process process(netml_command({"extract", "-", "--summary", fifo, "-o", folder.path("out.csv")}));
  ASSERT_TRUE(process.write(ended_flows()));
  process.wait_for_lines(1, milliseconds(500));
  process.send(GetParam());
  const RunResult result = process.finish();
  EXPECT_EQ(result.died, "");
  EXPECT_EQ(result.status, 128 + GetParam()) << result.err;
  EXPECT_EQ(csv_rows(slurp(folder.path("out.csv"))).size(), 12U);
}

TEST_P(StopSignal, VerdictsStandWhereNobodyReadsTheSummary) {
  const TempFolder folder;
  const std::string model = folder.path("m.netml");
  ASSERT_EQ(netml({"learn", demo("demo.pcap"), "--algorithm", "pca", "-o", model}).status, 0);
  const std::string fifo = folder.path("summary");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const std::string verdicts = folder.path("verdicts.csv");
  const std::vector<std::string> classify = {"classify", "-m",    model, demo("unclassified.pcap"),
                                             "-o",       verdicts};
  ASSERT_EQ(netml(classify).status, 0);
  const std::string expected = slurp(verdicts);
  folder.write("verdicts.csv", "old");
  std::vector<std::string> waiting = classify;
  waiting.insert(waiting.end(), {"--summary", fifo});
  Process process(netml_command(waiting));
  process.wait_for_lines(1, milliseconds(700));
  process.send(GetParam());
  const RunResult result = process.finish();
  EXPECT_EQ(result.died, "");
  EXPECT_EQ(result.status, 128 + GetParam()) << result.err;
  EXPECT_EQ(slurp(verdicts), expected);
}

// Whenever it comes, in reading or in training: features and summary tell the same.
TEST_P(StopSignal, FeaturesAndSummaryOfAnEndedLearnAgree) {
  const TempFolder folder;
  const std::string features = folder.path("features.csv");
  const std::string summary = folder.path("summary.json");
  Process process(netml_command({"learn", demo("demo.pcap"), "--algorithm", "ae", "--param",
                                 "{max_iter: 1000000, n_iter_no_change: 0, tol: 0}", "--feature",
                                 features, "-o", folder.path("m.netml"), "--summary", summary}));
  process.wait_for_lines(1, milliseconds(1500));
  process.send(GetParam());
  const RunResult result = process.finish();
  EXPECT_EQ(result.status, 128 + GetParam()) << result.err;
  EXPECT_EQ(result.err,
            "netml: warning: interrupted: " + folder.path("m.netml") + " was not written\n");
  EXPECT_EQ(read_json(summary)["flows_written"], csv_rows(slurp(features)).size() - 1);
  EXPECT_EQ(read_json(summary)["status"], 128 + GetParam());
  expect_conservation(read_json(summary), "learn");
  EXPECT_FALSE(std::filesystem::exists(folder.path("m.netml")));
}

// A reader that has stopped reading holds the run up; the second signal does not wait for it.
TEST_P(StopSignal, TheSecondEndsAtOnceAndLeavesNoTemporaryFile) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(20000));
  const std::string fifo = folder.path("fifo");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const int reader = open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  Process stuck(netml_command({"extract", capture, "-o", fifo}));
  stuck.wait_for_lines(1, milliseconds(700));
  stuck.send(GetParam());
  std::this_thread::sleep_for(milliseconds(300));
  EXPECT_TRUE(stuck.is_running());
  stuck.send(GetParam());
  const RunResult result = stuck.finish();
  close(reader);
  EXPECT_EQ(result.died, "");
  EXPECT_EQ(result.status, 128 + GetParam());

  // The same with a table under its temporary name, held up by its description.
  const std::string metadata = folder.path("table-metadata.json");
  ASSERT_EQ(mkfifo(metadata.c_str(), 0600), 0);
  const int slow_reader = open(metadata.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(slow_reader, 0);
  Process holding(netml_command({"extract", capture, "-o", folder.path("table.csv"), "--features",
                                 "iat", "--dim", "2000", "--limit", "10"}));
  const auto temporaries = [&] {
    const auto names = folder_names(folder.path(""));
    return std::count_if(names.begin(), names.end(), [](const std::string& name) {
      return name.find(".tmp") != std::string::npos;
    });
  };
  holding.wait_for_lines(1, milliseconds(700));
  holding.send(GetParam());
  std::this_thread::sleep_for(milliseconds(300));
  EXPECT_TRUE(holding.is_running());
  EXPECT_EQ(temporaries(), 1);
  holding.send(GetParam());
  EXPECT_EQ(holding.finish().status, 128 + GetParam());
  close(slow_reader);
  EXPECT_EQ(temporaries(), 0);
}

// A run with some of its standard streams closed, as by `2>&-`.
RunResult run_with_closed(const std::string& closed, const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {"sh", "-c", "exec \"$@\" " + closed, "sh"};
  const std::vector<std::string> netml = netml_command(arguments);
  command.insert(command.end(), netml.begin(), netml.end());
  return run_program(command);
}

TEST(Streams, MessagesNeverLandInAnOutput) {
  const TempFolder folder;
  const std::string sound = slurp(demo("unclassified.pcap"));
  const std::string damaged = folder.write("damaged.pcap", sound.substr(0, 5000));
  const std::string expected = netml({"extract", damaged}).out;
  ASSERT_FALSE(expected.empty());
  for (const std::string closed : {"2>&-", "<&- 2>&-", "<&- >&- 2>&-"}) {
    const std::string output = folder.path("flows.csv");
    const RunResult result = run_with_closed(closed, {"extract", damaged, "-v", "-o", output});
    EXPECT_EQ(result.status, 4) << closed;
    EXPECT_EQ(slurp(output), expected) << closed;
  }
}

// The reader of a report, unlike that of rows, is part of the run: without it the run failed.
TEST(Streams, AReaderOfAReportThatLeavesIsAnError) {
  const TempFolder folder;
  const std::string fifo = folder.path("report");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const int reader = open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  const std::string model = folder.write("m.netml", "old");
  Process process(netml_command({"train", "-f", "-", "-o", model, "--report", fifo}));
  const auto has_opened = [&] {
    const std::string open_files = "/proc/" + std::to_string(process.id()) + "/fd";
    for (const auto& entry : std::filesystem::directory_iterator(open_files)) {
      std::error_code gone;
      if (std::filesystem::read_symlink(entry.path(), gone) == fifo) {
        return true;
      }
    }
    return false;
  };
  const auto start = std::chrono::steady_clock::now();
  while (!has_opened() && std::chrono::steady_clock::now() - start < kSoon) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  close(reader);
  std::string table = "a,b\n";
  for (int i = 0; i < 200; ++i) {
    table += std::to_string(i) + "," + std::to_string(i * i % 17) + "\n";
  }
  ASSERT_TRUE(process.write(table));
  const RunResult result = process.finish();
  EXPECT_EQ(result.status, 5) << result.err;
  EXPECT_NE(result.err.find("report: cannot write: Broken pipe"), std::string::npos) << result.err;
  EXPECT_EQ(slurp(model), "old");
}

TEST(Streams, AClosedStreamCannotBeUsed) {
  EXPECT_EQ(run_with_closed(">&-", {"extract", demo("unclassified.pcap")}).status, 5);
  const RunResult result = run_with_closed("<&-", {"extract", "-"});
  EXPECT_EQ(result.status, 3);
  EXPECT_NE(result.err.find("netml: standard input: "), std::string::npos) << result.err;
}

// A part of a label file is of no use: a signal ends the wait, for its writer or for its next row.
TEST_P(StopSignal, LabelFilesThatDoNotEndAreGivenUp) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(3));
  const std::string fifo = folder.path("labels");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  for (const bool has_writer : {false, true}) {
    Process process(netml_command({"extract", capture, "--label", fifo, "-o", folder.path("out")}));
    const int writer = has_writer ? open(fifo.c_str(), O_WRONLY | O_CLOEXEC) : -1;
    ASSERT_EQ(writer >= 0, has_writer);
    process.wait_for_lines(1, milliseconds(500));
    process.send(GetParam());
    const RunResult result = process.finish();
    close(writer);
    EXPECT_EQ(result.died, "") << has_writer;
    EXPECT_EQ(result.status, 128 + GetParam()) << has_writer << result.err;
    EXPECT_EQ(result.err, "") << has_writer;
  }
  EXPECT_EQ(folder_names(folder.path("")), (std::vector<std::string>{"flows.pcap", "labels"}));
}

TEST_P(StopSignal, ASummaryThatNobodyReadsIsGivenUp) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(3));
  const std::string fifo = folder.path("summary");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  Process process(netml_command({"extract", capture, "--summary", fifo}));
  EXPECT_TRUE(process.wait_for_lines(4, kSoon));
  process.wait_for_lines(5, milliseconds(300));
  process.send(GetParam());
  const RunResult result = process.finish();
  EXPECT_EQ(result.died, "");
  EXPECT_EQ(result.status, 128 + GetParam()) << result.err;
}

TEST(Streams, LimitEndsALiveRun) {
  const TempFolder folder;
  const std::string summary = folder.path("summary.json");
  Process process(netml_command({"extract", "-", "--limit", "3", "--summary", summary}));
  ASSERT_TRUE(process.write(ended_flows()));
  process.wait_for_lines(4, kSoon);
  for (int i = 0; i < 100 && process.is_running(); ++i) {
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_FALSE(process.is_running());
  const RunResult result = process.finish();
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(lines_of(result.out).size(), 4U);
  expect_conservation(read_json(summary), "limit");
  EXPECT_GT(read_json(summary)["packets_skipped"]["limit"], 0);
}

}  // namespace
}  // namespace netml
