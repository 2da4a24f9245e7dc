#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "netml/core/rng.hpp"
#include "netml/dataset/matrix.hpp"
#include "netml/models/detector.hpp"
#include "netml/models/registry.hpp"

namespace netml::test {

/// sin(0.7 i^2 + 1.3 j + shift): rows that every language can make (tests/oracle).
inline Matrix sine_rows(int n, int d, double shift = 0) {
  Matrix rows(n, d);
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < d; ++j) {
      rows(i, j) = std::sin(0.7 * i * i + 1.3 * j + shift);
    }
  }
  return rows;
}

/// sin(0.7 i^2 + 1.3 j^2 + 0.37 i j + shift): the same, but of full rank.
inline Matrix wave_rows(int n, int d, double shift = 0) {
  Matrix rows(n, d);
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < d; ++j) {
      rows(i, j) = std::sin(0.7 * i * i + 1.3 * j * j + 0.37 * i * j + shift);
    }
  }
  return rows;
}

inline Matrix normal_rows(int n, int d, std::uint64_t seed) {
  Rng rng(seed);
  Matrix rows(n, d);
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < d; ++j) {
      rows(i, j) = rng.normal();
    }
  }
  return rows;
}

/// Parameters of a model from YAML.
inline Params model_params(const std::string& name, const std::string& yaml) {
  const ModelEntry& entry = find_model(name);
  return yaml.empty() ? Params(entry.schema)
                      : parse_params(yaml, false, "test", entry.schema, algorithm_names(entry));
}
inline Params ocsvm_params(const std::string& yaml) {
  return model_params("ocsvm", yaml);
}

inline std::unique_ptr<Model> fitted_model(const std::string& name, const Matrix& rows,
                                           const std::string& yaml = "",
                                           const FitContext& context = {.seed = 42}) {
  std::unique_ptr<Model> model = find_model(name).make();
  FitReport report;
  model->fit(rows, model_params(name, yaml), context, report);
  return model;
}
inline std::unique_ptr<Model> fitted(const Matrix& rows, const std::string& yaml = "",
                                     std::uint64_t seed = 42) {
  return fitted_model("ocsvm", rows, yaml, {.seed = seed});
}

inline FitReport fit_report(const std::string& name, const Matrix& rows, const std::string& yaml) {
  FitReport report;
  find_model(name).make()->fit(rows, model_params(name, yaml), {.seed = 42}, report);
  return report;
}

/// A value that a fit took from the data; NaN when it is not there.
inline double derived(const FitReport& report, const std::string& name) {
  for (const DerivedValue& value : report.derived) {
    if (value.name == name) {
      return value.value;
    }
  }
  return NAN;
}

/// A small complete detector: columns c0, c1, …, standard scaling, a fifth kept for calibration.
inline Detector small_detector(const Matrix& rows, const std::string& yaml = "",
                               const std::string& algorithm = "ocsvm") {
  Detector detector;
  detector.algorithm = algorithm;
  detector.seed = 42;
  for (std::size_t c = 0; c < column_count(rows); ++c) {
    detector.columns.push_back("c" + std::to_string(c));
  }
  detector.recipe_json = R"({"sets":["biflow"],"idle":120.0})";
  detector.card_json = R"({"files":[{"name":"a.pcap"}]})";
  detector.params = model_params(algorithm, yaml);
  detector.scaler = Scaler::fit(rows, Scaling::kStandard, detector.columns);
  detector.model = find_model(algorithm).make();
  detector.model->fit(detector.scaler.transform(rows), *detector.params, {.seed = 42},
                      detector.fit);
  detector.set_calibration(CalibrationSource::kHeldOut, rows);
  detector.calibrate(std::nullopt);
  detector.quantiles = training_quantiles(rows);
  detector.reference.rows = rows.topRows(2);
  detector.reference.keys = {"10.0.0.1:1 -> 10.0.0.2:2 6 5", ""};
  return detector;
}

}  // namespace netml::test
