#include <algorithm>
#include <cfloat>
#include <cmath>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "netml/core/error.hpp"
#include "netml/models/detector.hpp"

#include "models/support.hpp"

namespace netml {
namespace {

using test::normal_rows;

constexpr const char* kMembers = "members: [if, ocsvm]";

Params params_of(const std::string& algorithm, const std::string& yaml = "") {
  const ModelEntry& entry = find_model(algorithm);
  return yaml.empty() ? Params(entry.schema)
                      : parse_params(yaml, false, "test", entry.schema, algorithm_names(entry));
}

// Fitted on 200 rows of 3 columns, not scaled; calibrated on `calibration` others.
Detector detector_of(const std::string& algorithm, const std::string& yaml, int calibration) {
  Detector detector;
  const Matrix rows = normal_rows(200, 3, 1);
  detector.algorithm = find_model(algorithm).name;
  detector.seed = 42;
  detector.columns = {"a", "b", "c"};
  detector.params = params_of(algorithm, yaml);
  detector.scaler = Scaler::fit(rows, Scaling::kNone, detector.columns);
  detector.model = find_model(algorithm).make();
  detector.model->fit(rows, *detector.params, {.seed = 42}, detector.fit);
  detector.quantiles = training_quantiles(rows);
  detector.reference.rows = rows.topRows(1);
  detector.reference.keys = {""};
  if (calibration > 0) {
    detector.set_calibration(CalibrationSource::kHeldOut, normal_rows(calibration, 3, 2));
  }
  return detector;
}

Matrix probes() {
  Matrix rows(60, 3);
  rows << normal_rows(30, 3, 3), 2 * normal_rows(20, 3, 4), 20 * normal_rows(10, 3, 5);
  return rows;
}

// -log p as the header of the ensemble defines it, from scores in ascending order.
double surprise(const std::vector<double>& c, double s) {
  const auto m = static_cast<double>(c.size());
  const double above = static_cast<double>(
      std::count_if(c.begin(), c.end(), [&](double value) { return value >= s; }));
  const double median = (c[(c.size() - 1) / 2] + c[c.size() / 2]) / 2;
  if (s > c.back() && c.back() > median) {
    return -std::log(1 / ((m + 1) * (1 + (s - c.back()) / (c.back() - median))));
  }
  return -std::log((1 + above) / (m + 1));
}

TEST(Ensemble, CombinesThePValuesOfItsMembers) {
  Detector together = detector_of("ensemble", kMembers, 299);
  together.calibrate(0.02);
  // Each member is the model that it would be alone.
  const Detector forest = detector_of("if", "", 299);
  const Detector svm = detector_of("ocsvm", "", 299);
  const std::vector<RowScore> answers = together.score(probes());
  const Vector of_forest = forest.raw_scores(probes());
  const Vector of_svm = svm.raw_scores(probes());
  int anomalies = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const double a = of_forest[static_cast<Eigen::Index>(i)];
    const double b = of_svm[static_cast<Eigen::Index>(i)];
    const double least = std::min(forest.calibration.p_value(a), svm.calibration.p_value(b));
    EXPECT_NEAR(*answers[i].p_value, std::min(1.0, 2 * least), 1e-15) << i;
    const double score =
        (surprise(forest.calibration.scores(), a) + surprise(svm.calibration.scores(), b)) / 2;
    EXPECT_NEAR(answers[i].score, score, 1e-12 * score) << i;
    const bool is_anomaly =
        a > forest.calibration.threshold(0.01) || b > svm.calibration.threshold(0.01);
    EXPECT_EQ(answers[i].verdict, is_anomaly ? Verdict::kAnomaly : Verdict::kNormal) << i;
    EXPECT_EQ(is_anomaly, *answers[i].p_value <= 0.02) << i;
    anomalies += is_anomaly ? 1 : 0;
  }
  EXPECT_GE(anomalies, 10);
  EXPECT_LE(anomalies, 40);
}

TEST(Ensemble, HasARateAndNoThreshold) {
  Detector detector = detector_of("ensemble", kMembers, 199);
  detector.calibrate(std::nullopt);
  EXPECT_FALSE(detector.threshold);
  EXPECT_TRUE(detector.has_verdicts());
  EXPECT_EQ(detector.threshold_rule, ThresholdRule::kConformal);
  EXPECT_EQ(detector.alpha, 0.01);  // m + 1 = M / alpha
  EXPECT_TRUE(detector.warnings.empty());
  // Two bounds with confidence .975 each. Reference: SciPy 1.10.1, 2 * beta.ppf(.975, 1, 199).
  EXPECT_NEAR(*detector.rate_bound, 0.03673265538883053, 1e-12);
}

TEST(Ensemble, EveryMemberNeedsItsShareOfTheRate) {
  Detector detector = detector_of("ensemble", kMembers, 198);
  try {
    detector.calibrate(0.01);
    FAIL();
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("at least 199 calibration flows"), std::string::npos)
        << error.what();
  }
  detector.calibrate(std::nullopt);
  EXPECT_EQ(detector.alpha, 2.0 / 199);
  ASSERT_EQ(detector.warnings.size(), 1U);
  EXPECT_NE(detector.warnings[0].find("199"), std::string::npos) << detector.warnings[0];
  // The least rate can still flag: rank 1 has a p-value of exactly that.
  const std::vector<RowScore> far = detector.score(Matrix::Constant(1, 3, 50));
  EXPECT_EQ(far[0].p_value, detector.alpha);
  EXPECT_EQ(far[0].verdict, Verdict::kAnomaly);
}

