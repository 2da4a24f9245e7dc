#include "netml/models/one_class_solver.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "netml/core/interrupt.hpp"

#include "kernel_columns.hpp"

namespace netml {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLeastCurvature = 1e-12;
constexpr std::size_t kMostSteps = 10000000;
constexpr std::size_t kShrinkEvery = 1000;

// The optimisation under way. Variables have places; those from active_ on are set aside
// (shrunk) because they stand firmly at a bound.
class Solver {
 public:
  Solver(const Matrix& rows, const OneClassProblem& problem)
      : problem_(problem),
        n_(row_count(rows)),
        active_(n_),
        kernel_(rows, problem.gamma, problem.cache_bytes),
        alpha_(n_, 0.0),
        gradient_(n_, 0.0),
        bound_gradient_(n_, 0.0),
        variable_at_(n_) {
    std::iota(variable_at_.begin(), variable_at_.end(), std::size_t{0});
    start();
  }

  OneClassSolution run() {
    std::size_t until_shrinking = std::min(n_, kShrinkEvery) + 1;
    for (std::size_t step = 0; step < kMostSteps; ++step) {
      if (--until_shrinking == 0) {
        until_shrinking = std::min(n_, kShrinkEvery);
        interrupt::check();
        shrink();
        tell();
      }
      Pair pair;
      if (!choose(pair)) {
        activate_all();
        if (!choose(pair)) {
          break;
        }
        until_shrinking = 1;
      }
      optimise(pair);
    }
    activate_all();
    OneClassSolution solution;
    solution.rho = offset();
    solution.alpha.resize(n_);
    for (std::size_t place = 0; place < n_; ++place) {
      solution.alpha[variable_at_[place]] = alpha_[place];
    }
    return solution;
  }

 private:
  struct Pair {
    std::size_t i = 0, j = 0;
  };

  bool is_upper(std::size_t place) const { return alpha_[place] >= 1; }
  bool is_lower(std::size_t place) const { return alpha_[place] <= 0; }
  bool is_free(std::size_t place) const { return !is_upper(place) && !is_lower(place); }

  // The first variables carry all the weight.
  void start() {
    const double total = problem_.nu * static_cast<double>(n_);
    const auto full = std::min(static_cast<std::size_t>(total), n_);
    std::fill_n(alpha_.begin(), full, 1.0);
    if (full < n_) {
      alpha_[full] = total - static_cast<double>(full);
    }
    for (std::size_t i = 0; i < n_; ++i) {
      if (is_lower(i)) {
        continue;
      }
      interrupt::check();
      const float* column = kernel_.column(i);
      for (std::size_t k = 0; k < n_; ++k) {
        gradient_[k] += alpha_[i] * static_cast<double>(column[k]);
      }
      if (is_upper(i)) {
        add_to_bound_gradient(column, 1);
      }
    }
  }

  void add_to_bound_gradient(const float* column, double sign) {
    for (std::size_t k = 0; k < n_; ++k) {
      bound_gradient_[k] += sign * static_cast<double>(column[k]);
    }
  }

  // i violates optimality most; j promises the greatest decrease with it, to second order. False
  // when no pair violates it by the tolerance. Of equally good ones the last is taken.
  bool choose(Pair& pair) {
    double up = -kInfinity;
    std::size_t i = n_;
    for (std::size_t k = 0; k < active_; ++k) {
      if (!is_upper(k) && -gradient_[k] >= up) {
        up = -gradient_[k];
        i = k;
      }
    }
    const float* column = i < n_ ? kernel_.column(i) : nullptr;
    double down = -kInfinity, best = kInfinity;
    std::size_t j = n_;
    for (std::size_t k = 0; k < active_; ++k) {
      if (is_lower(k)) {
        continue;
      }
      const double difference = up + gradient_[k];
      down = std::max(down, gradient_[k]);
      if (difference > 0) {
        const double curvature = 2 - 2.0 * static_cast<double>(column[k]);
        const double decrease =
            -(difference * difference) / (curvature > 0 ? curvature : kLeastCurvature);
        if (decrease <= best) {
          best = decrease;
          j = k;
        }
      }
    }
    gap_ = up + down;
    if (gap_ < problem_.tolerance || j == n_) {
      return false;
    }
    pair = {i, j};
    return true;
  }

  // The exact minimum over alpha_i and alpha_j, their sum kept, inside the box.
  void optimise(const Pair& pair) {
    const auto [i, j] = pair;
    const float* column_i = kernel_.column(i);
    const float* column_j = kernel_.column(j);
    const double before_i = alpha_[i], before_j = alpha_[j];
    const bool was_upper_i = is_upper(i), was_upper_j = is_upper(j);
    const double curvature = 2 - 2 * static_cast<double>(column_i[j]);
    const double move =
        (gradient_[i] - gradient_[j]) / (curvature > 0 ? curvature : kLeastCurvature);
    const double sum = before_i + before_j;
    alpha_[i] -= move;
    alpha_[j] += move;
    clip(alpha_[i], alpha_[j], sum);
    const double change_i = alpha_[i] - before_i, change_j = alpha_[j] - before_j;
    for (std::size_t k = 0; k < active_; ++k) {
      gradient_[k] +=
          static_cast<double>(column_i[k]) * change_i + static_cast<double>(column_j[k]) * change_j;
    }
    if (was_upper_i != is_upper(i)) {
      add_to_bound_gradient(column_i, was_upper_i ? -1 : 1);
    }
    if (was_upper_j != is_upper(j)) {
      add_to_bound_gradient(column_j, was_upper_j ? -1 : 1);
    }
  }

