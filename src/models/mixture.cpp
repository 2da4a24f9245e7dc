#include "netml/models/mixture.hpp"

#include <algorithm>
#include <array>
#include <cfloat>
#include <cmath>
#include <limits>
#include <numbers>

#include "netml/core/error.hpp"
#include "netml/core/interrupt.hpp"
#include "netml/core/parallel.hpp"

#include "lane_kernels.hpp"

namespace netml {
namespace {

// Sums over rows are taken in at most so many parts, whatever the number of threads.
constexpr std::size_t kMostParts = 64;
constexpr std::size_t kLeastGroups = 16;
constexpr double kMostRegularisation = 1e6;

// A mixture made ready to be evaluated in lanes.
class Evaluator {
 public:
  explicit Evaluator(const Mixture& mixture)
      : mixture_(mixture),
        k_(row_count(mixture.means)),
        columns_(column_count(mixture.means)),
        constants_(k_),
        solved_(columns_),
        centred_(columns_) {
    if (mixture.covariance == Covariance::kDiagonal) {
      inverse_ = mixture.factors.cwiseInverse();
    }
    for (std::size_t c = 0; c < k_; ++c) {
      constants_[c] = std::log(mixture.weights[index(c)]) - log_determinant(c) -
                      0.5 * static_cast<double>(columns_) * std::log(2 * std::numbers::pi);
    }
  }

  // exponents[c] = log(weight_c N_c(x)) for eight rows.
  void operator()(const Lanes* x, Lanes* exponents) {
    if (mixture_.covariance == Covariance::kDiagonal) {
      lane_weighted_distances(x, mixture_.means.data(), inverse_.data(), k_, columns_, exponents);
    } else {
      for (std::size_t c = 0; c < k_; ++c) {
        full_distance(x, c, exponents[c]);
      }
    }
    for (std::size_t c = 0; c < k_; ++c) {
      for (std::size_t r = 0; r < kLanes; ++r) {
        exponents[c].of[r] = std::max(constants_[c] - 0.5 * exponents[c].of[r], -DBL_MAX);
      }
    }
  }

 private:
  static Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }

  // Of the factor: half that of the covariance.
  double log_determinant(std::size_t component) const {
    double sum = 0;
    for (std::size_t j = 0; j < columns_; ++j) {
      sum += std::log(mixture_.covariance == Covariance::kDiagonal
                          ? mixture_.factors(index(component), index(j))
                          : mixture_.factors(index(component * columns_ + j), index(j)));
    }
    return sum;
  }

  void full_distance(const Lanes* x, std::size_t component, Lanes& distance) {
    for (std::size_t j = 0; j < columns_; ++j) {
      const double mean = mixture_.means(index(component), index(j));
      for (std::size_t r = 0; r < kLanes; ++r) {
        centred_[j].of[r] = x[j].of[r] - mean;
      }
    }
    lane_solve_lower(centred_.data(), mixture_.factors.data() + component * columns_ * columns_,
                     columns_, solved_.data());
    std::fill_n(distance.of, kLanes, 0.0);
    for (const Lanes& part : solved_) {
      for (std::size_t r = 0; r < kLanes; ++r) {
        distance.of[r] += part.of[r] * part.of[r];
      }
    }
  }

  const Mixture& mixture_;
  std::size_t k_;
  std::size_t columns_;
  std::vector<double> constants_;
  Matrix inverse_;
  std::vector<Lanes> solved_, centred_;
};

LaneLogSum log_sum(const std::vector<Lanes>& exponents) {
  LaneLogSum total;
  lane_add_exponentials(exponents.data(), nullptr, -1.0, exponents.size(), total);
  return total;
}

double horizontal_sum(const Lanes& lanes) {
  double sum = 0;
  for (const double value : lanes.of) {
    sum += value;
  }
  return sum;
}

std::vector<double> horizontal_sums(const std::vector<Lanes>& lanes) {
  std::vector<double> sums(lanes.size());
  std::transform(lanes.begin(), lanes.end(), sums.begin(), horizontal_sum);
  return sums;
}

// Lower Cholesky factor of a symmetric matrix, in place; false when it is not positive definite.
bool factorise(Eigen::Ref<Matrix> matrix) {
  const Eigen::Index d = matrix.rows();
  for (Eigen::Index j = 0; j < d; ++j) {
    for (Eigen::Index i = j; i < d; ++i) {
      double rest = matrix(i, j);
      for (Eigen::Index k = 0; k < j; ++k) {
        rest -= matrix(i, k) * matrix(j, k);
      }
      if (i > j) {
        matrix(i, j) = rest / matrix(j, j);
      } else if (rest > 0 && std::isfinite(rest)) {
        matrix(j, j) = std::sqrt(rest);
      } else {
        return false;
      }
    }
  }
  matrix.triangularView<Eigen::StrictlyUpper>().setZero();
  return true;
}

// The state of EM: responsibilities, and the mixture that they give.
class Em {
 public:
  Em(const Matrix& rows, std::size_t k, const MixtureOptions& options)
      : options_(options),
        n_(row_count(rows)),
        columns_(column_count(rows)),
        k_(k),
        lanes_(rows),
        responsibilities_(lanes_.groups() * k),
        regularisation_(options.regularisation) {
    groups_per_part_ = std::max(kLeastGroups, (lanes_.groups() + kMostParts - 1) / kMostParts);
    parts_ = (lanes_.groups() + groups_per_part_ - 1) / groups_per_part_;
    mixture.covariance = options.covariance;
  }

