// What operators ask of a model: reasons, reports, drift, a bound on false discoveries, tables, and
// runs that are repeated.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>

#include <gtest/gtest.h>

#include "netml/core/text_format.hpp"

#include "program.hpp"
#include "support/capture_text.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using namespace test;

class Operations : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<TempFolder>();
    learnt_ = netml({"learn", "-p", demo("demo.pcap"), "-l", demo("demo.csv"), "-o", model(), "-q",
                     "--report", path("learn.html")});
    ASSERT_EQ(netml({"extract", demo("unclassified.pcap"), "-q", "--features", "biflow,context",
                     "-o", path("flows.csv")})
                  .status,
              0);
  }
  static void TearDownTestSuite() { folder_.reset(); }

  static std::string path(const std::string& name) { return folder_->path(name); }
  static std::string model() { return path("model.netml"); }
  static RunResult classify(std::vector<std::string> more) {
    more.insert(more.begin(), {"classify", "-m", model()});
    return netml(more);
  }
  static std::vector<std::vector<std::string>> verdicts(std::vector<std::string> more) {
    more.insert(more.end(), {"--format", "csv", "-q"});
    return csv_rows(classify(more).out);
  }

  static inline std::unique_ptr<TempFolder> folder_;
  static inline RunResult learnt_;
};

std::size_t column_of(const std::vector<std::vector<std::string>>& rows, const std::string& name) {
  const auto found = std::find(rows.at(0).begin(), rows.at(0).end(), name);
  EXPECT_NE(found, rows[0].end()) << name;
  return static_cast<std::size_t>(found - rows[0].begin());
}

std::size_t count_anomalies(const std::vector<std::vector<std::string>>& rows) {
  const std::size_t verdict = column_of(rows, "verdict");
  return static_cast<std::size_t>(std::count_if(
      rows.begin(), rows.end(), [&](const auto& row) { return row[verdict] == "anomaly"; }));
}

TEST_F(Operations, ExplainGivesReasonsForAlertsOnly) {
  const auto rows = verdicts({demo("unclassified.pcap"), "--explain", "3"});
  const std::size_t verdict = column_of(rows, "verdict"), why = column_of(rows, "explanation");
  std::size_t explained = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const std::string& text = rows[i][why];
    EXPECT_EQ(text.empty(), rows[i][verdict] != "anomaly") << text;
    if (!text.empty()) {
      ++explained;
      EXPECT_LE(std::count(text.begin(), text.end(), '%'), 3);
      EXPECT_NE(text.find("(normal "), std::string::npos) << text;
      EXPECT_NE(text.find("like "), std::string::npos) << text;
    }
  }
  EXPECT_GT(explained, 20U);
  const auto lines = lines_of(classify({demo("unclassified.pcap"), "--explain", "2"}).out);
  EXPECT_EQ(lines[1].rfind("    ", 0), 0U) << lines[1];
  EXPECT_EQ(lines[3].rfind("    nearest normal flow: [2026-11-20] [", 0), 0U) << lines[3];
  EXPECT_NE(lines[3].find(" → "), std::string::npos) << lines[3];
  EXPECT_EQ(lines[3].back(), ']') << lines[3];
}

TEST(Explain, NearestFlowsOfAllPresetsAreReadable) {
  const TempFolder folder;
  const std::string model = folder.path("m.netml");
  for (const auto& [preset, features] : {std::pair("nfstream", "flow,statistics"),
                                         {"netflowmeter", "netflowmeter"},
                                         {"cicflowmeter", "cicflowmeter"},
                                         {"netml", "biflow"}}) {
    ASSERT_EQ(netml({"learn", demo("demo.pcap"), "--preset", preset, "--features", features, "-o",
                     model, "-q"})
                  .status,
              0)
        << preset;
    const RunResult result =
        netml({"classify", "-m", model, demo("unclassified.pcap"), "--explain", "1"});
    EXPECT_EQ(result.status, 0) << result.err;
    std::size_t shown = 0;
    for (const std::string& line : lines_of(result.out)) {
      if (line.find("nearest normal flow: ") != std::string::npos) {
        ++shown;
        EXPECT_EQ(line.find(" -> "), std::string::npos) << preset << line;
        EXPECT_EQ(line.back(), ']') << preset << line;
      }
    }
    EXPECT_EQ(shown > 0, std::string(preset) != "cicflowmeter") << preset;
  }
}

