#include "value_statistics.hpp"

#include <algorithm>
#include <cmath>

#include "netml/core/uint128.hpp"

namespace netml {
namespace {

// Each at least its predecessor.
std::int64_t mode_of(std::span<const std::int64_t> sorted) noexcept {
  std::int64_t mode = sorted.front();
  std::size_t most = 0;
  for (std::size_t begin = 0; begin < sorted.size();) {
    std::size_t end = begin + 1;
    while (end < sorted.size() && sorted[end] == sorted[begin]) {
      ++end;
    }
    if (end - begin > most) {
      most = end - begin;
      mode = sorted[begin];
    }
    begin = end;
  }
  return mode;
}

double median_of(std::span<const std::int64_t> sorted) noexcept {
  const std::size_t middle = sorted.size() / 2;
  if (sorted.size() % 2 != 0) {
    return static_cast<double>(sorted[middle]);
  }
  const auto sum =
      static_cast<long double>(sorted[middle - 1]) + static_cast<long double>(sorted[middle]);
  return static_cast<double>(sum / 2);
}

}  // namespace

ValueStatistics value_statistics(std::span<std::int64_t> values) noexcept {
  ValueStatistics s;
  if (values.empty()) {
    return s;
  }
  std::sort(values.begin(), values.end());
  s.n = values.size();
  s.minimum = values.front();
  s.maximum = values.back();
  s.mode = mode_of(values);
  s.median = median_of(values);
  const auto above_minimum = [&](std::int64_t value) {
    return static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(s.minimum);
  };
  Uint128 sum = 0;
  for (const std::int64_t value : values) {
    sum += above_minimum(value);
  }
  const auto n = static_cast<long double>(s.n);
  const long double mean_above = static_cast<long double>(sum) / n;
  // Of zero exactly when the values' sum is: n * minimum + sum, in two parts.
  const Uint128 below =
      s.minimum < 0 ? Uint128{std::uint64_t{0} - static_cast<std::uint64_t>(s.minimum)} * s.n : 0;
  const bool is_zero_mean = s.minimum < 0 ? sum == below : s.minimum == 0 && sum == 0;
  const long double mean = is_zero_mean ? 0 : static_cast<long double>(s.minimum) + mean_above;
  s.mean = static_cast<double>(mean);
  if (s.minimum == s.maximum) {
    return s;
  }
  long double squares = 0, cubes = 0;
  for (const std::int64_t value : values) {
    const long double distance = static_cast<long double>(above_minimum(value)) - mean_above;
    squares += distance * distance;
    cubes += distance * distance * distance;
  }
  const long double variance = squares / n;
  const long double deviation = std::sqrt(variance);
  s.variance = static_cast<double>(variance);
  s.deviation = static_cast<double>(deviation);
  s.skewness = static_cast<double>(cubes / n / (variance * deviation));
  s.variation = is_zero_mean ? 0 : static_cast<double>(deviation / mean);
  return s;
}

}  // namespace netml
