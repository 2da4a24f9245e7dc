#include "knn.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "netml/core/interrupt.hpp"
#include "netml/core/rng.hpp"

#include "kernel_sums.hpp"
#include "param_specs.hpp"
#include "training_sample.hpp"

namespace netml {
namespace {

constexpr std::uint64_t kSubsampleStream = 1;
constexpr std::size_t kChunk = 256;
constexpr double kMostNeighbours = 10000;

// The k smallest squared distances of one row so far, ascending. Which of equal ones came first
// does not show in their values.
class Nearest {
 public:
  explicit Nearest(std::size_t k) : smallest_(k, std::numeric_limits<double>::infinity()) {}

  void add(double distance) {
    if (distance < smallest_.back()) {
      const auto place = std::upper_bound(smallest_.begin(), smallest_.end(), distance);
      std::move_backward(place, smallest_.end() - 1, smallest_.end());
      *place = distance;
    }
  }
  double mean_distance() const {
    double sum = 0;
    for (const double squared : smallest_) {
      sum += std::sqrt(squared);
    }
    return finite_score(sum / static_cast<double>(smallest_.size()));
  }

 private:
  std::vector<double> smallest_;
};

}  // namespace

ModelEntry knn_entry() {
  ModelEntry entry;
  entry.name = "knn";
  entry.summary = "distance to the nearest training rows";
  entry.help =
      "What is far from every training row is novel. The simplest model, and the best single one "
      "on many captures; the score is a distance in scaled units. Scoring takes time that grows "
      "with the training rows; above max_rows a uniform subsample of at most 5000 is used.";
  entry.schema = {integer_param("k", "1", {1, kMostNeighbours},
                                "Neighbours whose distances are averaged; at most the number of "
                                "training rows."),
                  max_rows_param("63245")};  // rows squared is then 4e9
  entry.make = []() -> std::unique_ptr<Model> { return std::make_unique<Knn>(); };
  return entry;
}

double Knn::fit_bytes(std::size_t rows, std::size_t columns, const Params& params) const {
  const std::size_t n = training_sample_size(rows, params);
  return static_cast<double>(n) * static_cast<double>(columns) * sizeof(double) + 1e6;
}

double Knn::kept_bytes(std::size_t rows, std::size_t columns, const Params& params) const {
  const std::size_t n = training_sample_size(rows, params);
  return static_cast<double>(n) * static_cast<double>(columns) * sizeof(double);
}

void Knn::fit(const Matrix& rows, const Params& params, const FitContext& context,
              FitReport& report) {
  require_finite_squares(rows, name());
  const auto drawn =
      training_sample(rows, params, derive_seed(context.seed, kSubsampleStream), name(), report);
  rows_ = drawn ? *drawn : rows;
  k_ = static_cast<std::size_t>(params.integer("k"));
  if (k_ > row_count(rows_)) {
    k_ = row_count(rows_);
    report.derived.push_back(
        {"k", static_cast<double>(k_), "the number of training rows, which is less than k"});
  }
}

void Knn::score_block(const Rows& rows, std::span<double> scores) const {
  const LaneRows lanes(rows);
  const std::size_t columns = column_count(rows_);
  std::vector<Lanes> distances(std::min(kChunk, row_count(rows_)));
  std::vector<Nearest> nearest(scores.size(), Nearest(k_));
  for (std::size_t first = 0; first < row_count(rows_); first += kChunk) {
    interrupt::check_indivisible();  // thousands of neighbours take seconds
    const std::size_t count = std::min(kChunk, row_count(rows_) - first);
    for (std::size_t group = 0; group < lanes.groups(); ++group) {
      lane_squared_distances(lanes.group(group), rows_.data() + first * columns, count, columns,
                             distances.data());
      for (std::size_t r = 0; r < lanes.used(group); ++r) {
        Nearest& of_row = nearest[group * kLanes + r];
        for (std::size_t i = 0; i < count; ++i) {
          of_row.add(distances[i].of[r]);
        }
      }
    }
  }
  for (std::size_t r = 0; r < scores.size(); ++r) {
    scores[r] = nearest[r].mean_distance();
  }
}

void Knn::save(ArrayWriter& writer) const {
  write_matrix(writer, "rows", rows_);
}

void Knn::load(const ArrayReader& reader, const Params& params, std::size_t columns) {
  rows_ = read_matrix(reader, "rows", columns);
  if (rows_.rows() == 0) {
    reader.refuse("rows", "there is none");
  }
  k_ = std::min(static_cast<std::size_t>(params.integer("k")), row_count(rows_));
}

}  // namespace netml
