// Every way to fail has its exit status and says why, in one line that names what is wrong.
#include <filesystem>

#include <gtest/gtest.h>
#include <unistd.h>

#include "program.hpp"
#include "support/capture_text.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using namespace test;

struct Case {
  std::vector<std::string> arguments;
  std::string message;  ///< the whole line after "netml: "
};

void expect_refused(int status, const std::vector<Case>& cases) {
  for (const Case& expected : cases) {
    const RunResult result = netml(expected.arguments);
    std::string what;
    for (const std::string& word : expected.arguments) {
      what += word + " ";
    }
    EXPECT_EQ(result.status, status) << what;
    EXPECT_EQ(result.out, "") << what;
    EXPECT_EQ(result.err, "netml: " + expected.message + "\n") << what;
  }
}

TEST(ExitCodes, UsageErrorsAreTwoAndSuggest) {
  const std::string capture = demo("unclassified.pcap");
  const std::string commands = " (extract, learn, train, classify, inspect, columns)";
  const RunResult unknown = netml({"extrct", capture});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_EQ(unknown.err.rfind("netml: unknown command 'extrct'; did you mean 'extract'? (", 0), 0U)
      << unknown.err;
  const RunResult algorithm = netml({"learn", capture, "-o", "m", "--algorithm", "ocsmv"});
  EXPECT_EQ(algorithm.status, 2);
  EXPECT_EQ(
      algorithm.err.rfind("netml: unknown algorithm 'ocsmv'; did you mean 'ocsvm'? (ocsvm, ", 0),
      0U)
      << algorithm.err;
  EXPECT_EQ(netml({"--", "extract"}).status, 2);
  EXPECT_EQ(netml({""}).status, 2);
  EXPECT_EQ(netml({"--threads", "2"}).status, 2);
  expect_refused(
      2,
      {{{"extract", "--feture", "flow", capture},
        "unknown option '--feture'; did you mean '--feature'?"},
       {{"extract", "--fratures=flow", capture},
        "unknown option '--fratures'; did you mean '--features'?"},
       {{"extract", "--sumary", "x", capture},
        "unknown option '--sumary'; did you mean '--summary'?"},
       {{"extract", "--features", "flo", capture},
        "unknown feature set 'flo'; did you mean 'flow'?"},
       {{"extract", "--columns", "src2dst_byte", capture},
        "unknown column 'src2dst_byte'; did you mean 'src2dst_bytes'?"},
       {{"extract", "--direction", "boht", capture},
        "--direction: 'boht' is none of both, one; did you mean 'both'?"},
       {{"extract", "--format", "cvs", capture},
        "--format: 'cvs' is none of csv, jsonl, npy, npz, sqlite; did you mean 'csv'?"},
       {{"extract", "--limit", "-1", capture}, "--limit: '-1' is not a whole number from 0"},
       {{"extract", "--limit", "x", capture}, "--limit: 'x' is not a whole number from 0"},
       {{"extract", "--seed", "-3", capture}, "--seed: '-3' is not a whole number from 0"},
       {{"extract", "--min-packets", "0", capture}, "--min-packets: must be at least 1"},
       {{"extract", "--idle-timeout", "-1", capture},
        "--idle-timeout: '-1' is neither seconds (0 to 9e9) nor inf"},
       {{"extract", "--memory-limit", "2XB", capture},
        "--memory-limit: '2XB' is not a size such as 512M or 2GiB"},
       {{"extract", "--memory-limit", "2", capture},
        "--memory-limit: '2' would be bytes, too few to work with; give it a unit, as in 2GiB or "
        "2MiB"},
       {{"extract", "--output=", capture}, "--output: the value is empty"},
       {{"extract", "-o", "", capture}, "-o: the value is empty"},
       {{"extract", ""}, "FILE: the value is empty"},
       {{"extract", "--bpf", "foo bar", capture},
        "--bpf 'foo bar': can't parse filter expression: syntax error"},
       {{"extract", "-o", "a", "-o", "b", capture}, "-o: given 2 times, at most once"},
       {{"extract", "--threads"}, "--threads: a value is missing"},
       {{"--verbosity", "9", "columns"}, "--verbosity: '9' is not a whole number from 0 to 3"},
       {{"columns", "--format", "xml"}, "--format: 'xml' is none of text, csv, markdown"},
       {{"columns", "flw"}, "unknown set or column 'flw'; did you mean 'flow'?"},
       {{"train", "stray.csv"},
        "unexpected argument 'stray.csv'; a table is given with -f, --feature"},
       {{"learn", "absent.pcap", "-o", "m", "--features", "splt,ja4"},
        "--features splt,ja4: no column of it is a number that a model could see; add another set, "
        "such as biflow"},
       {{"learn", capture, "-o", "m", "--test-size", "1"},
        "--test-size: '1' is not a number between 0 and 1"},
       {{"classify", capture}, "the following arguments are required: -m/--model"},
       {{"classify", "-m", "m", capture, "--report-all", "--no-report-all"},
        "--report-all and --no-report-all exclude one another"}});
}

