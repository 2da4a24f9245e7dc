#include "netml/models/detector.hpp"

#include <cmath>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "netml/core/error.hpp"
#include "netml/core/quantile.hpp"

#include "models/support.hpp"
#include "support/reference.hpp"

namespace netml {
namespace {

using test::normal_rows;
using test::small_detector;

std::string refusal(const std::string& bytes) {
  try {
    load_detector(bytes, "m.netml");
  } catch (const ModelError& error) {
    return error.what();
  }
  return "accepted";
}

// The file of a detector with its description, or one of its arrays, changed; checksum right again.
std::string tampered(const std::function<void(nlohmann::json&, std::vector<Array>&)>& change) {
  const std::string bytes = save_detector(small_detector(normal_rows(120, 3, 1)));
  const Container container = read_container(bytes, "t");
  nlohmann::json description = nlohmann::json::parse(container.description);
  std::vector<Array> arrays;
  for (const ArrayView& view : container.arrays) {
    arrays.push_back({view.name, view.dtype, view.shape, std::string(view.bytes)});
  }
  change(description, arrays);
  return write_container(description.dump(), arrays);
}

Array& find(std::vector<Array>& arrays, const std::string& name) {
  for (Array& array : arrays) {
    if (array.name == name) {
      return array;
    }
  }
  throw std::logic_error(name);
}

TEST(Detector, SavedAndLoadedGivesTheSameBits) {
  for (const char* params : {"", "score: raw", "{nu: 0.1, gamma: 0.25}", "gamma: scale"}) {
    const Detector detector = small_detector(normal_rows(120, 3, 1), params);
    const std::string bytes = save_detector(detector);
    const Detector loaded = load_detector(bytes, "t");
    EXPECT_EQ(save_detector(loaded), bytes) << params;
    const Matrix probes = 2 * normal_rows(50, 3, 2);
    EXPECT_EQ(loaded.raw_scores(probes), detector.raw_scores(probes));
    const auto answers = loaded.score(probes);
    const auto expected = detector.score(probes);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      EXPECT_EQ(answers[i].verdict, expected[i].verdict);
      EXPECT_EQ(answers[i].p_value, expected[i].p_value);
    }
    EXPECT_EQ(loaded.columns, detector.columns);
    EXPECT_EQ(loaded.reference.keys, detector.reference.keys);
    EXPECT_EQ(nlohmann::json::parse(loaded.recipe_json),
              nlohmann::json::parse(detector.recipe_json));
  }
}

Detector detector_of_sources() {
  Detector detector = small_detector(normal_rows(120, 3, 1));
  detector.flow_model = std::make_unique<Detector>(small_detector(normal_rows(90, 2, 3)));
  detector.source_calibration = {{0, 1, 0}, {0, 5, 7}, {.5, -1, 2}};
  return detector;
}

TEST(Detector, AModelForSourcesIsKeptInside) {
  const Detector detector = detector_of_sources();
  const std::string bytes = save_detector(detector);
  const Detector loaded = load_detector(bytes, "t");
  EXPECT_EQ(save_detector(loaded), bytes);
  ASSERT_TRUE(loaded.flow_model);
  const Matrix probes = normal_rows(20, 2, 4);
  EXPECT_EQ(loaded.flow_model->raw_scores(probes), detector.flow_model->raw_scores(probes));
  EXPECT_EQ(loaded.source_calibration.end_ns, detector.source_calibration.end_ns);
  EXPECT_EQ(loaded.source_calibration.source, detector.source_calibration.source);
  EXPECT_EQ(loaded.source_calibration.score, detector.source_calibration.score);
}

TEST(Detector, WhatIsKeptForSourcesIsChecked) {
  Detector detector = detector_of_sources();
  detector.source_calibration.end_ns.pop_back();
  EXPECT_NE(refusal(save_detector(detector)).find("by_source.score"), std::string::npos);
  detector = detector_of_sources();
  detector.source_calibration.score.assign(SourceCalibration::kMost + 1, 0);
  EXPECT_NE(refusal(save_detector(detector)), "accepted");
  detector = detector_of_sources();
  detector.flow_model->flow_model =
      std::make_unique<Detector>(small_detector(normal_rows(40, 1, 1)));
  EXPECT_NE(refusal(save_detector(detector)).find("within a model"), std::string::npos);
  EXPECT_NE(refusal(tampered([](nlohmann::json&, std::vector<Array>& arrays) {
              ArrayWriter(arrays, "").add_text("flow_model", "no model");
            })).find("flow_model"),
            std::string::npos);
}

TEST(Detector, TheSameTrainingGivesTheSameBytes) {
  EXPECT_EQ(save_detector(small_detector(normal_rows(120, 3, 1))),
            save_detector(small_detector(normal_rows(120, 3, 1))));
}

TEST(Detector, EveryTruncationAndEveryFlippedByteIsRefused) {
  const std::string bytes = save_detector(small_detector(normal_rows(40, 1, 1)));
  for (std::size_t length = 0; length < bytes.size(); length += 7) {
    EXPECT_NE(refusal(bytes.substr(0, length)), "accepted") << length;
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ static_cast<char>(1 + i % 255));
    EXPECT_NE(refusal(flipped), "accepted") << i;
  }
}

