#include "netml/models/detector.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "netml/core/error.hpp"
#include "netml/core/quantile.hpp"
#include "netml/core/text_format.hpp"

namespace netml {

std::string_view to_text(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::kNormal:
      return "normal";
    case Verdict::kAnomaly:
      return "anomaly";
    case Verdict::kInvalid:
      return "invalid";
    case Verdict::kUnclassified:
      return "unclassified";
  }
  return "";
}

std::string_view to_text(ThresholdRule rule) noexcept {
  switch (rule) {
    case ThresholdRule::kNone:
      return "none";
    case ThresholdRule::kConformal:
      return "conformal";
    case ThresholdRule::kOwn:
      return "own";
    case ThresholdRule::kQuantile:
      return "quantile";
    case ThresholdRule::kFixed:
      return "fixed";
  }
  return "";
}

std::string_view to_text(CalibrationSource source) noexcept {
  switch (source) {
    case CalibrationSource::kNone:
      return "none";
    case CalibrationSource::kHeldOut:
      return "held_out";
    case CalibrationSource::kSeparate:
      return "separate";
    case CalibrationSource::kTraining:
      return "training";
  }
  return "";
}

TrainingQuantiles training_quantiles(const Matrix& rows) {
  TrainingQuantiles quantiles;
  quantiles.values.resize(static_cast<Eigen::Index>(TrainingQuantiles::kCount), rows.cols());
  std::vector<double> values(row_count(rows));
  for (Eigen::Index c = 0; c < rows.cols(); ++c) {
    for (std::size_t r = 0; r < values.size(); ++r) {
      values[r] = rows(static_cast<Eigen::Index>(r), c);
    }
    std::sort(values.begin(), values.end());
    for (std::size_t i = 0; i < TrainingQuantiles::kCount; ++i) {
      quantiles.values(static_cast<Eigen::Index>(i), c) =
          quantile_sorted(values, TrainingQuantiles::kLevels[i]);
    }
  }
  return quantiles;
}

void Detector::calibrate(std::optional<double> asked_alpha) {
  const AlphaChoice choice = choose_alpha(calibration, asked_alpha);
  alpha = choice.alpha;
  threshold = calibration.threshold(choice.alpha);
  rate_bound = calibration.rate_bound(choice.alpha);
  threshold_rule = ThresholdRule::kConformal;
  if (!choice.warning.empty()) {
    warnings.push_back(choice.warning);
  }
}

void Detector::use_alpha(double asked) {
  if (calibration.is_empty() || calibration_source == CalibrationSource::kTraining) {
    throw DataError(
        "the model has no held-out calibration scores, so it cannot promise a false-alarm rate; "
        "give --threshold instead");
  }
  calibrate(asked);
}

void Detector::use_threshold(double score) {
  threshold = score;
  threshold_rule = ThresholdRule::kFixed;
  alpha.reset();
  rate_bound.reset();
}

Vector Detector::raw_scores(const Matrix& rows, std::size_t threads) const {
  return model->score(scaler.transform(rows), threads);
}

std::vector<RowScore> Detector::score(const Matrix& rows, std::size_t threads) const {
  std::vector<std::size_t> valid;
  valid.reserve(row_count(rows));
  for (std::size_t r = 0; r < row_count(rows); ++r) {
    if (is_finite_row(rows, r)) {
      valid.push_back(r);
    }
  }
  const bool all_valid = valid.size() == row_count(rows);
  const Vector scores = raw_scores(all_valid ? rows : select_rows(rows, valid), threads);

  std::vector<RowScore> answers(row_count(rows));
  for (RowScore& answer : answers) {
    answer.score = std::numeric_limits<double>::quiet_NaN();
    answer.verdict = Verdict::kInvalid;
  }
  for (std::size_t i = 0; i < valid.size(); ++i) {
    RowScore& answer = answers[valid[i]];
    answer.score = scores[static_cast<Eigen::Index>(i)];
    if (!calibration.is_empty()) {
      answer.p_value = calibration.p_value(answer.score);
    }
    answer.verdict = !threshold                  ? Verdict::kUnclassified
                     : answer.score > *threshold ? Verdict::kAnomaly
                                                 : Verdict::kNormal;
  }
  return answers;
}

}  // namespace netml