TEST(ExitCodes, UnusableInputsAreThree) {
  const TempFolder folder;
  const std::string text = folder.write("notes.txt", "not a capture, only some text\n");
  const std::string gzip = folder.write("a.pcap.gz", "\x1f\x8b\x08 and so on");
  const std::string absent = folder.path("absent.pcap");
  const std::string capture = folder.write("flows.pcap", udp_capture(2));
  const std::string odd = folder.write("odd.pcap", pcap_header(195) + udp_record(0, 1));
  const std::string empty = folder.write("empty.pcap", "");
  expect_refused(
      3,
      {{{"extract", absent}, absent + ": cannot open: No such file or directory"},
       {{"extract", folder.path("")}, folder.path("") + ": is a directory"},
       {{"extract", text}, text + ": unknown file format"},
       {{"extract", empty}, empty + ": empty; not a capture"},
       {{"extract", "-"}, "standard input: empty; not a capture"},
       {{"extract", gzip},
        gzip + ": compressed with gzip: pipe it in, e.g. gzip -dc FILE | netml ... -"},
       {{"extract", capture, "--label", absent},
        absent + ": cannot open: No such file or directory"},
       {{"classify", "-m", absent, capture}, absent + ": cannot open: No such file or directory"},
       {{"train", "-f", absent, "-o", folder.path("m")},
        absent + ": cannot open: No such file or directory"},
       {{"inspect", absent}, absent + ": cannot open: No such file or directory"},
       {{"--config", absent, "columns"},
        absent +
            ": cannot open: No such file or directory; --config names a TOML file of options"}});
  const RunResult label = netml({"extract", demo("demo.csv")});
  EXPECT_EQ(label.status, 3);
  EXPECT_EQ(label.err, "netml: " + demo("demo.csv") +
                           ": unknown file format; not a capture: label files go with --label\n");
  for (const std::vector<std::string>& filter : {std::vector<std::string>{}, {"--bpf", "tcp"}}) {
    std::vector<std::string> arguments = {"extract", odd};
    arguments.insert(arguments.end(), filter.begin(), filter.end());
    const RunResult foreign = netml(arguments);
    EXPECT_EQ(foreign.status, 3);
    EXPECT_EQ(foreign.err,
              "netml: " + odd + ": link type 195 (IEEE802_15_4_WITHFCS) is not supported\n");
  }
  const std::string locked = folder.write("locked.pcap", udp_capture(2));
  if (geteuid() != 0) {  // nothing is unreadable for root
    std::filesystem::permissions(locked, std::filesystem::perms::none);
    EXPECT_EQ(netml({"extract", locked}).status, 3);
  }
}

TEST(ExitCodes, SeveralInputs) {
  const TempFolder folder;
  const std::string good = folder.write("good.pcap", udp_capture(3));
  const std::string bad = folder.path("absent.pcap");
  const std::string worse = folder.write("text.pcap", "no capture at all, really");
  const std::string summary = folder.path("summary.json");
  const RunResult mixed = netml({"extract", bad, good, "--summary", summary});
  EXPECT_EQ(mixed.status, 4);
  EXPECT_EQ(lines_of(mixed.out).size(), 4U);
  EXPECT_EQ(lines_of(mixed.err).size(), 1U) << mixed.err;
  EXPECT_EQ(read_json(summary)["status"], 4);
  EXPECT_EQ(read_json(summary)["inputs"][0]["status"], "unusable");
  EXPECT_EQ(read_json(summary)["inputs"][1]["status"], "ok");
  expect_conservation(read_json(summary), "mixed");
  const RunResult none = netml({"extract", bad, worse});
  EXPECT_EQ(none.status, 3);
  EXPECT_EQ(none.out, "");
  EXPECT_EQ(lines_of(none.err).size(), 2U) << none.err;
}