TEST(Detector, UnknownKeysAreIgnored) {
  EXPECT_EQ(refusal(tampered([](nlohmann::json& d, std::vector<Array>& arrays) {
              d["future"] = {{"x", 1}};
              ArrayWriter(arrays, "").add("future", std::vector<double>{1});
            })),
            "accepted");
}

TEST(Detector, EveryFieldOfTheDescriptionIsNeededAndChecked) {
  const std::string bytes = save_detector(small_detector(normal_rows(120, 3, 1)));
  const std::string text = read_container(bytes, "t").description;
  const nlohmann::json fields = nlohmann::json::parse(text);
  for (const auto& field : fields.items()) {
    if (field.key() == "netml_version") {
      continue;  // said to people only
    }
    EXPECT_NE(refusal(tampered([&](nlohmann::json& d, auto&) { d.erase(field.key()); })),
              "accepted")
        << field.key();
    EXPECT_NE(refusal(tampered([&](nlohmann::json& d, auto&) { d[field.key()] = 1.5; })),
              "accepted")
        << field.key();
  }
}

TEST(Detector, DescriptionsThatLieAreRefused) {
  using Change = std::function<void(nlohmann::json&, std::vector<Array>&)>;
  const std::vector<Change> changes = {
      [](auto& d, auto&) { d["kind"] = "kde"; },
      [](auto& d, auto&) { d["seed"] = -1; },
      [](auto& d, auto&) {
        d["columns"] = {"a", "b"};
      },
      [](auto& d, auto&) {
        d["columns"] = {"a", "b", "a"};
      },
      [](auto& d, auto&) { d["columns"] = nlohmann::json::array(); },
      [](auto& d, auto&) { d["score"] = "greater_is_more_normal"; },
      [](auto& d, auto&) { d["threshold"] = 1e9; },
      [](auto& d, auto&) { d["alpha"] = 0; },
      [](auto& d, auto&) { d["alpha"] = 1e-9; },
      [](auto& d, auto&) { d["threshold_rule"] = "none"; },
      [](auto& d, auto&) { d["threshold_rule"] = "fixed"; },
      [](auto& d, auto&) { d["threshold_rule"] = "own"; },
      [](auto& d, auto&) { d["params"]["nu"] = 7; },
      [](auto& d, auto&) { d["params"]["nu"] = "0.05"; },
      [](auto& d, auto&) { d["params"]["x"] = 1; },
      [](auto& d, auto&) { d["params"].erase("nu"); },
      [](auto& d, auto&) { d["params"]["gamma"] = 3; },
      [](auto& d, auto&) { d["scaler"]["kind"] = "rank"; },
      [](auto& d, auto&) { d["scaler"]["clip"] = 20; },
      [](auto& d, auto&) { d["calibration"]["count"] = 3; },
      [](auto& d, auto&) { d["calibration"]["source"] = "training"; },
      [](auto& d, auto&) { d["rate_bound"]["value"] = 0.0001; },
      [](auto&, auto& a) { find(a, "ocsvm.gamma").bytes = std::string(8, '\0'); },
      [](auto&, auto& a) { find(a, "ocsvm.rho").bytes = std::string(8, '\xff'); },
      [](auto&, auto& a) {
        find(a, "ocsvm.coefficients").bytes.replace(0, 8, std::string(8, '\0'));
      },
      [](auto&, auto& a) { find(a, "ocsvm.support").name = "x"; },
      [](auto&, auto& a) {
        find(a, "ocsvm.support").shape = {3, find(a, "ocsvm.support").shape[0]};
      },
      [](auto&, auto& a) { find(a, "scaler.scale").bytes.replace(0, 8, std::string(8, '\0')); },
      [](auto&, auto& a) { find(a, "scaler.mean").dtype = Dtype::kI64; },
      [](auto&, auto& a) {
        std::swap(find(a, "calibration.scores").bytes[0], find(a, "calibration.scores").bytes[14]);
      },
      [](auto&, auto& a) { find(a, "training.reference_keys").bytes[0] = '\n'; },
      [](auto&, auto& a) {
        find(a, "training.quantiles").shape = {3, 9};
      },
      [](auto& d, auto&) {
        nlohmann::json deep = 1;
        for (int i = 0; i < 40; ++i) {
          deep = nlohmann::json::array({deep});
        }
        d["recipe"] = {{"x", deep}};
      },
      [](auto& d, auto&) { d["future"] = std::vector<int>(200000, 1); },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const std::string message = refusal(tampered(changes[i]));
    EXPECT_EQ(message.rfind("m.netml: ", 0), 0u) << i << ": " << message;
  }
}

