#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace netml {

/// Seed of task number `stream` under the run's seed: splitmix64 (Steele, Lea, Flood 2014) of both,
/// so that streams never depend on threads.
std::uint64_t derive_seed(std::uint64_t seed, std::uint64_t stream) noexcept;

/// Portable random numbers: std::mt19937_64 (fully specified by the standard) with our own
/// distributions, because those of the standard library differ between implementations.
/// Model files name it "mt19937_64".
class Rng {
 public:
  explicit Rng(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t bits() { return engine_(); }
  /// Uniform in [0, 1): 53 bits.
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }
  /// Uniform in [0, bound), bound > 0; rejection, no bias.
  std::uint64_t below(std::uint64_t bound);
  /// Standard normal, Box-Muller.
  double normal();

 private:
  std::mt19937_64 engine_;
};

/// `count` distinct indices of 0..n-1 (count <= n) by partial Fisher-Yates, in drawing order.
std::vector<std::size_t> sample_without_replacement(std::size_t n, std::size_t count, Rng& rng);

/// A permutation of 0..n-1.
std::vector<std::size_t> permutation(std::size_t n, Rng& rng);

}  // namespace netml