TEST(Ensemble, TooFewCalibrationRowsGiveScoresOnly) {
  Detector detector = detector_of("ensemble", kMembers, 1);
  detector.calibrate(std::nullopt);
  EXPECT_FALSE(detector.has_verdicts());
  ASSERT_EQ(detector.warnings.size(), 1U);
  const RowScore answer = detector.score(Matrix::Zero(1, 3))[0];
  EXPECT_EQ(answer.verdict, Verdict::kUnclassified);
  EXPECT_TRUE(std::isfinite(answer.score));
}

TEST(Ensemble, WithoutCalibrationItStillRanks) {
  const Detector detector = detector_of("ensemble", kMembers, 0);
  const std::vector<RowScore> answers = detector.score(probes());
  EXPECT_FALSE(answers[0].p_value);
  EXPECT_EQ(answers[0].verdict, Verdict::kUnclassified);
  EXPECT_LT(detector.raw_scores(Matrix::Zero(1, 3))[0],
            detector.raw_scores(Matrix::Constant(1, 3, 3))[0]);
}

TEST(Ensemble, FarRowsDoNotTie) {
  const Detector detector = detector_of("ensemble", "members: ocsvm", 99);
  double before = -1;
  for (const double far : {0.0, 3.0, 10.0, 100.0, 1e4, 1e100, 1e150, 1e300}) {
    const double score = detector.raw_scores(Matrix::Constant(1, 3, far))[0];
    EXPECT_TRUE(std::isfinite(score)) << far;
    EXPECT_GE(score, before) << far;
    EXPECT_TRUE(far > 1e150 || score > before) << far;
    before = score;
  }
}

TEST(Ensemble, OverridesHoldForTheRun) {
  Detector detector = detector_of("ensemble", kMembers, 199);
  detector.calibrate(std::nullopt);
  const auto anomalies = [&] {
    const auto answers = detector.score(probes());
    return std::count_if(answers.begin(), answers.end(), [](const RowScore& answer) {
      return answer.verdict == Verdict::kAnomaly;
    });
  };
  const auto few = anomalies();
  detector.use_alpha(0.5);
  EXPECT_EQ(detector.alpha, 0.5);
  EXPECT_FALSE(detector.threshold);
  EXPECT_GT(anomalies(), few);
  EXPECT_THROW(detector.use_alpha(0.009), DataError);
  detector.use_threshold(-1);
  EXPECT_EQ(anomalies(), 60);
  detector.use_threshold(1e9);
  EXPECT_EQ(anomalies(), 0);
}

// Mean realised rate over calibration sets, at most alpha; Bonferroni keeps it below.
TEST(Ensemble, KeepsThePromiseOfItsRate) {
  Detector detector = detector_of("ensemble", "members: [if, ocsvm]", 0);
  constexpr int kSets = 60;
  constexpr double kAlpha = 0.1;
  double mean = 0;
  for (int set = 0; set < kSets; ++set) {
    detector.set_calibration(CalibrationSource::kHeldOut,
                             normal_rows(99, 3, static_cast<std::uint64_t>(100 + set)));
    detector.calibrate(kAlpha);
    const auto answers =
        detector.score(normal_rows(200, 3, static_cast<std::uint64_t>(1000 + set)));
    mean += static_cast<double>(std::count_if(
                answers.begin(), answers.end(),
                [](const RowScore& answer) { return answer.verdict == Verdict::kAnomaly; })) /
            200 / kSets;
  }
  EXPECT_LE(mean, kAlpha + 0.01);
  EXPECT_GE(mean, kAlpha / 2 - 0.01);  // the members do not agree in everything
}

TEST(Ensemble, ThreadsDoNotChangeABit) {
  const Detector detector = detector_of("ensemble", kMembers, 99);
  const Matrix rows = normal_rows(700, 3, 9);
  EXPECT_EQ(detector.raw_scores(rows, 1), detector.raw_scores(rows, 8));
  const auto one = detector.score(rows, 1);
  const auto eight = detector.score(rows, 8);
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].p_value, eight[i].p_value);
    EXPECT_EQ(one[i].score, detector.raw_scores(rows)[static_cast<Eigen::Index>(i)]);
  }
}

// ---------------------------------------------------------------- files

std::string refusal(const std::string& bytes) {
  try {
    load_detector(bytes, "m.netml");
  } catch (const ModelError& error) {
    return error.what();
  }
  return "accepted";
}