TEST(ExitCodes, DamageKeepsWhatWasReadBefore) {
  const TempFolder folder;
  const std::string whole = udp_capture(4);
  const std::string cut = folder.write("cut.pcap", whole.substr(0, whole.size() - 5));
  const std::string output = folder.path("flows.csv");
  const std::string summary = folder.path("summary.json");
  const RunResult result = netml({"extract", cut, "-o", output, "--summary", summary});
  EXPECT_EQ(result.status, 4);
  EXPECT_EQ(lines_of(result.err).size(), 1U);
  EXPECT_EQ(result.err.rfind("netml: " + cut + ": truncated dump file", 0), 0U) << result.err;
  EXPECT_NE(result.err.find(" [packet 8, byte "), std::string::npos) << result.err;
  EXPECT_EQ(csv_rows(slurp(output)).size(), 5U);
  EXPECT_EQ(read_json(summary)["packets_read"], 7);
  EXPECT_EQ(read_json(summary)["inputs"][0]["status"], "damaged");
}

TEST(ExitCodes, InspectSaysDamageOnStandardErrorToo) {
  const TempFolder folder;
  const std::string bytes = udp_capture(3);
  const std::string cut = folder.write("cut.pcap", bytes.substr(0, bytes.size() - 1));
  const RunResult result = netml({"inspect", cut});
  EXPECT_EQ(result.status, 4);
  EXPECT_NE(result.out.find("damaged: " + cut), std::string::npos) << result.out;
  EXPECT_NE(result.err.find("[packet 6"), std::string::npos) << result.err;
}

TEST(ExitCodes, AnOutputThatCannotBeWrittenIsFive) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(5000));
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"extract", capture, "-o", "/dev/full"},
        {"extract", capture, "-o", "/dev/full", "--format", "jsonl"},
        {"extract", capture, "-o", folder.path("absent/flows.csv")},
        {"extract", capture, "-o", folder.path("")},
        {"extract", capture, "-o", folder.path("flows.csv"), "--summary", "/dev/full"},
        {"learn", capture, "-o", "/dev/full"},
        {"learn", capture, "-o", folder.path("absent/model.netml")}}) {
    const RunResult result = netml(arguments);
    EXPECT_EQ(result.status, 5) << arguments.back() << result.err;
    EXPECT_NE(result.err.find(": cannot write: "), std::string::npos) << result.err;
  }
  Streams full;
  full.out = "/dev/full";
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"extract", capture},
                                                    {"columns"},
                                                    {"--help"},
                                                    {"--version"},
                                                    {"extract", "--help"},
                                                    {"inspect", capture}}) {
    EXPECT_EQ(netml(arguments, "", full).status, 5) << arguments.front();
  }
}

// Nothing of the input has been read: an empty one would be refused with 3.
TEST(ExitCodes, AFileThatIsWrittenLastIsTriedFirst) {
  const TempFolder folder;
  const std::string model = folder.path("model.netml"), output = folder.path("out");
  const std::string absent = folder.path("absent/last.json");
  ASSERT_EQ(netml({"learn", demo("unclassified.pcap"), "-o", model, "-q"}).status, 0);
  const std::string kept = folder.write("kept.json", "{\"format\": 1, \"done\": []}\n");
  for (const std::vector<std::string>& run :
       {std::vector<std::string>{"extract", "-", "-o", output, "--summary"},
        {"packets", "-", "-o", output, "--summary"},
        {"learn", "-", "-o", output, "--summary"},
        {"train", "-f", "-", "-o", output, "--summary"},
        {"classify", "-m", model, "-", "-o", output, "--summary"},
        {"classify", "-m", model, "-", "-o", output, "--state"}}) {
    std::vector<std::string> refused = run, tried = run;
    refused.push_back(absent);
    tried.push_back(kept);
    const RunResult result = netml(refused);
    EXPECT_EQ(result.status, 5) << run.front() << " " << run.back();
    EXPECT_EQ(result.err, "netml: " + absent + ": cannot write: No such file or directory\n");
    EXPECT_EQ(netml(tried).status, 3) << run.front() << " " << run.back();
    EXPECT_EQ(slurp(kept), "{\"format\": 1, \"done\": []}\n");
    EXPECT_EQ(folder_names(folder.path("")),
              (std::vector<std::string>{"kept.json", "model.netml"}));
  }
}