TEST_F(Operations, FdrIsBenjaminiHochbergOverTheInput) {
  const auto all = verdicts({demo("unclassified.pcap")});
  const auto rows = verdicts({demo("unclassified.pcap"), "--fdr", "0.1"});
  ASSERT_EQ(all.size(), rows.size());
  const std::size_t p = column_of(rows, "p_value"), threshold = column_of(rows, "threshold");
  std::vector<double> values;
  for (std::size_t i = 1; i < all.size(); ++i) {
    values.push_back(*parse_double(all[i][p]));
    EXPECT_EQ(rows[i][threshold], "");
  }
  std::sort(values.begin(), values.end());
  double cutoff = 0;
  for (std::size_t k = 1; k <= values.size(); ++k) {
    if (values[k - 1] <= .1 * static_cast<double>(k) / static_cast<double>(values.size())) {
      cutoff = values[k - 1];
    }
  }
  const auto expected = static_cast<std::size_t>(
      std::count_if(values.begin(), values.end(), [&](double v) { return v <= cutoff; }));
  EXPECT_EQ(count_anomalies(rows), expected);
  EXPECT_EQ(classify({demo("unclassified.pcap"), "--fdr", "2"}).status, 2);
  EXPECT_EQ(classify({demo("unclassified.pcap"), "--fdr", ".1", "--threshold", "3"}).status, 2);
}

// Final verdicts are those of a run without it, and what is counted.
TEST_F(Operations, EarlyVerdictsStandBesideFinalOnes) {
  const std::string capture = demo("unclassified.pcap");
  const std::string summary = path("early.json");
  const auto plain = verdicts({capture});
  auto both = verdicts({capture, "--early", "5", "--summary", summary});
  const std::size_t stage = column_of(both, "stage"), packets = column_of(both, "packets");
  std::vector<std::vector<std::string>> final_rows;
  std::map<std::string, std::string> packets_of;  // by key and start
  std::size_t early = 0, anomalies = 0, short_flows = 0;
  for (auto& row : both) {
    const std::string key = join({row.begin(), row.begin() + 6}, ",");
    if (row[stage] == "early") {
      EXPECT_EQ(row[packets], "5");
      EXPECT_TRUE(packets_of.emplace(key, row[packets]).second);
      anomalies += row[column_of(both, "verdict")] == "anomaly" ? 1U : 0U;
      ++early;
      continue;
    }
    if (row[stage] == "final") {
      const bool is_long = *parse_double(row[packets]) >= 5;
      EXPECT_EQ(packets_of.count(key), is_long ? 1U : 0U) << key;
      short_flows += is_long ? 0U : 1U;
    }
    row.erase(row.begin() + static_cast<std::ptrdiff_t>(stage));
    final_rows.push_back(row);
  }
  EXPECT_EQ(final_rows, plain);
  EXPECT_EQ(early + short_flows, plain.size() - 1);
  const nlohmann::json counts = read_json(summary);
  EXPECT_EQ(counts["verdicts"]["anomaly"], count_anomalies(plain));
  EXPECT_EQ(counts["early"]["packets"], 5);
  EXPECT_EQ(counts["early"]["anomaly"], anomalies);
  EXPECT_EQ(
      counts["early"]["anomaly"].get<std::size_t>() + counts["early"]["normal"].get<std::size_t>(),
      early);
  expect_conservation(counts, "classify --early");
}

