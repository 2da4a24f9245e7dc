#include <algorithm>
#include <limits>

#include "netml/core/interrupt.hpp"
#include "netml/core/parallel.hpp"
#include "netml/core/rng.hpp"
#include "netml/models/mixture.hpp"

#include "lane_kernels.hpp"
#include "pairwise_scale.hpp"

namespace netml {
namespace {

constexpr int kMostRounds = 300;
constexpr double kTolerance = 1e-4;

double mean_column_variance(const Matrix& rows) {
  const Vector means = rows.colwise().mean().transpose();
  return (rows.rowwise() - means.transpose()).squaredNorm() / static_cast<double>(rows.size());
}

// One clustering under way.
class Clustering {
 public:
  Clustering(const Matrix& rows, const LaneRows& lanes, std::size_t k)
      : rows_(rows),
        lanes_(lanes),
        centres_(static_cast<Eigen::Index>(k), rows.cols()),
        clusters_(row_count(rows), 0),
        distances_(row_count(rows), std::numeric_limits<double>::infinity()) {}

  // Each centre is a row drawn with a chance in proportion to its squared distance to the centres
  // so far.
  void start(Rng& rng) {
    for (Eigen::Index c = 0; c < centres_.rows(); ++c) {
      interrupt::check_indivisible();
      const std::size_t row = c == 0 ? rng.below(row_count(rows_)) : draw(rng);
      centres_.row(c) = rows_.row(static_cast<Eigen::Index>(row));
      for (std::size_t r = 0; r < row_count(rows_); ++r) {
        distances_[r] = std::min(
            distances_[r],
            squared_distance(row_of(rows_, r).data(), centres_.row(c).data(), column_count(rows_)));
      }
    }
  }

  void run(double tolerance) {
    for (int round = 0; round < kMostRounds; ++round) {
      interrupt::check_indivisible();
      assign();
      if (move_centres() <= tolerance) {
        break;
      }
    }
    assign();
  }

  double inertia() const {
    double sum = 0;
    for (const double distance : distances_) {
      sum += distance;
    }
    return sum;
  }
  std::vector<std::size_t>& clusters() { return clusters_; }

 private:
  std::size_t draw(Rng& rng) const {
    double rest = rng.uniform() * inertia();
    for (std::size_t r = 0; r < distances_.size(); ++r) {
      rest -= distances_[r];
      if (rest < 0) {
        return r;
      }
    }
    return rng.below(distances_.size());  // all rows are centres already, or nearly
  }

  // To the nearest centre; of equally near ones the first.
  void assign() {
    const auto k = static_cast<std::size_t>(centres_.rows());
    std::vector<Lanes> to_centres(k);
    for (std::size_t group = 0; group < lanes_.groups(); ++group) {
      lane_squared_distances(lanes_.group(group), centres_.data(), k, column_count(rows_),
                             to_centres.data());
      for (std::size_t r = 0; r < lanes_.used(group); ++r) {
        std::size_t nearest = 0;
        for (std::size_t c = 1; c < k; ++c) {
          nearest = to_centres[c].of[r] < to_centres[nearest].of[r] ? c : nearest;
        }
        clusters_[group * kLanes + r] = nearest;
        distances_[group * kLanes + r] = to_centres[nearest].of[r];
      }
    }
  }

  // To the means of their rows; returns the sum of squared moves. A centre without rows takes the
  // row that is farthest from its own.
  double move_centres() {
    Matrix means = Matrix::Zero(centres_.rows(), centres_.cols());
    std::vector<std::size_t> counts(static_cast<std::size_t>(centres_.rows()), 0);
    for (std::size_t r = 0; r < clusters_.size(); ++r) {
      means.row(static_cast<Eigen::Index>(clusters_[r])) += rows_.row(static_cast<Eigen::Index>(r));
      ++counts[clusters_[r]];
    }
    for (std::size_t c = 0; c < counts.size(); ++c) {
      const auto i = static_cast<Eigen::Index>(c);
      if (counts[c] > 0) {
        means.row(i) /= static_cast<double>(counts[c]);
        continue;
      }
      const auto farthest = std::max_element(distances_.begin(), distances_.end());
      means.row(i) = rows_.row(farthest - distances_.begin());
      *farthest = 0;
    }
    const double moved = (means - centres_).squaredNorm();
    centres_ = std::move(means);
    return moved;
  }

  const Matrix& rows_;
  const LaneRows& lanes_;
  Matrix centres_;
  std::vector<std::size_t> clusters_;
  std::vector<double> distances_;  // to the own centre
};

}  // namespace

std::vector<std::size_t> k_means(const Matrix& rows, std::size_t k, std::size_t restarts,
                                 std::uint64_t seed, std::size_t threads,
                                 const std::function<void(double)>& tell) {
  if (k == 1) {
    return std::vector<std::size_t>(row_count(rows), 0);
  }
  const LaneRows lanes(rows);
  const double tolerance = kTolerance * mean_column_variance(rows);
  double least = std::numeric_limits<double>::infinity();
  std::vector<std::size_t> best;
  const std::size_t at_once = std::max<std::size_t>(threads, 1);
  for (std::size_t first = 0; first < restarts; first += at_once) {
    std::vector<Clustering> tries(std::min(at_once, restarts - first), {rows, lanes, k});
    parallel_for(tries.size(), threads, [&](std::size_t i) {
      Rng rng(derive_seed(seed, first + i));
      tries[i].start(rng);
      tries[i].run(tolerance);
    });
    for (Clustering& one : tries) {
      if (best.empty() || one.inertia() < least) {
        least = one.inertia();
        best = std::move(one.clusters());
      }
    }
    if (tell) {
      tell(static_cast<double>(std::min(first + at_once, restarts)) /
           static_cast<double>(restarts));
    }
  }
  return best;
}

}  // namespace netml
