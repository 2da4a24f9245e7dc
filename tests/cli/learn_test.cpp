// From captures to a model and from a model to verdicts, with the demo data.
#include <cmath>
#include <filesystem>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netml/core/text_format.hpp"

#include "program.hpp"
#include "support/capture_text.hpp"
#include "support/delimited_file.hpp"
#include "support/reference.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using namespace test;

// The README's model, trained once for all tests of a process.
class Demo : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<TempFolder>();
    learnt_ = netml({"learn", "--pcap=" + demo("demo.pcap"), "--label=" + demo("demo.csv"),
                     "--output=" + model(), "--summary", folder_->path("learn.json")});
  }
  static void TearDownTestSuite() { folder_.reset(); }

  static std::string model() { return folder_->path("model.netml"); }
  static RunResult classify(std::vector<std::string> more) {
    more.insert(more.begin(), {"classify", "--model=" + model()});
    return netml(more);
  }
  static const TempFolder& folder() { return *folder_; }
  static const RunResult& learnt() { return learnt_; }

 private:
  static inline std::unique_ptr<TempFolder> folder_;
  static inline RunResult learnt_;
};

TEST_F(Demo, LearnPrintsItsTableAndWritesAPrivateModel) {
  ASSERT_EQ(learnt().status, 0) << learnt().err;
  EXPECT_EQ(learnt().out, "");
  const auto lines = lines_of(learnt().err);
  ASSERT_GE(lines.size(), 6U);
  EXPECT_EQ(lines[0], "netml: labels: 1957 flows matched, 0 unmatched, 0 contradictory");
  EXPECT_EQ(lines[lines.size() - 5].rfind("+training performance", 0), 0U) << learnt().err;
  EXPECT_NE(lines[lines.size() - 4].find("| model score (auc)"), std::string::npos);
  struct stat status {};
  ASSERT_EQ(stat(model().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  const nlohmann::json summary = read_json(folder().path("learn.json"));
  expect_conservation(summary, "learn");
  EXPECT_GT(summary["metrics"]["auc"].get<double>(), 0.85);
  EXPECT_TRUE(summary["metrics"]["average_precision"].is_number());
  EXPECT_TRUE(summary["metrics"]["tpr_at_fpr_0.01"].is_number());
  EXPECT_TRUE(summary["train_seconds"].is_number());
  EXPECT_TRUE(summary["test_seconds"].is_number());
  EXPECT_EQ(summary["flows"]["train"].get<int>() + summary["flows"]["test"].get<int>(), 1957);
  EXPECT_EQ(summary["labels"]["rows_matched"], 1957);
}

// The label file without its --label.
TEST_F(Demo, AnInputThatCannotBeReadIsNoCaptureOfTheModel) {
  const std::string model = folder().path("forgotten.netml");
  const RunResult result = netml({"learn", demo("demo.pcap"), demo("demo.csv"), "-o", model});
  EXPECT_EQ(result.status, 4) << result.err;
  EXPECT_NE(result.err.find("demo.csv: unknown file format; not a capture: label files go with "
                            "--label\n"),
            std::string::npos)
      << result.err;
  const std::string card = netml({"inspect", model}).out;
  EXPECT_NE(card.find("name: demo.pcap"), std::string::npos) << card;
  EXPECT_EQ(card.find("demo.csv"), std::string::npos) << card;
}

// CICIDS2017 and CICFlowMeter write it with a capital.
TEST_F(Demo, TrainFindsTheLabelInAnyCase) {
  const std::string table = folder().write(
      "capital.csv", "a,b, Label\n" + [] {
        std::string rows;
        for (int i = 0; i < 60; ++i) {
          rows += std::to_string(i) + "," + std::to_string(i % 7) +
                  (i % 6 == 0 ? ",Bot\n" : ",BENIGN\n");
        }
        return rows;
      }());
  const std::string summary = folder().path("capital.json");
  const RunResult result =
      netml({"train", "-f", table, "-o", folder().path("capital.netml"), "--summary", summary});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_TRUE(read_json(summary)["metrics"]["auc"].is_number());
}

TEST_F(Demo, TheSameModelEachTime) {
  const std::string again = folder().path("again.netml");
  for (const char* threads : {"1", "7"}) {
    ASSERT_EQ(netml({"learn", "-p", demo("demo.pcap"), "-l", demo("demo.csv"), "-m", again, "-q",
                     "--threads", threads})
                  .status,
              0);
    EXPECT_TRUE(slurp(again) == slurp(model()));
  }
  ASSERT_EQ(netml({"learn", "-p", demo("demo.pcap"), "-l", demo("demo.csv"), "-m", again, "-q",
                   "--seed", "7"})
                .status,
            0);
  EXPECT_FALSE(slurp(again) == slurp(model()));
}

TEST_F(Demo, ClassifyWritesTextLines) {
  Streams streams;
  streams.in = demo("unclassified.pcap");
  const RunResult result = netml({"classify", "--model=" + model()}, "", streams);
  ASSERT_EQ(result.status, 0) << result.err;
  const auto lines = lines_of(result.out);
  ASSERT_GT(lines.size(), 20U);
  for (const std::string& line : lines) {
    EXPECT_EQ(line.rfind("[2026-11-20] [15:4", 0), 0U) << line;
    EXPECT_EQ(line.find('\x1b'), std::string::npos) << line;  // not a terminal
    for (const char* part : {" – ", " → ", "] ANOMALY score=", " p=0."}) {
      EXPECT_NE(line.find(part), std::string::npos) << line;
    }
  }
  EXPECT_EQ(classify({demo("unclassified.pcap")}).out, result.out);
  EXPECT_EQ(lines_of(classify({demo("unclassified.pcap"), "--report-all"}).out).size(), 604U);
  EXPECT_EQ(lines_of(classify({demo("unclassified.pcap"), "-v", "2"}).out).size(), 604U);
  EXPECT_EQ(classify({demo("unclassified.pcap"), "-v", "2", "--no-report-all"}).out, result.out);
  const RunResult colored = classify({demo("unclassified.pcap"), "--color", "always"});
  EXPECT_NE(colored.out.find("\x1b[1;31mANOMALY\x1b[0m"), std::string::npos);
}

TEST_F(Demo, ClassifyWritesTables) {
  const std::vector<std::string> header = {
      "src_ip",  "src_port", "dst_ip", "dst_port",  "protocol", "start_ns", "end_ns",
      "packets", "bytes",    "score",  "threshold", "p_value",  "verdict",  "explanation"};
  const std::string output = folder().path("verdicts.csv"), summary = folder().path("c.json");
  ASSERT_EQ(
      classify({demo("unclassified.pcap"), "--format", "csv", "-o", output, "--summary", summary})
          .status,
      0);
  const auto rows = csv_rows(slurp(output));
  ASSERT_EQ(rows.size(), 605U);
  EXPECT_EQ(rows[0], header);
  std::size_t anomalies = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const double score = parse_double(rows[i][9]).value(),
                 threshold = parse_double(rows[i][10]).value();
    EXPECT_EQ(rows[i][12], score > threshold ? "anomaly" : "normal");
    anomalies += rows[i][12] == "anomaly" ? 1U : 0U;
  }
  expect_conservation(read_json(summary), "classify");
  EXPECT_EQ(read_json(summary)["verdicts"]["anomaly"], anomalies);
  EXPECT_EQ(read_json(summary)["verdicts"]["normal"], 604 - anomalies);

  const auto lines =
      lines_of(classify({demo("unclassified.pcap"), "--format", "jsonl", "--no-report-all"}).out);
  ASSERT_EQ(lines.size(), anomalies);
  for (const std::string& line : lines) {
    const auto object = nlohmann::ordered_json::parse(line);
    std::vector<std::string> names;
    for (const auto& [name, value] : object.items()) {
      names.push_back(name);
    }
    EXPECT_EQ(names, header);
    EXPECT_EQ(object["verdict"], "anomaly");
    EXPECT_TRUE(object["start_ns"].is_number_integer());
  }
}

TEST_F(Demo, ExitCodeTellsOfAnomalies) {
  EXPECT_EQ(classify({demo("unclassified.pcap"), "--exit-code"}).status, 10);
  EXPECT_EQ(classify({demo("unclassified.pcap"), "--exit-code", "--threshold", "1e9"}).status, 0);
  EXPECT_EQ(classify({demo("unclassified.pcap"), "--exit-code", "--bpf", "port 1"}).status, 0);
  // Damage and absent files matter more.
  EXPECT_EQ(classify({demo("unclassified.pcap"), folder().path("absent"), "--exit-code"}).status,
            4);
}

TEST_F(Demo, ThresholdsMove) {
  const auto count = [&](const std::string& option, const std::string& value) {
    return lines_of(classify({demo("unclassified.pcap"), option, value}).out).size();
  };
  EXPECT_EQ(count("--threshold", "-1e9"), 604U);
  EXPECT_LT(count("--false-alarm-rate", "0.02"), count("--false-alarm-rate", "0.2"));
  EXPECT_EQ(
      classify({demo("unclassified.pcap"), "--threshold", "1", "--false-alarm-rate", "0.1"}).status,
      2);
  EXPECT_EQ(classify({demo("unclassified.pcap"), "--false-alarm-rate", "1e-6"}).status, 3);
}

TEST_F(Demo, OptionsThatContradictTheModelAreRefused) {
  for (const std::vector<std::string>& more : {std::vector<std::string>{"--idle-timeout", "3"},
                                               {"--accounting", "ip"},
                                               {"--direction", "one"},
                                               {"--features", "flow"},
                                               {"--preset", "nfstream"},
                                               {"--max-packets-per-flow", "5"},
                                               {"--decode-tunnels", "off"},
                                               {"--tcp-end", "strict"}}) {
    std::vector<std::string> arguments = {demo("unclassified.pcap")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const RunResult result = classify(arguments);
    EXPECT_EQ(result.status, 2) << more[0];
    EXPECT_EQ(result.err.rfind("netml: " + more[0] + " " + more[1] + " contradicts the model", 0),
              0U)
        << result.err;
    EXPECT_LT(result.err.size(), 300U) << result.err;  // says what differs, not everything
  }
  EXPECT_EQ(
      classify({demo("unclassified.pcap"), "--idle-timeout", "120", "--min-packets", "3"}).status,
      0);
}

TEST(LearntOptions, ThatAreRepeatedDoNotContradictTheModel) {
  const TempFolder folder;
  const std::string model = folder.path("m.netml"), capture = demo("unclassified.pcap");
  const std::vector<std::vector<std::string>> cases = {
      {"--columns", "bwd_share,log_duration"},
      {"--features", "iat", "--interval", "5", "--idle-timeout", "60", "--dim", "4"}};
  for (const std::vector<std::string>& options : cases) {
    std::vector<std::string> learn = {"learn", demo("demo.pcap"), "-o", model, "-q"};
    std::vector<std::string> classify = {"classify", "-m", model, capture, "-q"};
    learn.insert(learn.end(), options.begin(), options.end());
    classify.insert(classify.end(), options.begin(), options.end());
    ASSERT_EQ(netml(learn).status, 0);
    const RunResult result = netml(classify);
    EXPECT_EQ(result.status, 0) << result.err;
  }
  ASSERT_EQ(netml({"learn", demo("demo.pcap"), "-o", model, "-q", "--columns", "bwd_share"}).status,
            0);
  const RunResult other = netml({"classify", "-m", model, capture, "--columns", "log_duration"});
  EXPECT_EQ(other.status, 2);
  EXPECT_EQ(other.err.rfind(
                "netml: --columns log_duration contradicts the model, which sees bwd_share\n", 0),
            0U)
      << other.err;
}

TEST_F(Demo, LabelsGiveMetrics) {
  const std::string summary = folder().path("metrics.json");
  const RunResult result =
      classify({demo("demo.pcap"), "--label", demo("demo.csv"), "--summary", summary});
  EXPECT_EQ(result.status, 0);
  EXPECT_NE(result.err.find("metrics: "), std::string::npos);
  const nlohmann::json metrics = read_json(summary)["metrics"];
  EXPECT_GT(metrics["auc"].get<double>(), 0.9);
  EXPECT_GT(metrics["average_precision"].get<double>(), 0.8);
  EXPECT_TRUE(metrics["tpr_at_fpr_0.01"].is_number());
  EXPECT_EQ(read_json(summary)["labels"]["flows_matched"], 1957);
}

TEST_F(Demo, InspectShowsTheModelCard) {
  const RunResult card = netml({"inspect", model()});
  EXPECT_EQ(card.status, 0);
  for (const char* part : {"kind: ocsvm", "name: demo.pcap", "threshold: ", "auc: 0.9",
                           "idle_timeout_ns: 120000000000"}) {
    EXPECT_NE(card.out.find(part), std::string::npos) << part;
  }
  EXPECT_TRUE(nlohmann::json::accept(netml({"inspect", "--full", model()}).out));
}

// It is for the owner of a file to know whom it may be shown to.
TEST(Learn, InspectSaysWhoseFlowsAreInside) {
  const TempFolder folder;
  const std::string capture = folder.write("a.pcap", udp_capture(20)),
                    model = folder.path("m.netml");
  const auto line = [&] {
    const std::string card = netml({"inspect", model}).out;
    const std::size_t start = card.find("reference_rows: ");
    return start == std::string::npos ? card : card.substr(start);
  };
  ASSERT_EQ(netml({"learn", capture, "-q", "-o", model}).status, 0);
  EXPECT_EQ(line(), "reference_rows: 16 training flows with their addresses are inside\n");
  std::string csv = "a,b\n";
  for (int i = 0; i < 20; ++i) {
    csv += std::to_string(i % 7) + "," + std::to_string(i % 3) + ".5\n";
  }
  ASSERT_EQ(netml({"train", "-f", folder.write("t.csv", csv), "-q", "-o", model}).status, 0);
  EXPECT_EQ(line(), "reference_rows: 16 training flows without addresses are inside\n");
}

// ---------------------------------------------------------------- other ways to learn

TEST(Learn, WithoutLabels) {
  const TempFolder folder;
  const std::string model = folder.path("model.netml"), summary = folder.path("s.json");
  const RunResult result =
      netml({"learn", demo("unclassified.pcap"), "-o", model, "--summary", summary});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.err.find("| n/a"), std::string::npos) << result.err;
  EXPECT_TRUE(read_json(summary)["metrics"]["auc"].is_null());
  EXPECT_EQ(read_json(summary)["flows"]["train"], 604);
  EXPECT_EQ(netml({"classify", "-m", model, demo("unclassified.pcap")}).status, 0);
}

TEST(Learn, TooFewFlows) {
  const TempFolder folder;
  const std::string model = folder.path("model.netml");
  const RunResult none = netml({"learn", folder.write("none.pcap", pcap_header()), "-o", model});
  EXPECT_EQ(none.status, 3) << none.err;
  EXPECT_FALSE(std::filesystem::exists(model));
  const std::string five = folder.write("five.pcap", udp_capture(5));
  const RunResult scores_only = netml({"learn", five, "-o", model});
  EXPECT_EQ(scores_only.status, 0) << scores_only.err;
  EXPECT_NE(scores_only.err.find("warning: the model has no threshold"), std::string::npos);
  const RunResult unclassified = netml({"classify", "-m", model, five, "--report-all"});
  EXPECT_EQ(unclassified.status, 0);
  EXPECT_NE(unclassified.out.find("[unclassified]"), std::string::npos) << unclassified.out;
  const RunResult asked = netml({"learn", five, "-o", model, "--false-alarm-rate", "0.01"});
  EXPECT_EQ(asked.status, 3);
  EXPECT_NE(asked.err.find("takes at least 99"), std::string::npos) << asked.err;
}

TEST(Learn, FromNormalAndAbnormalCaptures) {
  const TempFolder folder;
  const std::string model = folder.path("model.netml"), table = folder.path("flows.csv");
  const std::string normal = folder.write("normal.pcap", udp_capture(60));
  const std::string abnormal = folder.write("abnormal.pcap", udp_capture(30, 40));
  const std::string summary = folder.path("s.json");
  const RunResult result = netml({"learn", "--pcap-normal", normal, "--pcap-abnormal", abnormal,
                                  "-o", model, "-f", table, "--summary", summary});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_GT(read_json(summary)["metrics"]["auc"].get<double>(), 0.99);
  const auto rows = csv_rows(slurp(table));
  ASSERT_EQ(rows.size(), 91U);
  const std::size_t label = rows[0].size() - 2;
  EXPECT_EQ(rows[0][label], "label");
  EXPECT_EQ(rows[1][label] + rows[1][label + 1], "0normal");
  EXPECT_EQ(rows[90][label] + rows[90][label + 1], "1abnormal");
}

TEST(Learn, ExtractThenTrainIsLearn) {
  const TempFolder folder;
  const std::vector<std::string> captures = {"-p", demo("demo.pcap"), "-l", demo("demo.csv")};
  const auto with = [&](std::vector<std::string> head, const std::vector<std::string>& tail) {
    head.insert(head.end(), captures.begin(), captures.end());
    head.insert(head.end(), tail.begin(), tail.end());
    const RunResult result = netml(head);
    EXPECT_EQ(result.status, 0) << result.err;
  };
  const std::string csv = folder.path("flows.csv"), npz = folder.path("flows.npz");
  with({"learn", "extract"}, {"-f", csv, "-q"});
  with({"learn", "extract"}, {"-f", npz, "-q"});
  with({"learn"}, {"-f", folder.path("kept.csv"), "-o", folder.path("whole.netml"), "-q",
                   "--test-scores", folder.path("whole.csv")});
  EXPECT_TRUE(slurp(folder.path("kept.csv")) == slurp(csv));
  const std::vector<std::vector<std::string>> commands = {{"learn", "train", "-f", csv},
                                                          {"train", "-f", csv},
                                                          {"train", "-f", npz},
                                                          {"train", "-f", "-"}};
  for (std::size_t i = 0; i < commands.size(); ++i) {
    std::vector<std::string> command = commands[i];
    const std::string model = folder.path("m" + std::to_string(i));
    const std::string scores = folder.path("scores" + std::to_string(i));
    command.insert(command.end(), {"-o", model, "-q", "--test-scores", scores});
    const RunResult result = netml(command, command[2] == "-" ? slurp(csv) : "");
    ASSERT_EQ(result.status, 0) << result.err;
    const auto expected = csv_rows(slurp(folder.path("whole.csv"))),
               found = csv_rows(slurp(scores));
    ASSERT_EQ(found.size(), expected.size());
    if (command[2] != "-") {  // nothing beside it says that `protocol` is identity there
      EXPECT_EQ(found[0], expected[0]);
      EXPECT_EQ(found[5], expected[5]);
      EXPECT_EQ(found.back(), expected.back());
    }
    // With its recipe a table's model classifies captures; a table on stdin has none.
    const RunResult verdicts = netml({"classify", "-m", model, demo("unclassified.pcap")});
    EXPECT_EQ(verdicts.status, command[2] == "-" ? 2 : 0) << verdicts.err;
  }
}

// What a model is fitted on are the numbers that the user sees.
TEST(Learn, MeasuresWhatExtractWrites) {
  const TempFolder folder;
  const std::string kept = folder.path("kept.csv"), written = folder.path("written.csv");
  for (const char* preset : {"", "nfstream", "netflowmeter", "cicflowmeter"}) {
    for (const char* sets :
         {"flow,statistics", "biflow,early", "netflowmeter", "cicflowmeter", "iat_size,wavelet"}) {
      SCOPED_TRACE(std::string(preset) + " " + sets);
      std::vector<std::string> what = {"-p", demo("unclassified.pcap"), "--features", sets, "-q"};
      if (*preset != '\0') {
        what.insert(what.end(), {"--preset", preset});
      }
      std::vector<std::string> learn = {"learn", "-f", kept, "-o", folder.path("m.netml")};
      std::vector<std::string> extract = {"extract", "-o", written};
      learn.insert(learn.end(), what.begin(), what.end());
      extract.insert(extract.end(), what.begin(), what.end());
      ASSERT_EQ(netml(learn).status, 0);
      ASSERT_EQ(netml(extract).status, 0);
      EXPECT_TRUE(slurp(kept) == slurp(written));
    }
  }
}

// They come to nothing there, wherever they stand; those of a configuration are for all three.
TEST(Learn, ItsOwnOptionsAreRefusedBesideItsHalves) {
  const TempFolder folder;
  const std::string model = folder.path("m"), table = folder.path("t.csv");
  const std::string config =
      folder.write("c.toml", "[learn]\nalgorithm = \"pca\"\n[learn.train]\nalgorithm = \"pca\"\n");
  ASSERT_EQ(netml({"learn", "extract", demo("demo.pcap"), "-o", table}).status, 0);
  const auto refusal = [](const std::vector<std::string>& arguments) {
    const RunResult result = netml(arguments);
    EXPECT_EQ(result.status, 2) << join(arguments, " ");
    return result.err;
  };
  EXPECT_EQ(refusal({"learn", "-p", demo("demo.pcap"), "-o", model, "extract"}),
            "netml: -p stands before 'extract'; what belongs to learn extract stands behind it\n");
  EXPECT_EQ(refusal({"learn", demo("demo.pcap"), "extract"}),
            "netml: '" + demo("demo.pcap") +
                "' stands before 'extract'; what belongs to learn extract stands behind it\n");
  EXPECT_EQ(refusal({"learn", "train", table, "-o", model}),
            "netml: unexpected argument '" + table + "'; a table is given with -f, --feature\n");
  EXPECT_EQ(refusal({"learn", "--algorithm=pca", "train", "-f", table, "-o", model}),
            "netml: --algorithm stands before 'train'; what belongs to learn train stands behind "
            "it\n");
  EXPECT_EQ(refusal({"learn", "train", "-f", table, "-o", model, "--label", demo("demo.csv")}),
            "netml: --label is an option of learn, not of learn train\n");
  EXPECT_FALSE(std::filesystem::exists(model));
  EXPECT_EQ(
      netml({"-q", "learn", "-q", "--config", config, "train", "-f", table, "-o", model, "-q"})
          .status,
      0);
}

// A pipe is opened once, when its turn comes.
TEST(Learn, CalibratesOnAPipe) {
  const TempFolder folder;
  const std::string fifo = folder.path("fifo");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const std::string bytes = slurp(demo("demo.pcap"));
  std::thread writer([&] { folder.write("fifo", bytes); });
  const RunResult result = netml({"learn", demo("demo.pcap"), "--algorithm", "pca", "--calibrate",
                                  fifo, "-o", folder.path("m")});
  close(open(fifo.c_str(), O_RDONLY | O_NONBLOCK));  // lets the writer go where nobody has read
  writer.join();
  EXPECT_EQ(result.status, 0) << result.err;
}

TEST(Learn, LabelsThatMatchNothingNameBothSpans) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(30));
  const RunResult result =
      netml({"learn", capture, "--label", demo("demo.csv"), "-o", folder.path("m")});
  EXPECT_EQ(result.status, 3);
  EXPECT_NE(result.err.find("2026-11-20"), std::string::npos) << result.err;  // the labels
  EXPECT_NE(result.err.find("2023-11-14"), std::string::npos) << result.err;  // the capture
  EXPECT_FALSE(std::filesystem::exists(folder.path("m")));
  const RunResult table = netml({"extract", capture, "--label", demo("demo.csv")});
  EXPECT_EQ(table.status, 0);
  EXPECT_NE(table.err.find("netml: warning: "), std::string::npos) << table.err;
  EXPECT_EQ(csv_rows(table.out)[1].back(), "");
}