// Flows for the threshold are read last, and looked for first.
TEST(ExitCodes, ACalibrationThatIsNotThereIsSaidFirst) {
  const TempFolder folder;
  const std::string absent = folder.path("absent");
  for (const std::vector<std::string>& run :
       {std::vector<std::string>{"learn", "-"}, {"train", "-f", "-"}}) {
    std::vector<std::string> arguments = run;
    arguments.insert(arguments.end(), {"-o", folder.path("m"), "--calibrate", absent});
    const RunResult result = netml(arguments);
    EXPECT_EQ(result.status, 3) << run.front();
    EXPECT_EQ(result.err, "netml: " + absent + ": cannot open: No such file or directory\n");
  }
}

// Whichever file of a run cannot be written, or whatever else ends it late: none takes its place.
TEST(ExitCodes, NoFileOfARunThatFailsTakesItsPlace) {
  const TempFolder folder;
  const std::string features = folder.path("features.csv"), model = folder.path("model.netml");
  const std::string output = folder.write("out", "old"), kept = folder.write("kept.csv", "old");
  const std::string absent = folder.path("absent/r.html");
  const TempFolder links;  // what goes beside a full disk has room
  const std::string full = links.path("full");
  std::filesystem::create_symlink("/dev/full", full);
  const std::vector<std::vector<std::string>> runs = {
      {"learn", demo("demo.pcap"), "--label", demo("demo.csv"), "--feature", kept},
      {"train", "-f", features},
      {"classify", "-m", model, demo("demo.pcap"), "--state", folder.path("state")},
      {"classify", "-m", model, "--table", features}};
  ASSERT_EQ(netml({"learn", demo("demo.pcap"), "-o", model, "--feature", features}).status, 0);
  const auto refused = [&](std::vector<std::string> run, const std::vector<std::string>& more) {
    run.insert(run.end(), {"-o", output});
    run.insert(run.end(), more.begin(), more.end());
    const RunResult result = netml(run);
    const std::string what = run.front() + " " + more.front() + " " + more.back();
    EXPECT_EQ(slurp(output), "old") << what;
    EXPECT_EQ(slurp(kept), "old") << what;
    EXPECT_EQ(folder_names(folder.path("")).size(), 5U) << what;
    return result.status;
  };
  for (const std::vector<std::string>& run : runs) {
    for (const std::string option : {"--report", "--summary"}) {
      EXPECT_EQ(refused(run, {option, absent}), 5);
      EXPECT_EQ(refused(run, {option, full}), 5);
    }
  }
  EXPECT_EQ(refused(runs[1], {"--test-scores", absent}), 5);
  EXPECT_EQ(refused(runs[0], {"--algorithm", "gmm", "--param", "k: 1000"}), 3);
}

// The features of hours are kept where only the model does not fit; all that is said of them holds.
TEST(ExitCodes, FeaturesStandWhereTrainingDoesNotFitTheLimit) {
  const TempFolder folder;
  const std::string features = folder.path("features.csv");
  const std::string summary = folder.path("summary.json");
  const RunResult result = netml({"learn", demo("demo.pcap"), "--label", demo("demo.csv"),
                                  "--algorithm", "kres", "--memory-limit", "8MiB", "--feature",
                                  features, "-o", folder.path("m.netml"), "--summary", summary});
  EXPECT_EQ(result.status, 6) << result.err;
  const std::size_t flows = csv_rows(slurp(features)).size() - 1;
  EXPECT_GT(flows, 1000U);
  EXPECT_EQ(read_json(summary)["flows_written"], flows);
  EXPECT_EQ(read_json(summary)["status"], 6);
  expect_conservation(read_json(summary), "limit");
  EXPECT_EQ(folder_names(folder.path("")),
            (std::vector<std::string>{"features-metadata.json", "features.csv", "summary.json"}));
}

