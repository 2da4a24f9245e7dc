#include "netml/core/rng.hpp"

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace netml {

std::uint64_t derive_seed(std::uint64_t seed, std::uint64_t stream) noexcept {
  std::uint64_t z = seed + 0x9e3779b97f4a7c15U * (stream + 1);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

std::uint64_t Rng::below(std::uint64_t bound) {
  std::uint64_t value = engine_();
  if (value > UINT64_MAX - bound) {  // seldom; only then it may have to be drawn again
    const std::uint64_t limit = UINT64_MAX - (UINT64_MAX % bound + 1) % bound;
    while (value > limit) {
      value = engine_();
    }
  }
  return value % bound;
}

double Rng::normal() {
  const double u = 1.0 - uniform();  // in (0, 1], so that the logarithm exists
  const double v = uniform();
  return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v);
}

std::vector<std::size_t> sample_without_replacement(std::size_t n, std::size_t count, Rng& rng) {
  std::vector<std::size_t> indices(n);
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(indices[i], indices[i + rng.below(n - i)]);
  }
  indices.resize(count);
  return indices;
}

std::vector<std::size_t> permutation(std::size_t n, Rng& rng) {
  return sample_without_replacement(n, n, rng);
}

}  // namespace netml
