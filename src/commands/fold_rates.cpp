#include "fold_rates.hpp"

#include <algorithm>

#include "netml/core/interrupt.hpp"

namespace netml {
namespace {

constexpr std::size_t kFolds = 5;
constexpr std::size_t kCalibrationShare = 5;  // one row of so many, as in training

// What a fold's model is fitted on, calibrated with and tried on.
struct Fold {
  std::vector<std::size_t> fit;
  std::vector<std::size_t> calibration;
  std::vector<std::size_t> test;
};

Fold make_fold(std::size_t rows, std::size_t number) {
  const std::size_t begin = rows * number / kFolds, end = rows * (number + 1) / kFolds;
  Fold fold;
  std::vector<std::size_t> others;
  for (std::size_t row = 0; row < rows; ++row) {
    (row >= begin && row < end ? fold.test : others).push_back(row);
  }
  // Every fifth row, so that a model is not blamed for what changes between its own two parts.
  for (std::size_t i = 0; i < others.size(); ++i) {
    (i % kCalibrationShare == kCalibrationShare - 1 ? fold.calibration : fold.fit)
        .push_back(others[i]);
  }
  return fold;
}

double alert_rate(const Matrix& rows, const Fold& fold, const Detector& whole,
                  const ModelEntry& entry, const TrainOptions& options) {
  Detector detector;
  detector.columns = whole.columns;
  const Matrix fit = select_rows(rows, fold.fit);
  detector.scaler = Scaler::fit(fit, whole.scaler.scaling(), whole.columns);
  detector.model = entry.make();
  detector.model->fit(detector.scaler.transform(fit), *whole.params,
                      {.seed = whole.seed,
                       .threads = options.threads,
                       .progress = [](double) { interrupt::check(); }},
                      detector.fit);
  detector.set_calibration(CalibrationSource::kHeldOut, select_rows(rows, fold.calibration),
                           options.threads);
  detector.calibrate(whole.alpha);
  const std::vector<RowScore> answers =
      detector.score(select_rows(rows, fold.test), options.threads);
  const auto alerts = std::count_if(answers.begin(), answers.end(), [](const RowScore& answer) {
    return answer.verdict == Verdict::kAnomaly;
  });
  return static_cast<double>(alerts) / static_cast<double>(answers.size());
}

}  // namespace

std::size_t fold_fit_rows(std::size_t rows) {
  const std::size_t others = rows - rows / kFolds;
  return others - others / kCalibrationShare;
}

std::optional<FoldRates> alert_rates_by_fold(const Matrix& rows, const Detector& detector,
                                             const ModelEntry& entry, const TrainOptions& options) {
  if (detector.threshold_rule != ThresholdRule::kConformal || !detector.alpha) {
    return std::nullopt;
  }
  const std::size_t calibration = row_count(rows) * (kFolds - 1) / kFolds / kCalibrationShare;
  if (calibration < detector.calibration_needed(*detector.alpha)) {
    return std::nullopt;
  }
  FoldRates rates;
  rates.alpha = *detector.alpha;
  for (std::size_t number = 0; number < kFolds; ++number) {
    rates.rates.push_back(
        alert_rate(rows, make_fold(row_count(rows), number), detector, entry, options));
  }
  return rates;
}

}  // namespace netml
