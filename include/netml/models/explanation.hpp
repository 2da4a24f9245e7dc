#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "netml/models/detector.hpp"

namespace netml {

/// What a column did to the score of one row.
struct Reason {
  std::size_t column = 0;
  double value = 0;   ///< of the row, not scaled
  double share = 0;   ///< of all that raised the score; the shares of all columns sum to 1
  double median = 0;  ///< of the training rows, and their 1 and 99 % quantiles
  double low = 0;
  double high = 0;
};

/// Why a row is novel.
struct Explanation {
  std::vector<Reason> reasons;      ///< those that raised the score, the strongest first
  std::optional<std::size_t> like;  ///< the nearest of the detector's reference rows
};

/// Explains scores of any model by what replacing one column does. With y the nearest reference row
/// of x (Euclidean, scaled; ties: the first),
///
///   e_j = s(x) - s(x with x_j replaced by y_j);   share of j = max(e_j, 0) / sum of max(e, 0)
///
/// A row whose columns only do harm together (all e_j <= 0) has no reasons.
class Explainer {
 public:
  /// The detector must outlive the object and have a model.
  explicit Explainer(const Detector& detector);

  /// At most `most` reasons. Requires: a finite row of the detector's columns, not scaled. Costs
  /// one score per column that differs from the nearest row's, and the memory of 128 rows at most.
  Explanation explain(std::span<const double> row, std::size_t most) const;

  /// "bwd_log_bytes=14.2 (normal 8.1, 5.5 to 10.3) 61 %", one per reason: value, median and 1 to
  /// 99 % range of the training rows, share. Safe to print.
  std::vector<std::string> reasons(const Explanation& explanation) const;
  /// Who the nearest reference row was: "10.0.0.1:5 -> 10.0.0.2:53 17 1499083690807570000"; empty
  /// when the model does not say.
  std::string like(const Explanation& explanation) const;

 private:
  std::size_t nearest(std::span<const double> row) const;
  std::vector<double> raised_by(std::span<const double> row, std::size_t like) const;

  const Detector& detector_;
  Matrix reference_;  ///< scaled
};

}  // namespace netml