std::string tampered(const std::string& bytes,
                     const std::function<void(nlohmann::json&, std::vector<Array>&)>& change) {
  const Container container = read_container(bytes, "t");
  nlohmann::json description = nlohmann::json::parse(container.description);
  std::vector<Array> arrays;
  for (const ArrayView& view : container.arrays) {
    arrays.push_back({view.name, view.dtype, view.shape, std::string(view.bytes)});
  }
  change(description, arrays);
  return write_container(description.dump(), arrays);
}

TEST(Ensemble, SavedAndLoadedGivesTheSameBits) {
  for (const int calibration : {0, 1, 50, 250}) {
    Detector detector = detector_of("ensemble", kMembers, calibration);
    if (calibration > 0) {
      detector.calibrate(std::nullopt);
    }
    const std::string bytes = save_detector(detector);
    const Detector loaded = load_detector(bytes, "m.netml");
    EXPECT_EQ(save_detector(loaded), bytes);
    const auto answers = loaded.score(probes());
    const auto expected = detector.score(probes());
    for (std::size_t i = 0; i < answers.size(); ++i) {
      EXPECT_EQ(answers[i].score, expected[i].score);
      EXPECT_EQ(answers[i].p_value, expected[i].p_value);
      EXPECT_EQ(answers[i].verdict, expected[i].verdict);
    }
    EXPECT_EQ(loaded.alpha, detector.alpha);
  }
}

TEST(Ensemble, FilesThatLieAreRefused) {
  Detector detector = detector_of("ensemble", kMembers, 250);
  detector.calibrate(std::nullopt);
  const std::string bytes = save_detector(detector);
  using Change = std::function<void(nlohmann::json&, std::vector<Array>&)>;
  const std::vector<Change> changes = {
      [](auto& d, auto&) { d["threshold"] = 3.5; },
      [](auto& d, auto&) { d["alpha"] = 0.001; },
      [](auto& d, auto&) { d["alpha"] = nullptr; },
      [](auto& d, auto&) { d["rate_bound"]["value"] = 0.001; },
      [](auto& d, auto&) { d["threshold_rule"] = "own"; },
      [](auto& d, auto&) { d["threshold_rule"] = "none"; },
      [](auto& d, auto&) { d.erase("members"); },
      [](auto& d, auto&) { d["members"] = nlohmann::json::array(); },
      [](auto& d, auto&) { d["members"][0] = 1; },
      [](auto& d, auto&) { d["members"][0]["kind"] = "ocsvm"; },
      [](auto& d, auto&) { d["members"][0].erase("params"); },
      [](auto& d, auto&) { d["members"][0]["params"]["n_estimators"] = 99; },
      [](auto& d, auto&) { d["members"][1]["params"]["nu"] = 7; },
      [](auto& d, auto&) { std::swap(d["members"][0], d["members"][1]); },
      [](auto& d, auto&) { d["params"]["members"] = "if"; },
      [](auto& d, auto&) { d["params"]["members"] = "if,if"; },
      [](auto& d, auto&) { d["params"]["members"] = "if,ensemble"; },
      [](auto& d, auto&) { d["params"]["members"] = ""; },
      [](auto& d, auto&) { d["params"]["members"] = 1; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const std::string message = refusal(tampered(bytes, changes[i]));
    EXPECT_EQ(message.rfind("m.netml: ", 0), 0U) << i << ": " << message;
  }
  for (const char* name : {"ensemble.if.calibration_scores", "ensemble.ocsvm.calibration_scores",
                           "ensemble.if.threshold", "ensemble.ocsvm.support"}) {
    const auto with = [&](const std::function<void(Array&)>& change) {
      return tampered(bytes, [&](auto&, std::vector<Array>& arrays) {
        for (Array& array : arrays) {
          if (array.name == name) {
            change(array);
          }
        }
      });
    };
    EXPECT_NE(refusal(with([](Array& array) { array.name += "x"; })), "accepted") << name;
    EXPECT_NE(refusal(with([](Array& array) {
                array.bytes.resize(array.bytes.size() - array.bytes.size() / array.shape[0]);
                --array.shape[0];
              })),
              "accepted")
        << name;
    EXPECT_NE(refusal(with([](Array& array) { array.bytes.replace(0, 8, 8, '\xff'); })), "accepted")
        << name;
  }
}

// ---------------------------------------------------------------- parameters

TEST(Ensemble, MembersAreAListOrAText) {
  EXPECT_EQ(params_of("ensemble", "members: [ocsvm, if]").text("members"), "ocsvm,if");
  EXPECT_EQ(params_of("ensemble", "members: ocsvm, if").text("members"), "ocsvm,if");
  EXPECT_EQ(params_of("auto", R"({"members": ["if"]})").text("members"), "if");
  for (const char* wrong :
       {"members: []", "members: [if, if]", "members: [if, svm]", "members: [if, [ocsvm]]",
        "members: ensemble", "members: 1", "members: {if: 1}", "members: 'if,'", "members:"}) {
    EXPECT_THROW(params_of("ensemble", wrong), DataError) << wrong;
  }
}

}  // namespace
}  // namespace netml
