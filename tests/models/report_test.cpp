#include "netml/models/report.hpp"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support.hpp"

namespace netml {
namespace {

Report full_report() {
  Report report;
  report.title = "learn: <model>.netml";
  report.summary = "ocsvm & co";
  report.card = {{"algorithm", "ocsvm"}, {"file", "a\"b<script>.pcap"}};
  report.warnings = {"too few flows"};
  std::vector<double> scores;
  std::vector<int> labels;
  Rng rng(1);
  for (int i = 0; i < 300; ++i) {
    labels.push_back(i % 4 == 0 ? 1 : 0);
    scores.push_back(rng.normal() + 2 * labels.back());
  }
  report.evaluation = evaluate(scores, labels, 1);
  report.threshold = 1.5;
  report.confusion = Confusion{50, 20, 205, 25};
  report.alpha = .01;
  report.rate_bound = .03;
  report.histogram = score_histogram(scores, labels);
  report.folds = FoldRates{{.01, .02, 0, .012, .009}, .01};
  DriftReport drift;
  drift.rows = 300;
  drift.columns = {{"log_duration", .4, .2}, {"x", .01, .02}};
  drift.moved = 1;
  drift.is_conclusive = drift.has_drifted = true;
  report.drift = drift;
  report.novel = {{"10.0.0.1:1 → 10.0.0.2:2 [TCP]",
                   "2026-11-20",
                   9.5,
                   .004,
                   "anomaly",
                   "Scan",
                   {"a=1 (normal 0, 0 to 2) 60 %"},
                   "10.0.0.3:1 -> 10.0.0.4:2 6 0"}};
  return report;
}

TEST(Report, ThePageNeedsNothingButItself) {
  const std::string page = report_html(full_report());
  for (const char* outside : {"http:", "https:", "<script", "src=", "@import", "url("}) {
    EXPECT_EQ(page.find(outside), std::string::npos) << outside;
  }
  EXPECT_NE(page.find("prefers-color-scheme:dark"), std::string::npos);
  EXPECT_NE(page.find("name=\"viewport\""), std::string::npos);
}

TEST(Report, TextFromOutsideIsEscaped) {
  Report report = full_report();
  report.novel[0].who = "<img onerror=x>\x01\xff";
  const std::string page = report_html(report);
  EXPECT_EQ(page.find("<img"), std::string::npos);
  EXPECT_NE(page.find("&lt;img onerror=x&gt;\\x01\xEF\xBF\xBD"), std::string::npos);
  EXPECT_NE(page.find("a&quot;b&lt;script&gt;.pcap"), std::string::npos);
}

TEST(Report, EveryOpenedElementIsClosed) {
  const std::string page = report_html(full_report());
  for (const char* name : {"section", "table", "tr", "td", "div", "svg", "ul", "li", "p", "dl",
                           "main", "span", "text", "rect"}) {
    const auto count = [&](const std::string& what) {
      std::size_t n = 0;
      for (std::size_t at = page.find(what); at != std::string::npos;
           at = page.find(what, at + 1)) {
        const char next = page[at + what.size()];
        n += next == '>' || next == ' ' ? 1U : 0U;
      }
      return n;
    };
    EXPECT_EQ(count("<" + std::string(name)), count("</" + std::string(name))) << name;
  }
}

TEST(Report, TheTwinHoldsTheSameNumbers) {
  const Report report = full_report();
  const auto json = nlohmann::json::parse(report_json(report));
  EXPECT_EQ(json["evaluation"]["auc"]["value"], report.evaluation->auc.value);
  EXPECT_EQ(json["evaluation"]["roc"].size(), 101U);
  EXPECT_EQ(json["confusion"]["true_positives"], report.confusion->true_positives);
  EXPECT_EQ(json["drift"]["columns"][0]["name"], "log_duration");
  EXPECT_EQ(json["novel"][0]["label"], "Scan");
  EXPECT_EQ(json["folds"]["alert_rates"].size(), 5U);
}

TEST(Report, VerdictsWithoutAThresholdAreNotCalledItsOwn) {
  Report report = full_report();
  EXPECT_NE(report_html(report).find("At the threshold"), std::string::npos);
  report.threshold.reset();
  report.alpha.reset();
  report.rate_bound.reset();
  const std::string page = report_html(report);
  EXPECT_NE(page.find("By verdict"), std::string::npos);
  EXPECT_EQ(page.find("he threshold"), std::string::npos);
  EXPECT_EQ(page.find("class=\"threshold\""), std::string::npos);
  EXPECT_EQ(page.find("false-alarm rate asked for"), std::string::npos);
}

TEST(Report, DriftThatCannotBeToldSaysWhy) {
  Report report = full_report();
  report.drift->is_conclusive = report.drift->has_drifted = false;
  report.drift->doubt = "3 flows <are too few>";
  EXPECT_NE(report_html(report).find("cannot be told: 3 flows &lt;are too few&gt;."),
            std::string::npos);
  EXPECT_EQ(report_html(report).find("(by chance"), std::string::npos);
  EXPECT_TRUE(nlohmann::json::parse(report_json(report))["drift"]["share_p_0.5_range"].is_null());
  report.drift->share_p_half = report.drift->share_p_tenth = .25;
  report.drift->range_p_half = {.4, .6};
  report.drift->range_p_tenth = {.05, .15};
  EXPECT_NE(report_html(report).find("at most 0.5 for 25 % of the flows (by chance 40 to 60 %)"),
            std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(report_json(report))["drift"]["share_p_0.1_range"][1], .15);
}

TEST(Report, WithoutLabelsThereAreNoCurves) {
  Report report = full_report();
  report.evaluation.reset();
  report.confusion.reset();
  EXPECT_EQ(report_html(report).find("ROC curve"), std::string::npos);
  EXPECT_TRUE(nlohmann::json::parse(report_json(report))["evaluation"].is_null());
}

TEST(Report, TheHistogramCountsEveryScore) {
  const std::vector<double> scores = {0, 1, 2, 3, 1000, 1, 1};
  const std::vector<int> labels = {0, 0, 1, -1, 1, -1, 0};
  const ScoreHistogram histogram = score_histogram(scores, labels);
  const auto sum = [](const std::vector<std::uint64_t>& counts) {
    std::uint64_t all = 0;
    for (const std::uint64_t count : counts) {
      all += count;
    }
    return all;
  };
  EXPECT_EQ(sum(histogram.normal), 3U);
  EXPECT_EQ(sum(histogram.abnormal), 2U);
  EXPECT_EQ(sum(histogram.unlabelled), 2U);
  EXPECT_EQ(score_histogram({}, {}).edges.size(), 0U);
  EXPECT_EQ(sum(score_histogram(std::vector<double>(5, 2.0), std::vector<int>(5, 0)).normal), 5U);
}

// Scores beyond 2^53, where adding 1 changes nothing, and scores whose difference overflows.
TEST(Report, TheHistogramHasRoomForEveryDouble) {
  const double huge = 4505463240756524544.0;
  for (const std::vector<double>& scores :
       std::vector<std::vector<double>>{{huge},
                                        {huge, huge, huge},
                                        {-huge},
                                        {DBL_MAX},
                                        {-DBL_MAX, -DBL_MAX},
                                        {-DBL_MAX, DBL_MAX},
                                        {-DBL_MAX, 0, 1e308, DBL_MAX},
                                        {0, 5e-324},
                                        {0, 0, 5e-324, DBL_MAX}}) {
    Report report = full_report();
    report.threshold = scores.back();
    report.histogram = score_histogram(scores, std::vector<int>(scores.size(), -1));
    const auto& [edges, normal, abnormal, unlabelled] = report.histogram;
    EXPECT_EQ(std::accumulate(unlabelled.begin(), unlabelled.end(), std::size_t{0}), scores.size());
    EXPECT_TRUE(std::is_sorted(edges.begin(), edges.end()));
    EXPECT_LT(edges.front(), edges.back());
    EXPECT_TRUE(std::all_of(edges.begin(), edges.end(), [](double e) { return std::isfinite(e); }));
    const std::string page = report_html(report);
    EXPECT_EQ(page.find("nan"), std::string::npos);
    EXPECT_EQ(page.find("inf"), std::string::npos);
  }
}

}  // namespace
}  // namespace netml
