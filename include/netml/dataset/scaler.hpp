#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "netml/dataset/matrix.hpp"

namespace netml {

enum class Scaling { kStandard, kMinMax, kRobust, kRank, kNone };

/// "standard", "minmax", "robust", "rank", "none".
std::string_view to_text(Scaling scaling) noexcept;
/// Throws UsageError with a suggestion for anything else.
Scaling parse_scaling(std::string_view text);

/// Puts every column on a comparable scale. Fitted on training rows only; part of the model.
///
///   standard  (x - mean) / population standard deviation
///   minmax    (x - min) / (max - min)
///   robust    (x - median) / (IQR / 1.349); with IQR 0 the standard deviation divides
///   rank      the normal score of the training ECDF: Phi^-1((lo + hi + 1) / (2(n + 1))), lo and hi
///   the
///             numbers of training values < x and <= x
///   none      x
///
/// A divisor s <= 1e-9 max(1, |centre|) means a constant column; then 1 divides, so that a change
/// still counts, in raw units. The first three clip to [-5, 5]; rank is bounded by itself.
class Scaler {
 public:
  static constexpr double kClip = 5.0;

  /// Requires: rows all finite, at least one. Throws DataError naming the column when its values
  /// are so large that mean or deviation overflow.
  static Scaler fit(const Matrix& rows, Scaling scaling, std::span<const std::string> columns);

  /// NaN stays NaN. Requires: as many columns as were fitted.
  Matrix transform(const Matrix& rows) const;

  Scaling scaling() const noexcept { return scaling_; }
  std::size_t columns() const noexcept { return columns_; }

  /// Arrays `mean` and `scale` F64[d] (the centre and the divisor), for rank `sorted` F64[d × n].
  void save(ArrayWriter& writer) const;
  /// Throws ModelError.
  static Scaler load(const ArrayReader& reader, Scaling scaling, std::size_t columns);

 private:
  double rank_score(std::size_t column, double value) const;

  Scaling scaling_ = Scaling::kNone;
  std::size_t columns_ = 0;
  Vector centre_;
  Vector divisor_;
  Matrix sorted_;  // rank: one row per column, ascending
};

/// The inverse of the standard normal distribution function, 0 < p < 1 (Wichura 1988, AS 241,
/// PPND16: about 16 digits).
double normal_quantile(double p) noexcept;

}  // namespace netml