TEST(Learn, ParametersAndHelpForThem) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(60));
  const std::string model = folder.path("model.netml");
  EXPECT_EQ(netml({"learn", capture, "-o", model, "--param", "{nu: 0.1}"}).status, 0);
  EXPECT_NE(netml({"inspect", model}).out.find("nu: 0.1"), std::string::npos);
  const std::string file = folder.write("p.yaml", "ocsvm:\n  nu: 0.2\n");
  EXPECT_EQ(netml({"learn", capture, "-o", model, "--param", file}).status, 0);
  EXPECT_NE(netml({"inspect", model}).out.find("nu: 0.2"), std::string::npos);
  const RunResult chosen =
      netml({"learn", capture, "-o", model, "--columns", "is_tcp,log_duration", "-v", "2"});
  EXPECT_NE(chosen.err.find("the model sees 2 columns: log_duration, is_tcp\n"), std::string::npos)
      << chosen.err;
  const RunResult typo = netml({"learn", capture, "-o", model, "--param", "{gama: 1}"});
  EXPECT_EQ(typo.status, 3);
  EXPECT_NE(typo.err.find("did you mean 'gamma'?"), std::string::npos) << typo.err;
  for (const char* command : {"learn", "train"}) {
    EXPECT_NE(netml({command, "--help-param"}).out.find("nu"), std::string::npos);
    EXPECT_NE(netml({command, "--help-algorithm"}).out.find("ocsvm"), std::string::npos);
  }
}