TEST_F(Operations, EarlyVerdictsInTextJsonAndWithFdr) {
  const std::string capture = demo("unclassified.pcap");
  for (const std::string& line : lines_of(classify({capture, "--early", "5", "-q"}).out)) {
    EXPECT_TRUE(line.find(" ANOMALY early score=") != std::string::npos ||
                line.find(" ANOMALY final score=") != std::string::npos)
        << line;
  }
  for (const std::string& line :
       lines_of(classify({capture, "--early", "5", "-q", "--format", "jsonl"}).out)) {
    const std::string stage = nlohmann::json::parse(line)["stage"];
    EXPECT_TRUE(stage == "early" || stage == "final");
  }
  // Early verdicts are the threshold's and need not wait: they come first.
  const auto plain = verdicts({capture, "--early", "5"});
  const auto fdr = verdicts({capture, "--early", "5", "--fdr", ".1", "--explain", "2"});
  const std::size_t stage = column_of(fdr, "stage"), verdict = column_of(fdr, "verdict");
  const auto early_rows = [&](const auto& rows) {
    std::vector<std::string> list;
    for (const auto& row : rows) {
      if (row[stage] == "early") {
        list.push_back(
            join({row.begin(), row.begin() + static_cast<std::ptrdiff_t>(verdict) + 1}, ","));
      }
    }
    return list;
  };
  EXPECT_EQ(early_rows(fdr), early_rows(plain));
  EXPECT_TRUE(std::is_sorted(fdr.begin() + 1, fdr.end(),
                             [&](const auto& a, const auto& b) { return a[stage] < b[stage]; }));
  EXPECT_EQ(fdr.size(), plain.size());
}

TEST_F(Operations, EarlyIsRefusedWhereItMeansNothing) {
  const std::string capture = demo("unclassified.pcap");
  EXPECT_EQ(classify({capture, "--early", "0"}).status, 2);
  EXPECT_EQ(classify({capture, "--early", "many"}).status, 2);
  EXPECT_EQ(classify({capture, "--early", "3", "--min-packets", "4"}).status, 2);
  const RunResult table = classify({"--table", path("flows.csv"), "--early", "3"});
  EXPECT_EQ(table.status, 2);
  EXPECT_NE(table.err.find("--early"), std::string::npos);
  ASSERT_EQ(netml({"learn", demo("demo.pcap"), "--preset", "netml", "--features", "iat", "-q", "-o",
                   path("preset.netml")})
                .status,
            0);
  EXPECT_EQ(netml({"classify", "-m", path("preset.netml"), capture, "--early", "3"}).status, 2);
  // Only final verdicts count for the status.
  EXPECT_EQ(classify({capture, "--early", "3", "--exit-code", "--threshold", "1e9"}).status, 0);
}

TEST_F(Operations, ATableGetsTheVerdictsOfItsCapture) {
  const auto flows = verdicts({demo("unclassified.pcap")});
  const auto rows = verdicts({"--table", path("flows.csv")});
  ASSERT_EQ(rows.size(), flows.size());
  EXPECT_EQ(rows[0][0], "row");
  EXPECT_EQ(rows[0][1], "src_ip");
  for (const char* name : {"score", "p_value", "verdict"}) {
    const std::size_t of_row = column_of(rows, name), of_flow = column_of(flows, name);
    for (std::size_t i = 1; i < rows.size(); ++i) {
      EXPECT_EQ(rows[i][of_row], flows[i][of_flow]);
    }
  }
  EXPECT_EQ(rows[7][0], "7");
}

TEST_F(Operations, ATableWithoutAColumnOfTheModelIsRefused) {
  std::ofstream(path("other.csv")) << "src_ip,fwd_log_bites\n1.2.3.4,5\n";
  const RunResult result = classify({"--table", path("other.csv")});
  EXPECT_EQ(result.status, 3);
  EXPECT_NE(result.err.find("column 'log_duration' of the model is missing"), std::string::npos)
      << result.err;
  EXPECT_EQ(classify({"--table", path("flows.csv"), demo("demo.pcap")}).status, 2);
  EXPECT_EQ(classify({"--table", path("absent.csv")}).status, 3);
}

