#pragma once

#include <cstdint>
#include <span>

namespace netml {

/// Statistics of a list of integers, with the definitions of NetFlowMeter SPEC, section 1: variance
/// and skewness are the population's, the median of an even number is the mean of the two in the
/// middle, the mode the smallest of the most frequent values. All 0 without values.
struct ValueStatistics {
  std::uint64_t n = 0;
  std::int64_t minimum = 0;
  std::int64_t maximum = 0;
  std::int64_t mode = 0;
  double mean = 0;
  double variance = 0;
  double deviation = 0;
  double median = 0;
  double skewness = 0;   ///< 0 when all values are equal
  double variation = 0;  ///< deviation / mean; 0 when the mean is
};

/// Sorts `values`. From differences to the smallest value, summed exactly; central moments in a
/// second pass.
ValueStatistics value_statistics(std::span<std::int64_t> values) noexcept;

}  // namespace netml