TEST_F(Demo, LearnSeesTheContextOfFlowsByDefault) {
  EXPECT_NE(learnt().err.find("netml: the model sees 50 columns\n"), std::string::npos);
  const RunResult inspected = netml({"inspect", model()});
  EXPECT_NE(inspected.out.find("biflow, context"), std::string::npos) << inspected.out;
  EXPECT_NE(inspected.out.find("src_unanswered_share"), std::string::npos);
  EXPECT_EQ(classify({demo("unclassified.pcap"), "--features", "biflow"}).status, 2);
}

TEST_F(Demo, RanksSourcesByTheirMostNovelMinute) {
  const std::string summary = folder().path("sources.json");
  const RunResult result =
      classify({"--by-source", demo("unclassified.pcap"), "--threads", "1", "--summary", summary});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.err.find("it promises no false-alarm rate"), std::string::npos) << result.err;
  const nlohmann::json ranking = read_json(summary)["by_source"];
  EXPECT_EQ(ranking["seconds"], 60);
  EXPECT_GE(ranking["calibration_flows"], 100);
  const nlohmann::json& sources = ranking["sources"];
  ASSERT_GE(sources.size(), 8U);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    EXPECT_TRUE(i == 0 || sources[i - 1]["novelty"] >= sources[i]["novelty"]);
    EXPECT_EQ(sources[i]["window_end_ns"].get<std::int64_t>() -
                  sources[i]["window_start_ns"].get<std::int64_t>(),
              60'000'000'000);
    EXPECT_GE(sources[i]["most_novel"].size(), 1U);
    EXPECT_LE(sources[i]["most_novel"].size(), 3U);
    EXPECT_GT(sources[i]["usual_share"].get<double>(), 0);
  }
  classify({demo("unclassified.pcap"), "--by-source=60", "--threads", "3", "--summary", summary});
  EXPECT_EQ(read_json(summary)["by_source"], ranking);
  classify({demo("unclassified.pcap"), "--by-source=5", "--summary", summary});
  EXPECT_EQ(read_json(summary)["by_source"]["seconds"], 5);
  EXPECT_EQ(classify({demo("unclassified.pcap"), "--by-source=0"}).status, 2);
}