TEST(ExitCodes, FeaturesWithoutAModelDoNotPrecedeTheirSummary) {
  const TempFolder folder;
  const std::string features = folder.write("features.csv", "old");
  const RunResult result =
      netml({"learn", demo("demo.pcap"), "--memory-limit", "300KiB", "--feature", features, "-o",
             folder.path("m.netml"), "--summary", "/dev/full"});
  EXPECT_EQ(result.status, 5) << result.err;
  EXPECT_EQ(slurp(features), "old");
  EXPECT_EQ(folder.entries(), 1U);
}

// The file size limit of a shell stands for a full disk.
TEST(ExitCodes, AShortWriteLeavesTheOldFile) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(2000));
  for (const std::string name : {"flows.csv", "flows.jsonl", "flows.npz"}) {
    const std::string output = folder.write(name, "old");
    const RunResult result = run_program({"sh", "-c", "ulimit -f 64; exec \"$@\"", "sh", binary(),
                                          "extract", capture, "-o", output});
    expect_sound(result, name);
    EXPECT_EQ(result.status, 5) << name << result.err;
    EXPECT_EQ(slurp(output), "old") << name;
  }
  EXPECT_EQ(folder_names(folder.path("")),
            (std::vector<std::string>{"flows.csv", "flows.jsonl", "flows.npz", "flows.pcap"}));
}

// A table whose description cannot be written beside it is not replaced either.
TEST(ExitCodes, TableAndDescriptionStayTogether) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(2));
  const std::string output = folder.write("flows.csv", "old");
  std::filesystem::create_directory(folder.path("flows-metadata.json"));
  EXPECT_EQ(netml({"extract", capture, "-o", output}).status, 5);
  EXPECT_EQ(slurp(output), "old");
  EXPECT_EQ(folder_names(folder.path("")).size(), 3U);
}

TEST(ExitCodes, NoInputIsOverwritten) {
  const TempFolder folder;
  const std::string bytes = udp_capture(60);
  const std::string capture = folder.write("flows.pcap", bytes);
  std::filesystem::create_symlink("flows.pcap", folder.path("link.pcap"));
  const std::string label = folder.write("labels.csv", "x");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"extract", capture, "-o", capture},
        {"extract", capture, "-o", folder.path("link.pcap")},
        {"extract", capture, "--summary", capture},
        {"extract", capture, "-o", folder.path("x"), "--summary", folder.path("x")},
        {"learn", capture, "--label", label, "-o", label},
        {"classify", "-m", capture, folder.path("link.pcap"), "-o", capture},
        {"train", "-f", capture, "-o", capture}}) {
    const RunResult result = netml(arguments);
    EXPECT_EQ(result.status, 2) << result.err;
  }
  EXPECT_EQ(slurp(capture), bytes);
  EXPECT_EQ(slurp(label), "x");
}

TEST(ExitCodes, StopAtTheMemoryBudgetIsSix) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(100));
  const std::string summary = folder.path("summary.json");
  const std::string output = folder.path("flows.csv");
  const RunResult stopped = netml({"extract", capture, "--max-flows", "10", "--on-limit", "stop",
                                   "-o", output, "--summary", summary});
  EXPECT_EQ(stopped.status, 6) << stopped.err;
  expect_conservation(read_json(summary), "stop");
  EXPECT_GE(csv_rows(slurp(output)).size(), 11U);
  const RunResult evicted = netml({"extract", capture, "--max-flows", "10", "--summary", summary,
                                   "--columns", "src_port,end_reason"});
  EXPECT_EQ(evicted.status, 0);
  expect_conservation(read_json(summary), "evict");
  EXPECT_EQ(read_json(summary)["flows_evicted"], 90);
  EXPECT_EQ(lines_of(evicted.out).size(), 101U);
  EXPECT_EQ(lines_of(evicted.out)[1], "1024,evicted");
  const std::string warning =
      "netml: warning: 90 flows were cut short at --max-flows 10 or --memory-limit 2GiB "
      "(end_reason "
      "evicted): packets that follow count as new flows; raise it to keep flows whole\n";
  EXPECT_EQ(evicted.err, warning);
  const std::string model = folder.path("model.netml");
  const RunResult learnt =
      netml({"learn", capture, "--max-flows", "10", "--features", "biflow", "-o", model});
  EXPECT_EQ(learnt.status, 0) << learnt.err;
  EXPECT_NE(learnt.err.find(warning), std::string::npos) << learnt.err;
  const RunResult classified = netml({"classify", "-m", model, capture, "--max-flows", "10"});
  EXPECT_NE(classified.err.find(warning), std::string::npos) << classified.err;
}

