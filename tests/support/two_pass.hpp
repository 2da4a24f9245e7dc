#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace netml::test {

/// What running sums are held against: moments in two passes of long double; zeros without values.
struct TwoPass {
  double minimum = 0, maximum = 0, mean = 0;
  double population_deviation = 0;
  double sample_deviation = 0;  ///< 0 for fewer than two
};

inline TwoPass two_pass(const std::vector<long double>& values) {
  if (values.empty()) {
    return {};
  }
  const auto n = static_cast<long double>(values.size());
  long double sum = 0, squares = 0;
  for (const long double value : values) {
    sum += value;
  }
  for (const long double value : values) {
    squares += (value - sum / n) * (value - sum / n);
  }
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  TwoPass moments;
  moments.minimum = static_cast<double>(*low);
  moments.maximum = static_cast<double>(*high);
  moments.mean = static_cast<double>(sum / n);
  moments.population_deviation = static_cast<double>(std::sqrt(squares / n));
  moments.sample_deviation =
      values.size() < 2 ? 0.0 : static_cast<double>(std::sqrt(squares / (n - 1)));
  return moments;
}

}  // namespace netml::test