TEST_F(Demo, SaysWhenACaptureIsTooShortForContext) {
  const TempFolder own;
  const std::string brief = own.write("brief.pcap", udp_capture(30));
  EXPECT_NE(classify({brief}).err.find("brief.pcap: spans "), std::string::npos);
  EXPECT_EQ(classify({demo("demo.pcap")}).err.find("spans"), std::string::npos);
}

// RESULTS of the Python netml 0.7.1 on its own demo: AUC 0.632, and the scores of its test rows.
TEST(Learn, PresetNetmlGivesTheScoresOfThePythonNetml) {
  NETML_NEEDS_REFERENCE("reference/netml/golden/demo-labelled/scores-IAT.csv");
  const TempFolder folder;
  const std::string scores = folder.path("scores.csv"), summary = folder.path("s.json");
  const RunResult result =
      netml({"learn", "--preset", "netml", "--features", "iat", "--pcap",
             reference("reference/netml/data/demo.pcap"), "--label",
             reference("reference/netml/data/demo.csv"), "-o", folder.path("model.netml"),
             "--test-scores", scores, "--summary", summary});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_NEAR(read_json(summary)["metrics"]["auc"].get<double>(), 0.632, 1e-12);
  EXPECT_EQ(lines_of(result.err).size(), 12U) << result.err;  // three are contradictions
  EXPECT_NE(result.err.find("| 0.632 "), std::string::npos) << result.err;
  expect_conservation(read_json(summary), "preset netml");
  const DelimitedFile golden =
      read_delimited(reference("reference/netml/golden/demo-labelled/scores-IAT.csv"), ',');
  const DelimitedFile found = read_delimited(scores, ',');
  ASSERT_EQ(found.rows.size(), golden.rows.size());
  const std::size_t score = found.column("score"), label = found.column("label");
  for (std::size_t i = 0; i < golden.rows.size(); ++i) {
    EXPECT_EQ(found.rows[i][0], golden.rows[i][0]);
    EXPECT_EQ(found.rows[i][label], golden.rows[i][1]);
    const double expected = parse_double(golden.rows[i][golden.column("ocsvm")]).value();
    EXPECT_NEAR(parse_double(found.rows[i][score]).value(), expected, 1e-3 * std::abs(expected));
  }
}

}  // namespace
}  // namespace netml
