#include "pairwise_scale.hpp"

#include <algorithm>
#include <cmath>

#include "netml/core/quantile.hpp"
#include "netml/core/rng.hpp"

namespace netml {

double pairwise_scale(const Matrix& rows, double q, std::uint64_t seed) {
  const std::size_t n = row_count(rows);
  Rng rng(seed);
  const std::vector<std::size_t> drawn =
      sample_without_replacement(n, std::min(n, kMostPairwiseRows), rng);
  std::vector<double> distances;
  distances.reserve(drawn.size() * (drawn.size() - 1) / 2);
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double distance = std::sqrt(squared_distance(
          row_of(rows, drawn[i]).data(), row_of(rows, drawn[j]).data(), column_count(rows)));
      if (distance > 0) {
        distances.push_back(distance);
      }
    }
  }
  return distances.empty() ? 1.0 : quantile(distances, q);
}

}  // namespace netml
