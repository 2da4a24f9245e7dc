#pragma once

#include <cfloat>
#include <cmath>
#include <span>

#include "lane_kernels.hpp"

namespace netml {

/// sums[r] = log(sum_i exp(offset_i - factor |x_r - rows_i|^2)), the largest term taken out;
/// -DBL_MAX where every distance is beyond the range of doubles. `offsets` may be nullptr: 0.
void log_kernel_sums(const Eigen::Ref<const Matrix>& x, const Matrix& rows, const double* offsets,
                     double factor, std::span<double> sums);

/// sums[r] = sum_i weight_i exp(-factor |x_r - rows_i|^2); 0 far away.
void kernel_sums(const Eigen::Ref<const Matrix>& x, const Matrix& rows, const double* weights,
                 double factor, std::span<double> sums);

/// Scores are finite whatever numbers a model file holds: what leaves the range of doubles, or has
/// no value, is as novel as can be.
inline double finite_score(double score) noexcept {
  return score >= -DBL_MAX && score <= DBL_MAX ? score : score < 0 ? -DBL_MAX : DBL_MAX;
}

}  // namespace netml