// As under --preset netml.
TEST(Detector, AThresholdByQuantileIsThatOfTheTrainingScores) {
  const Matrix rows = normal_rows(120, 3, 1);
  Detector detector = small_detector(rows);
  detector.set_calibration(CalibrationSource::kTraining, rows);
  detector.threshold_rule = ThresholdRule::kQuantile;
  detector.threshold = quantile_sorted(detector.calibration.scores(), 1 - 0.1);
  detector.alpha.reset();
  detector.rate_bound.reset();
  EXPECT_EQ(refusal(save_detector(detector)), "accepted");
  detector.threshold = 999;
  EXPECT_EQ(refusal(save_detector(detector)),
            "m.netml: threshold: it is not the 0.9-quantile of the training scores");
  detector.threshold = quantile_sorted(detector.calibration.scores(), 1 - 0.1);
  detector.calibration_source = CalibrationSource::kHeldOut;
  EXPECT_NE(refusal(save_detector(detector)), "accepted");
}

TEST(Detector, RowsWithAMissingValueAreInvalid) {
  const Detector detector = small_detector(normal_rows(120, 3, 1));
  Matrix probes = normal_rows(3, 3, 2);
  probes(1, 2) = NAN;
  const auto answers = detector.score(probes);
  EXPECT_EQ(answers[1].verdict, Verdict::kInvalid);
  EXPECT_TRUE(std::isnan(answers[1].score));
  EXPECT_FALSE(answers[1].p_value);
  EXPECT_EQ(answers[2].score, detector.raw_scores(probes.bottomRows(1))[0]);
}

TEST(Detector, OverridesHoldForTheRun) {
  Detector detector = small_detector(normal_rows(120, 3, 1));
  detector.use_alpha(0.5);
  EXPECT_EQ(detector.threshold, detector.calibration.threshold(0.5));
  detector.use_threshold(-1e9);
  EXPECT_EQ(detector.score(normal_rows(1, 3, 2))[0].verdict, Verdict::kAnomaly);
  EXPECT_THROW(detector.use_alpha(1e-6), DataError);
}

TEST(Detector, CorpusModelsAreRefused) {
  const auto samples = test::corpus("model");
  if (samples.empty()) {
    GTEST_SKIP() << "the corpus is not here";
  }
  for (const test::Sample& sample : samples) {
    EXPECT_NE(refusal(test::slurp(test::reference("corpus/" + sample.file))), "accepted")
        << sample.file;
  }
}

}  // namespace
}  // namespace netml
