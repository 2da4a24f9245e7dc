#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "netml/dataset/matrix.hpp"

namespace netml {

enum class Covariance { kDiagonal, kFull };

/// A mixture of k Gaussians in d columns.
struct Mixture {
  Covariance covariance = Covariance::kDiagonal;
  Vector weights;  ///< [k], above 0, of sum 1
  Matrix means;    ///< [k × d]
  /// Diagonal: standard deviations, [k × d]. Full: Cholesky factors (lower) of the covariances, one
  /// below the other, [k d × d].
  Matrix factors;

  /// log of the density at each row; not below -DBL_MAX.
  void log_densities(const Eigen::Ref<const Matrix>& rows, std::span<double> out) const;
};

struct MixtureOptions {
  Covariance covariance = Covariance::kDiagonal;
  double regularisation = 0.1;  ///< added to the variances; above 0
  double tolerance = 1e-3;      ///< the change of the mean log-likelihood at which EM ends
  int most_steps = 100;
  std::size_t threads = 1;
};

struct MixtureFit {
  Mixture mixture;
  double regularisation = 0;  ///< more than asked where a covariance had no Cholesky factor
  double mean_log_likelihood = 0;
  int steps = 0;
  bool is_converged = false;
};

/// Expectation maximisation (Dempster, Laird, Rubin 1977) from `start`, whose covariance kind is
/// that of the options. The same bits for any number of threads. Throws Interrupted when a signal
/// asks to stop while there is an interrupt::Indivisible; so does k_means.
MixtureFit fit_mixture(const Matrix& rows, Mixture start, const MixtureOptions& options);

/// The same from a k-means clustering: responsibilities are 1 for a row's cluster, else 0.
/// `clusters`: one number below k per row.
MixtureFit fit_mixture(const Matrix& rows, std::span<const std::size_t> clusters, std::size_t k,
                       const MixtureOptions& options);

/// Lloyd's k-means from k-means++ starts (Arthur, Vassilvitskii 2007), the best of `restarts`;
/// at most 300 rounds each, until the centres move by less than 1e-4 of the mean column variance.
/// Returns each row's cluster. 1 <= k <= rows. Restart r draws from its own stream of the seed.
/// `tell` (may be empty) is told after each `threads` restarts which share is done.
std::vector<std::size_t> k_means(const Matrix& rows, std::size_t k, std::size_t restarts,
                                 std::uint64_t seed, std::size_t threads,
                                 const std::function<void(double)>& tell = {});

}  // namespace netml