// What a table can be beside a good one, from training to verdicts: the status, and what is said.
TEST_F(Operations, OddTablesEndAsTheyShould) {
  const auto table = [](const std::string& name, const std::string& header, int rows,
                        const std::function<std::string(int)>& row) {
    std::ofstream out(path(name));
    out << header << "\n";
    for (int i = 0; i < rows; ++i) {
      out << row(i) << "\n";
    }
    return path(name);
  };
  const auto pair = [](int i) { return std::to_string(i) + "," + std::to_string(i * 7 % 11); };
  const std::string good = table("good.csv", "a,b", 40, pair);
  const std::string kept = path("odd.netml");
  const auto train = [&](const std::string& file, const std::string& part, int status,
                         std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"train", "-f", file, "-o", kept});
    const RunResult result = netml(more);
    EXPECT_EQ(result.status, status) << file << result.err;
    EXPECT_NE(result.err.find(part), std::string::npos) << file << result.err;
  };
  train(table("none.csv", "a,b", 0, pair), "no flow to train on", 3);
  train(table("one.csv", "a,b", 1, pair), "fewer than 10 normal flows", 0);
  EXPECT_NE(netml({"classify", "-m", kept, "--table", path("one.csv"), "--fdr", "0.1"})
                .err.find("netml: " + kept + ": --fdr takes p-values"),
            std::string::npos);
  EXPECT_NE(netml({"classify", "-m", kept, "--table", path("one.csv"), "--false-alarm-rate", "0.1"})
                .err.find("netml: " + kept + ": the model has no held-out calibration scores"),
            std::string::npos);
  train(table("nan.csv", "a,b", 40, [](int) { return "1,nan"; }), "column 'b'", 3);
  train(table("text.csv", "a,b", 40, [](int i) { return i == 39 ? "1,x" : "1,2"; }),
        "column 'b' holds no numbers", 2, {"--columns", "a,b"});
  train(table("abnormal.csv", "a,b,label", 40, [&](int i) { return pair(i) + ",1"; }),
        "0 normal flows leave none to train on", 3);
  train(table("normal.csv", "a,b,label", 40, [&](int i) { return pair(i) + ",0"; }), "n/a", 0);
  train(good, "takes at least 999999 calibration flows", 3, {"--false-alarm-rate", "1e-6"});
  train(good, "nu is '3'", 3, {"--param", "{nu: 3}"});

  const auto verdict_of = [&](const std::string& file) {
    return netml({"classify", "-m", kept, "--table", file, "--report-all"});
  };
  train(table("constant.csv", "a,b", 40, [](int) { return "5,5"; }), "32 flows fitted", 0);
  const std::string line = lines_of(verdict_of(path("constant.csv")).out).at(0);
  EXPECT_EQ(line.rfind("row 1 NORMAL", 0), 0U) << line;
  EXPECT_NE(verdict_of(path("one.csv")).out.find("row 1 ANOMALY"), std::string::npos);
  EXPECT_EQ(verdict_of(table("swapped.csv", "b,a", 1, pair)).status, 3);
  train(good, "32 flows fitted", 0, {"--columns", "b,a"});
  EXPECT_EQ(verdict_of(good).status, 0);
  EXPECT_EQ(verdict_of(table("words.csv", "a,b", 1, [](int) { return "1,x"; })).status, 3);
}

TEST_F(Operations, ARowWithAMissingValueIsInvalid) {
  std::ifstream in(path("flows.csv"));
  std::string header, row;
  std::getline(in, header);
  std::getline(in, row);
  std::ofstream(path("gap.csv")) << header << "\n"
                                 << row << "\n"
                                 << row.substr(0, row.rfind(',')) << ",\n";
  const RunResult result = classify({"--table", path("gap.csv"), "--format", "csv", "--exit-code"});
  const auto rows = csv_rows(result.out);
  EXPECT_EQ(result.status, count_anomalies(rows) > 0 ? 10 : 0);
  EXPECT_EQ(rows[2][column_of(rows, "verdict")], "invalid");
  EXPECT_EQ(rows[2][column_of(rows, "score")], "");
  EXPECT_NE(result.err.find("1 rows have no score"), std::string::npos);
}

