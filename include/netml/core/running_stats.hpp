#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace netml {

/// Mean, deviation and extremes of a stream of doubles (Welford 1962). The count is kept by the
/// caller. All values are 0 before the first.
struct RunningStats {
  double mean = 0;
  double squares = 0;  ///< sum of squared deviations from the mean
  double minimum = 0;
  double maximum = 0;

  /// `n`: number of values so far, x included.
  void add(double x, std::uint64_t n) noexcept {
    minimum = n == 1 ? x : std::min(minimum, x);
    maximum = n == 1 ? x : std::max(maximum, x);
    const double d = x - mean;
    mean += d / static_cast<double>(n);
    squares += d * (x - mean);
  }
  /// Divides by n; 0 for n = 0.
  double population_deviation(std::uint64_t n) const noexcept {
    return n == 0 ? 0.0 : std::sqrt(squares / static_cast<double>(n));
  }
};

}  // namespace netml