TEST(ExitCodes, MemoryForAWholeRunUsedUpIsSixWithEveryPacketAccountedFor) {
  const TempFolder folder;
  const std::string summary = folder.path("summary.json");
  const std::vector<std::string> runs[] = {{"extract", "--features", "iat"},
                                           {"extract", "--features", "iat", "--preset", "netml"},
                                           {"learn", "--output", folder.path("no.netml")}};
  for (std::vector<std::string> arguments : runs) {
    const std::string what = arguments.front() + " " + arguments.back();
    arguments.insert(arguments.end(),
                     {"--memory-limit", "100K", "--summary", summary, demo("demo.pcap")});
    const RunResult result = netml(arguments);
    EXPECT_EQ(result.status, 6) << what;
    EXPECT_NE(result.err.find("--memory-limit"), std::string::npos) << what;
    expect_conservation(read_json(summary), what);
  }
  EXPECT_FALSE(std::filesystem::exists(folder.path("no.netml")));
}

// The checks of the Python netml's learn, in its words.
TEST(ExitCodes, LearnChecksItsArguments) {
  const TempFolder folder;
  const std::string a = folder.write("a.pcap", udp_capture(3));
  const std::string label = folder.write("a.csv", "x");
  const std::string model = folder.path("model.netml");
  expect_refused(
      2,
      {{{"learn", "-p", a, "-p", a, "-p", a, "-l", label, "-l", label, "-o", model},
        "the number of files optionally specified by -l/--label must match those specified by "
        "-p/--pcap, or be one"},
       {{"learn", "--pcap-normal", a, "--label", label, "-o", model},
        "--label needs a capture given by --pcap"},
       {{"learn", "train", "-o", model},
        "the following arguments are required to \"train\": -f/--feature"},
       {{"train", "-o", model}, "the following arguments are required to \"train\": -f/--feature"},
       {{"learn", "-p", a},
        "the following arguments are required to \"learn\": -o/--output/-m/--model"},
       {{"learn", "train", "-f", a},
        "the following arguments are required to \"train\": -o/--output/-m/--model"}});
  EXPECT_EQ(folder_names(folder.path("")), (std::vector<std::string>{"a.csv", "a.pcap"}));
}

TEST(ExitCodes, EmptyCapturesAreFine) {
  const TempFolder folder;
  const std::string none = folder.write("none.pcap", pcap_header());
  const std::string arp =
      folder.write("arp.pcap", pcap_header() + pcap_record(0, ether(0x0806, zeros(28))));
  const std::string summary = folder.path("summary.json");
  for (const std::string& capture : {none, arp}) {
    for (const std::vector<std::string>& sets : {std::vector<std::string>{"--features", "flow"},
                                                 {"--features", "iat"},
                                                 {"--preset", "netml", "--features", "iat"},
                                                 {"--preset", "nfstream"}}) {
      std::vector<std::string> arguments = {"extract", capture, "--summary", summary};
      arguments.insert(arguments.end(), sets.begin(), sets.end());
      const RunResult result = netml(arguments);
      EXPECT_EQ(result.status, 0) << result.err;
      EXPECT_EQ(lines_of(result.out).size(), 1U) << capture << " " << sets.back();
      expect_conservation(read_json(summary), capture);
    }
  }
}

}  // namespace
}  // namespace netml
