#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace netml {

/// A number and its 95 % bootstrap interval (percentiles of resamples).
struct Estimate {
  double value = 0;
  double low = 0;
  double high = 0;
};

/// A point of a curve with its 95 % band.
struct CurvePoint {
  double x = 0;
  double y = 0;
  double low = 0;
  double high = 0;
};

/// How well scores tell abnormal rows from normal ones. `auc` and the rest as metrics.hpp defines
/// them.
struct Evaluation {
  std::size_t normal = 0;
  std::size_t abnormal = 0;
  Estimate auc;
  Estimate average_precision;
  Estimate tpr_at_fpr_0001;                  ///< at most 0.1 % of the normal rows flagged
  Estimate tpr_at_fpr_001;                   ///< 1 %
  Estimate tpr_at_fpr_005;                   ///< 5 %
  std::vector<CurvePoint> roc;               ///< x: false-positive rate, y: true-positive rate
  std::vector<CurvePoint> precision_recall;  ///< x: recall, y: precision
};

/// Nothing when either class is absent. Both curves have 101 points, x = 0, .01, …, 1; the ROC
/// curve takes the highest y at or below x, the other one the precision of the least set of rows
/// with at least that recall (at 0: of the first row). Intervals are those of 200 resamples drawn
/// within each class (Efron and Tibshirani 1993, chapter 13), seeded; the same arguments give the
/// same bits. Requires: finite scores, a label 0 or 1 each. O(n log n + 200 n).
std::optional<Evaluation> evaluate(std::span<const double> scores, std::span<const int> labels,
                                   std::uint64_t seed);

}  // namespace netml