  static void clip(double& a, double& b, double sum) {
    if (sum > 1) {
      if (a > 1) {
        a = 1;
        b = sum - 1;
      }
    } else if (b < 0) {
      b = 0;
      a = sum;
    }
    if (sum > 1) {
      if (b > 1) {
        b = 1;
        a = sum - 1;
      }
    } else if (a < 0) {
      a = 0;
      b = sum;
    }
  }

  // Sets variables aside that stand at a bound and pull away from it.
  void shrink() {
    double up = -kInfinity, down = -kInfinity;
    for (std::size_t k = 0; k < active_; ++k) {
      if (!is_upper(k)) {
        up = std::max(up, -gradient_[k]);
      }
      if (!is_lower(k)) {
        down = std::max(down, gradient_[k]);
      }
    }
    if (!was_unshrunk_ && up + down <= problem_.tolerance * 10) {
      was_unshrunk_ = true;
      activate_all();
    }
    const auto may_go = [&](std::size_t k) {
      return (is_upper(k) && -gradient_[k] > up) || (is_lower(k) && gradient_[k] > down);
    };
    std::vector<std::size_t> order(n_);
    std::iota(order.begin(), order.end(), std::size_t{0});
    const std::size_t before = active_;
    for (std::size_t k = 0; k < active_; ++k) {
      if (!may_go(k)) {
        continue;
      }
      --active_;
      while (active_ > k) {
        if (!may_go(active_)) {
          exchange(k, active_);
          std::swap(order[k], order[active_]);
          break;
        }
        --active_;
      }
    }
    if (active_ != before) {
      kernel_.reorder(order);
    }
  }

  void exchange(std::size_t a, std::size_t b) {
    std::swap(alpha_[a], alpha_[b]);
    std::swap(gradient_[a], gradient_[b]);
    std::swap(bound_gradient_[a], bound_gradient_[b]);
    std::swap(variable_at_[a], variable_at_[b]);
  }

  // Brings everything back, with the gradient of what was set aside: its part from variables at
  // the upper bound was kept up to date.
  void activate_all() {
    if (active_ == n_) {
      return;
    }
    std::copy(bound_gradient_.begin() + static_cast<std::ptrdiff_t>(active_), bound_gradient_.end(),
              gradient_.begin() + static_cast<std::ptrdiff_t>(active_));
    std::size_t free = 0;
    for (std::size_t k = 0; k < active_; ++k) {
      free += is_free(k) ? 1U : 0U;
    }
    // The same sums by columns of the one or the other side, whichever are fewer.
    if (free * n_ > 2 * active_ * (n_ - active_)) {
      for (std::size_t i = active_; i < n_; ++i) {
        const float* column = kernel_.column(i);
        for (std::size_t k = 0; k < active_; ++k) {
          if (is_free(k)) {
            gradient_[i] += alpha_[k] * static_cast<double>(column[k]);
          }
        }
      }
    } else {
      for (std::size_t k = 0; k < active_; ++k) {
        if (is_free(k)) {
          const float* column = kernel_.column(k);
          for (std::size_t i = active_; i < n_; ++i) {
            gradient_[i] += alpha_[k] * static_cast<double>(column[i]);
          }
        }
      }
    }
    active_ = n_;
  }

  double offset() const {
    double above = kInfinity, below = -kInfinity, sum = 0;
    std::size_t free = 0;
    for (std::size_t k = 0; k < active_; ++k) {
      if (is_upper(k)) {
        below = std::max(below, gradient_[k]);
      } else if (is_lower(k)) {
        above = std::min(above, gradient_[k]);
      } else {
        ++free;
        sum += gradient_[k];
      }
    }
    return free > 0 ? sum / static_cast<double>(free) : (above + below) / 2;
  }

  // The violation falls from its first value to the tolerance, by about the same factor each time.
  void tell() {
    if (!problem_.progress) {
      return;
    }
    if (first_gap_ == 0) {
      first_gap_ = std::max(gap_, 2 * problem_.tolerance);
    }
    const double share = std::log(first_gap_ / std::max(gap_, problem_.tolerance)) /
                         std::log(first_gap_ / problem_.tolerance);
    told_ = std::clamp(share, told_, 1.0);
    problem_.progress(told_);
  }

  const OneClassProblem& problem_;
  std::size_t n_;
  std::size_t active_;
  KernelColumns kernel_;
  std::vector<double> alpha_;
  std::vector<double> gradient_;        // K alpha
  std::vector<double> bound_gradient_;  // the part of it from variables at the upper bound
  std::vector<std::size_t> variable_at_;
  bool was_unshrunk_ = false;
  double gap_ = kInfinity;  // of the last choice
  double first_gap_ = 0;
  double told_ = 0;
};

}  // namespace

OneClassSolution solve_one_class(const Matrix& rows, const OneClassProblem& problem) {
  return Solver(rows, problem).run();
}

}  // namespace netml