TEST_F(Operations, DriftIsSaidAndCanFail) {
  // Rows of another world: every number of the model is larger.
  std::ifstream in(path("flows.csv"));
  std::string line;
  std::getline(in, line);
  const auto names = split(line, ',');
  std::ofstream out(path("drifted.csv"));
  out << line << "\n";
  while (std::getline(in, line)) {
    auto cells = split(line, ',');
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (names[i].find("log_") != std::string::npos) {
        cells[i] = number_text(*parse_double(cells[i]) + 4);
      }
    }
    out << join(cells, ",") << "\n";
  }
  out.close();
  const std::string summary = path("drift.json");
  const RunResult result = classify(
      {"--table", path("drifted.csv"), "--summary", summary, "--fail-on-drift", "--exit-code"});
  EXPECT_EQ(result.status, 11);
  EXPECT_NE(result.err.find("drift: "), std::string::npos);
  EXPECT_TRUE(read_json(summary)["drift"]["drifted"].get<bool>());
  EXPECT_EQ(read_json(summary)["status"], 11);
  EXPECT_EQ(classify({"--table", path("drifted.csv"), "--exit-code"}).status, 10);
  // The normal flows of the capture that was learnt from have not drifted.
  ASSERT_EQ(netml({"extract", demo("demo.pcap"), "-l", demo("demo.csv"), "-q", "--features",
                   "biflow,context", "-o", path("labelled.csv")})
                .status,
            0);
  std::ifstream labelled(path("labelled.csv"));
  std::ofstream normal(path("normal.csv"));
  while (std::getline(labelled, line)) {
    if (line.ends_with("label_name") || line.ends_with(",BENIGN")) {
      normal << line << "\n";
    }
  }
  normal.close();
  EXPECT_EQ(classify({"--table", path("normal.csv"), "--fail-on-drift"}).status, 0);
}

// A status 0 that nobody could have turned into 11.
TEST_F(Operations, DriftThatCannotBeToldIsSaidWhereItIsToFail) {
  const std::string why = "warning: --fail-on-drift cannot tell: ";
  const std::string summary = path("few.json");
  const RunResult few = classify(
      {demo("unclassified.pcap"), "--limit", "99", "--fail-on-drift", "--summary", summary});
  EXPECT_EQ(few.status, 0);
  EXPECT_NE(few.err.find(why + "99 flows with a score are too few, it takes 100\n"),
            std::string::npos)
      << few.err;
  const nlohmann::json drift = read_json(summary)["drift"];
  EXPECT_FALSE(drift["conclusive"].get<bool>());
  EXPECT_EQ(drift["share_p_0.1_range"], (nlohmann::json{3 / 99.0, 18 / 99.0}));
  for (const std::vector<std::string>& enough :
       {std::vector<std::string>{"--limit", "100", "--fail-on-drift"}, {"--limit", "99"}}) {
    std::vector<std::string> words = enough;
    words.push_back(demo("unclassified.pcap"));
    EXPECT_EQ(classify(words).err.find(why), std::string::npos);
  }
  const std::string small = path("small.netml");
  ASSERT_EQ(netml({"learn", "-", "-o", small, "-q"}, udp_capture(5)).status, 0);
  const RunResult none =
      netml({"classify", "-m", small, demo("unclassified.pcap"), "--fail-on-drift"});
  EXPECT_EQ(none.status, 0);
  EXPECT_NE(none.err.find(why + "the model has no calibration scores\n"), std::string::npos)
      << none.err;
}