  void assign(std::span<const std::size_t> clusters) {
    for (std::size_t r = 0; r < n_; ++r) {
      responsibilities_[r / kLanes * k_ + clusters[r]].of[r % kLanes] = 1;
    }
  }

  // Responsibilities from the mixture. Returns the mean log-likelihood.
  double expect() {
    const std::vector<double> likelihoods = sum_parts(1, [&](std::size_t first, std::size_t last) {
      Evaluator evaluate(mixture);
      std::vector<Lanes> exponents(k_);
      double sum = 0;
      for (std::size_t group = first; group < last; ++group) {
        evaluate(lanes_.group(group), exponents.data());
        const LaneLogSum total = log_sum(exponents);
        Lanes shift{};
        for (std::size_t r = 0; r < lanes_.used(group); ++r) {
          shift.of[r] = total.value(r);
          sum += shift.of[r];
        }
        lane_exponentials(exponents.data(), shift, k_);
        for (std::size_t c = 0; c < k_; ++c) {
          std::fill(exponents[c].of + lanes_.used(group), exponents[c].of + kLanes, 0.0);
          responsibilities_[group * k_ + c] = exponents[c];
        }
      }
      return std::vector<double>{sum};
    });
    return likelihoods[0] / static_cast<double>(n_);
  }

  // The mixture from the responsibilities.
  void maximise() {
    const std::vector<double> first_moments =
        sum_parts(k_ * (columns_ + 1), [&](std::size_t first, std::size_t last) {
          std::vector<Lanes> sums(k_ * columns_), counts(k_);
          const Lanes one{{1, 1, 1, 1, 1, 1, 1, 1}};
          for (std::size_t group = first; group < last; ++group) {
            const Lanes* part = responsibilities_.data() + group * k_;
            lane_add_outer(part, k_, lanes_.group(group), columns_, sums.data());
            lane_add_outer(part, k_, &one, 1, counts.data());
          }
          sums.insert(sums.end(), counts.begin(), counts.end());
          return horizontal_sums(sums);
        });
    counts_.assign(first_moments.end() - static_cast<std::ptrdiff_t>(k_), first_moments.end());
    mixture.weights.resize(index(k_));
    mixture.means.resize(index(k_), index(columns_));
    double total = 0;
    for (double& count : counts_) {
      count += 10 * std::numeric_limits<double>::epsilon();
      total += count;
    }
    for (std::size_t c = 0; c < k_; ++c) {
      mixture.weights[index(c)] = counts_[c] / total;
      for (std::size_t j = 0; j < columns_; ++j) {
        mixture.means(index(c), index(j)) = first_moments[c * columns_ + j] / counts_[c];
      }
    }
    if (options_.covariance == Covariance::kDiagonal) {
      maximise_diagonal();
    } else {
      maximise_full();
    }
  }

  double regularisation() const { return regularisation_; }

  Mixture mixture;

 private:
  static Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }

  // Sums of `part(first group, last group)` in the order of parts.
  template <typename Part>
  std::vector<double> sum_parts(std::size_t size, const Part& part) {
    std::vector<std::vector<double>> results(parts_);
    parallel_for(parts_, options_.threads, [&](std::size_t i) {
      interrupt::check_indivisible();  // a step takes minutes with full covariances
      results[i] =
          part(i * groups_per_part_, std::min((i + 1) * groups_per_part_, lanes_.groups()));
    });
    std::vector<double> sums(size, 0.0);
    for (const std::vector<double>& result : results) {
      for (std::size_t i = 0; i < size; ++i) {
        sums[i] += result[i];
      }
    }
    return sums;
  }

