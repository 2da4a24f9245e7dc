#pragma once

#include <cstddef>
#include <cstdint>

#include "netml/dataset/matrix.hpp"

namespace netml {

/// Rows whose distances are looked at.
inline constexpr std::size_t kMostPairwiseRows = 2000;

/// sigma(q): the q-quantile (numpy's default rule) of the positive Euclidean distances among
/// min(n, kMostPairwiseRows) rows drawn without replacement; 1 when none is positive.
double pairwise_scale(const Matrix& rows, double q, std::uint64_t seed);

/// |a - b|^2 over `count` values, summed in their order.
inline double squared_distance(const double* a, const double* b, std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double difference = a[i] - b[i];
    sum += difference * difference;
  }
  return sum;
}

}  // namespace netml