TEST_F(Operations, LearnWritesAPageAndItsTwin) {
  ASSERT_EQ(learnt_.status, 0) << learnt_.err;
  const std::string page = slurp(path("learn.html"));
  EXPECT_EQ(page.rfind("<!doctype html>", 0), 0U);
  EXPECT_NE(page.find("ROC curve"), std::string::npos);
  const nlohmann::json twin = read_json(path("learn.json"));
  EXPECT_GT(twin["evaluation"]["auc"]["value"].get<double>(), .85);
  EXPECT_EQ(twin["folds"]["alert_rates"].size(), 5U);
  EXPECT_EQ(twin["novel"].size(), 20U);
}

// The last fifth of the time is another world: that fold must show it, and only that one.
TEST_F(Operations, FoldsFollowTime) {
  std::ofstream table(path("regimes.csv"));
  table << "start_ns,a,b\n";
  for (int i = 0; i < 2000; ++i) {
    const int at = (i * 7919) % 2000;  // not in order of time
    const double shift = at >= 1600 ? 10 : 0;
    table << 1499083690000000000 + at * 1000000LL << "," << shift + std::sin(0.7 * at * at) << ","
          << shift + std::cos(1.3 * at * at) << "\n";
  }
  table.close();
  ASSERT_EQ(netml({"train", "-f", path("regimes.csv"), "-o", path("regimes.netml"), "-q",
                   "--report", path("regimes.html")})
                .status,
            0);
  const auto rates = read_json(path("regimes.json"))["folds"]["alert_rates"];
  ASSERT_EQ(rates.size(), 5U);
  EXPECT_GT(rates[4].get<double>(), .9);
  for (std::size_t fold = 0; fold < 4; ++fold) {
    EXPECT_LT(rates[fold].get<double>(), .1);
  }
}

// With the nearest neighbour a row that was fitted has distance 0: the flows that say what is usual
// for a source must not be among those.
TEST_F(Operations, SourcesAreHeldAgainstFlowsThatWereNotFitted) {
  for (const char* features : {"biflow", "biflow,context"}) {
    ASSERT_EQ(netml({"learn", demo("demo.pcap"), "--features", features, "--algorithm", "knn", "-o",
                     path("knn.netml"), "-q"})
                  .status,
              0);
    const auto arrays =
        nlohmann::json::parse(netml({"inspect", "--full", path("knn.netml")}).out)["arrays"];
    const auto zeros = [&](const char* name) {
      const auto& values = arrays[name]["values"];
      return static_cast<double>(std::count(values.begin(), values.end(), 0.0)) /
             static_cast<double>(values.size());
    };
    EXPECT_LT(zeros("by_source.score"), .3) << features;
    EXPECT_LT(zeros("calibration.scores"), .3) << features;
  }
}

TEST_F(Operations, ClassifyWritesAPageWithAndWithoutLabels) {
  ASSERT_EQ(classify({"-p", demo("demo.pcap"), "-l", demo("demo.csv"), "--report", path("r.html"),
                      "--summary", path("s.json")})
                .status,
            0);
  const nlohmann::json twin = read_json(path("r.json")), summary = read_json(path("s.json"));
  EXPECT_EQ(twin["evaluation"]["auc"]["value"], summary["metrics"]["auc"]);
  EXPECT_EQ(twin["novel"][0]["verdict"], "anomaly");
  EXPECT_FALSE(twin["novel"][0]["label"].get<std::string>().empty());
  ASSERT_EQ(classify({demo("unclassified.pcap"), "--report", path("u.html")}).status, 0);
  EXPECT_TRUE(read_json(path("u.json"))["evaluation"].is_null());
  EXPECT_EQ(read_json(path("u.json"))["drift"]["rows"], 604);
  // Neither of the two may be another file of the run.
  EXPECT_EQ(classify({demo("demo.pcap"), "--report", path("x.html"), "-o", path("x.json")}).status,
            2);
}

