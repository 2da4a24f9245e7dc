#include "netml/models/detector.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "netml/core/error.hpp"
#include "netml/core/quantile.hpp"
#include "netml/core/text_format.hpp"

#include "ensemble.hpp"

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

Confusion confusion(std::span<const RowScore> answers, std::span<const int> labels) {
  Confusion counts;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const bool is_flagged = answers[i].verdict == Verdict::kAnomaly;
    if (labels[i] != 0) {
      ++(is_flagged ? counts.true_positives : counts.false_negatives);
    } else {
      ++(is_flagged ? counts.false_positives : counts.true_negatives);
    }
  }
  return counts;
}

std::size_t Detector::members() const noexcept {
  const Ensemble* ensemble = as_ensemble(model.get());
  return ensemble != nullptr ? ensemble->members().size() : 1;
}

std::size_t Detector::calibration_needed(double rate) const {
  return Calibration::needed(rate / static_cast<double>(members()));
}

void Detector::set_calibration(CalibrationSource source, const Matrix& rows, std::size_t threads) {
  if (Ensemble* ensemble = as_ensemble(model.get())) {
    ensemble->calibrate(scaler.transform(rows), threads);
  }
  const Vector scores = raw_scores(rows, threads);
  calibration_source = source;
  calibration = Calibration({scores.begin(), scores.end()});
}

void Detector::calibrate(std::optional<double> asked_alpha) {
  const auto shares = static_cast<double>(members());
  if (!asked_alpha && shares >= static_cast<double>(calibration.size() + 1)) {
    warnings.push_back("the model has no threshold: " + std::to_string(calibration.size()) +
                       " calibration flows are too few for " + std::to_string(members()) +
                       " members; it gives scores and the verdict unclassified");
    return;
  }
  const AlphaChoice choice = choose_alpha(calibration, asked_alpha, members());
  alpha = choice.alpha;
  threshold.reset();
  if (as_ensemble(model.get()) == nullptr) {
    threshold = calibration.threshold(choice.alpha);
  }
  rate_bound = conformal_rate_bound();
  threshold_rule = ThresholdRule::kConformal;
  if (!choice.warning.empty()) {
    warnings.push_back(choice.warning);
  }
}

double Detector::conformal_rate_bound() const {
  // Each member's bound fails with its share of the probability (Boole's inequality).
  constexpr double kDoubt = 0.05;
  const auto shares = static_cast<double>(members());
  return std::min(1.0, shares * calibration.rate_bound(*alpha / shares, 1 - kDoubt / shares));
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
  const std::vector<RowScore> scored =
      score_scaled(scaler.transform(all_valid ? rows : select_rows(rows, valid)), threads);

  RowScore invalid;
  invalid.score = std::numeric_limits<double>::quiet_NaN();
  invalid.verdict = Verdict::kInvalid;
  std::vector<RowScore> answers(row_count(rows), invalid);
  for (std::size_t i = 0; i < valid.size(); ++i) {
    answers[valid[i]] = scored[i];
  }
  return answers;
}

std::vector<RowScore> Detector::score_scaled(const Matrix& rows, std::size_t threads) const {
  std::vector<RowScore> answers(row_count(rows));
  const auto verdict = [&](bool is_anomaly) {
    return !has_verdicts() ? Verdict::kUnclassified
           : is_anomaly    ? Verdict::kAnomaly
                           : Verdict::kNormal;
  };
  if (const Ensemble* ensemble = as_ensemble(model.get())) {
    const std::vector<Ensemble::Answer> judged = ensemble->answer(rows, threads);
    const std::size_t alarm =
        alpha ? calibration.alarm_ranks(*alpha / static_cast<double>(members())) : 0;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      answers[i].score = judged[i].score;
      if (!calibration.is_empty()) {
        answers[i].p_value = judged[i].p_value;
      }
      answers[i].verdict =
          verdict(threshold ? judged[i].score > *threshold : judged[i].rank <= alarm);
    }
    return answers;
  }
  const Vector scores = model->score(rows, threads);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const double score = scores[static_cast<Eigen::Index>(i)];
    answers[i].score = score;
    if (!calibration.is_empty()) {
      answers[i].p_value = calibration.p_value(score);
    }
    answers[i].verdict = verdict(threshold && score > *threshold);
  }
  return answers;
}

}  // namespace netml