  void maximise_diagonal() {
    const std::vector<double> squares =
        sum_parts(k_ * columns_, [&](std::size_t first, std::size_t last) {
          std::vector<Lanes> sums(k_ * columns_);
          for (std::size_t group = first; group < last; ++group) {
            for (std::size_t c = 0; c < k_; ++c) {
              lane_add_squares(responsibilities_[group * k_ + c], lanes_.group(group),
                               mixture.means.row(index(c)).data(), columns_,
                               sums.data() + c * columns_);
            }
          }
          return horizontal_sums(sums);
        });
    mixture.factors.resize(index(k_), index(columns_));
    for (std::size_t c = 0; c < k_; ++c) {
      for (std::size_t j = 0; j < columns_; ++j) {
        mixture.factors(index(c), index(j)) =
            std::sqrt(squares[c * columns_ + j] / counts_[c] + regularisation_);
      }
    }
  }

  // One component after the other: its covariance alone is in memory.
  void maximise_full() {
    mixture.factors.resize(index(k_ * columns_), index(columns_));
    for (std::size_t c = 0; c < k_; ++c) {
      Matrix covariance = component_covariance(c);
      for (;;) {
        auto factor = mixture.factors.middleRows(index(c * columns_), index(columns_));
        factor = covariance;
        factor.diagonal().array() += regularisation_;
        if (factorise(factor)) {
          break;
        }
        regularisation_ *= 10;
        if (!(regularisation_ < kMostRegularisation)) {
          throw DataError(
              "gmm: a covariance has no Cholesky factor, whatever is added to it; scale the "
              "columns (--scale)");
        }
      }
    }
  }

  Matrix component_covariance(std::size_t component) {
    const double* mean = mixture.means.row(index(component)).data();
    const std::vector<double> products =
        sum_parts(columns_ * columns_, [&](std::size_t first, std::size_t last) {
          std::vector<Lanes> sums(columns_ * columns_), centred(columns_), weighted(columns_);
          for (std::size_t group = first; group < last; ++group) {
            const Lanes& part = responsibilities_[group * k_ + component];
            for (std::size_t j = 0; j < columns_; ++j) {
              for (std::size_t r = 0; r < kLanes; ++r) {
                centred[j].of[r] = lanes_.group(group)[j].of[r] - mean[j];
                weighted[j].of[r] = part.of[r] * centred[j].of[r];
              }
            }
            lane_add_outer(weighted.data(), columns_, centred.data(), columns_, sums.data());
          }
          return horizontal_sums(sums);
        });
    return Eigen::Map<const Matrix>(products.data(), index(columns_), index(columns_)) /
           counts_[component];
  }

  const MixtureOptions& options_;
  std::size_t n_;
  std::size_t columns_;
  std::size_t k_;
  LaneRows lanes_;
  std::vector<Lanes> responsibilities_;  // [groups × k]
  std::vector<double> counts_;           // rows of each component
  double regularisation_;
  std::size_t groups_per_part_ = 1;
  std::size_t parts_ = 1;
};

MixtureFit iterate(Em& em, const MixtureOptions& options) {
  MixtureFit result;
  double before = -std::numeric_limits<double>::infinity();
  while (result.steps < options.most_steps && !result.is_converged) {
    ++result.steps;
    result.mean_log_likelihood = em.expect();
    em.maximise();
    result.is_converged = std::fabs(result.mean_log_likelihood - before) < options.tolerance;
    before = result.mean_log_likelihood;
  }
  result.regularisation = em.regularisation();
  result.mixture = std::move(em.mixture);
  return result;
}

}  // namespace

void Mixture::log_densities(const Eigen::Ref<const Matrix>& rows, std::span<double> out) const {
  const LaneRows lanes(rows);
  Evaluator evaluate(*this);
  std::vector<Lanes> exponents(row_count(means));
  for (std::size_t group = 0; group < lanes.groups(); ++group) {
    evaluate(lanes.group(group), exponents.data());
    const LaneLogSum total = log_sum(exponents);
    for (std::size_t r = 0; r < lanes.used(group); ++r) {
      out[group * kLanes + r] = total.value(r);
    }
  }
}

MixtureFit fit_mixture(const Matrix& rows, Mixture start, const MixtureOptions& options) {
  Em em(rows, row_count(start.means), options);
  em.mixture = std::move(start);
  return iterate(em, options);
}

MixtureFit fit_mixture(const Matrix& rows, std::span<const std::size_t> clusters, std::size_t k,
                       const MixtureOptions& options) {
  Em em(rows, k, options);
  em.assign(clusters);
  em.maximise();
  return iterate(em, options);
}

}  // namespace netml