// The threshold and its rate have no part in them.
TEST_F(Operations, ThePageOfFdrIsNotThatOfTheThreshold) {
  const std::vector<std::string> words = {"-p",       demo("demo.pcap"), "-l", demo("demo.csv"),
                                          "--report", path("fdr.html")};
  std::vector<std::string> with_fdr = words;
  with_fdr.insert(with_fdr.end(), {"--fdr", "0.1"});
  EXPECT_EQ(classify(words).err.find("verdicts wait"), std::string::npos);
  EXPECT_FALSE(read_json(path("fdr.json"))["threshold"].is_null());
  const RunResult result = classify(with_fdr);
  EXPECT_NE(result.err.find("netml: --fdr 0.1: verdicts wait for the end of each input\n"),
            std::string::npos)
      << result.err;
  const nlohmann::json twin = read_json(path("fdr.json"));
  for (const char* name : {"threshold", "alpha", "rate_bound"}) {
    EXPECT_TRUE(twin[name].is_null()) << name;
  }
  EXPECT_EQ(twin["card"]["verdicts"], "--fdr 0.1");
  EXPECT_GT(twin["confusion"]["true_positives"], 0);
  const std::string page = slurp(path("fdr.html"));
  for (const char* part : {"At the threshold", "at the threshold", "class=\"threshold\"",
                           "false-alarm rate asked for"}) {
    EXPECT_EQ(page.find(part), std::string::npos) << part;
  }
  EXPECT_NE(classify({"--table", path("flows.csv"), "--fdr", "0.1"})
                .err.find("--fdr 0.1: verdicts wait for the end of the table\n"),
            std::string::npos);
}

TEST_F(Operations, StateRemembersWhatIsDone) {
  const std::string state = path("state.json"), copy = path("copy.pcap");
  const auto run = [&](const std::vector<std::string>& captures) {
    std::vector<std::string> words = {"--state", state, "--summary", path("state-run.json")};
    words.insert(words.end(), captures.begin(), captures.end());
    return classify(words);
  };
  const RunResult first = run({demo("unclassified.pcap")});
  ASSERT_EQ(first.status, 0);
  EXPECT_FALSE(first.out.empty());
  const RunResult again = run({demo("unclassified.pcap")});
  EXPECT_EQ(again.status, 0);
  EXPECT_EQ(again.out, "");
  EXPECT_EQ(read_json(path("state-run.json"))["captures_done"], 1);
  // Known by content, whatever its name.
  std::filesystem::copy_file(demo("unclassified.pcap"), copy);
  EXPECT_EQ(run({copy}).out, "");
  EXPECT_FALSE(run({copy, demo("demo.pcap")}).out.empty());
  EXPECT_EQ(read_json(state)["done"].size(), 2U);
  // A damaged capture is not done.
  std::ofstream(path("cut.pcap"), std::ios::binary) << slurp(copy).substr(0, 5000);
  EXPECT_EQ(run({path("cut.pcap")}).status, 4);
  EXPECT_EQ(run({path("cut.pcap")}).status, 4);
  std::ofstream(state) << "{\"format\": 1, \"done\": [{}]}";
  EXPECT_EQ(run({copy}).status, 3);
}

TEST_F(Operations, ThreadsChangeNoVerdict) {
  const std::vector<std::string> words = {demo("demo.pcap"), "--explain", "2",
                                          "--fdr",           ".1",        "--report",
                                          path("t.html"),    "--format",  "jsonl"};
  auto one = words, seven = words;
  one.insert(one.end(), {"--threads", "1"});
  seven.insert(seven.end(), {"--threads", "7"});
  const std::string first = classify(one).out, page = slurp(path("t.html"));
  EXPECT_EQ(classify(seven).out, first);
  EXPECT_EQ(slurp(path("t.html")), page);
}

TEST_F(Operations, ThreadsChangeNoEarlyVerdict) {
  for (const char* stage : {"4", "12"}) {
    const auto with_threads = [&](const char* threads) {
      return classify({demo("demo.pcap"), "--early", stage, "--report-all", "--threads", threads})
          .out;
    };
    const std::string first = with_threads("1");
    EXPECT_NE(first.find(" early "), std::string::npos);
    EXPECT_EQ(with_threads("2"), first);
    EXPECT_EQ(with_threads("4"), first);
  }
}

}  // namespace
}  // namespace netml
