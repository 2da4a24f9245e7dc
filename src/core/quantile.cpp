#include "netml/core/quantile.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace netml {

double quantile_sorted(std::span<const double> sorted, double q) noexcept {
  const double h = static_cast<double>(sorted.size() - 1) * q;
  const double floor_h = std::floor(h);
  const auto i = static_cast<std::size_t>(floor_h);
  if (i + 1 >= sorted.size()) {
    return sorted.back();
  }
  const double g = h - floor_h;
  const double difference = sorted[i + 1] - sorted[i];
  if (!std::isfinite(difference)) {
    return (1 - g) * sorted[i] + g * sorted[i + 1];
  }
  return g < 0.5 ? sorted[i] + difference * g : sorted[i + 1] - difference * (1 - g);
}

double quantile(std::span<const double> values, double q) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return quantile_sorted(sorted, q);
}

}  // namespace netml
