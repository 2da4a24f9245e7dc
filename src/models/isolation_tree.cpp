#include "isolation_tree.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace netml {
namespace {

// The first `count` places of a partial Fisher-Yates shuffle of 0..n-1, as
// sample_without_replacement draws them, without touching all n: a hash table holds what stands
// elsewhere than at first.
std::vector<std::size_t> draw_rows(std::size_t n, std::size_t count, Rng& rng) {
  struct Moved {
    std::size_t place = SIZE_MAX, value = 0;
  };
  std::vector<Moved> table(std::bit_ceil(4 * count));
  const std::size_t mask = table.size() - 1;
  const auto slot = [&](std::size_t place) -> Moved& {
    std::size_t at = (place * 0x9e3779b97f4a7c15U >> 20) & mask;
    while (table[at].place != place && table[at].place != SIZE_MAX) {
      at = (at + 1) & mask;
    }
    return table[at];
  };
  const auto value = [](const Moved& moved, std::size_t place) {
    return moved.place == SIZE_MAX ? place : moved.value;
  };
  std::vector<std::size_t> drawn(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t other = i + rng.below(n - i);
    const std::size_t here = value(slot(i), i);
    Moved& there = slot(other);
    drawn[i] = value(there, other);
    there = {other, here};
  }
  return drawn;
}

class Grower {
 public:
  Grower(const Matrix& rows, std::size_t sample_size, Rng& rng)
      : rng_(rng), columns_(column_count(rows)), count_(std::min(sample_size, row_count(rows))) {
    for (const std::size_t row : draw_rows(row_count(rows), count_, rng)) {
      order_.push_back(row_of(rows, row).data());
    }
    values_.resize(count_);
    spare_.resize(count_);
    candidates_.resize(columns_);
    std::iota(candidates_.begin(), candidates_.end(), std::size_t{0});
    depth_limit_ = static_cast<int>(std::bit_width(std::max<std::size_t>(count_, 2) - 1));
  }

  IsolationTrees grow(IsolationSplit split) {
    tree_.roots = {0};
    resize_nodes(2 * count_);
    std::vector<Task> tasks = {{0, count_, 0, columns_, -1, Side::kLeft}};
    while (!tasks.empty()) {
      const Task task = tasks.back();
      tasks.pop_back();
      const std::int32_t node = add_node(task);
      std::size_t candidates = task.candidates;
      if (task.depth >= depth_limit_ || task.end - task.begin < 2 ||
          !(split == IsolationSplit::kColumn ? choose_column(task, candidates)
                                             : choose_hyperplane(task))) {
        continue;
      }
      const auto at = static_cast<std::size_t>(node);
      tree_.feature[at] = split_.feature;
      tree_.threshold[at] = split_.threshold;
      const std::size_t border = divide(task);
      tasks.push_back({border, task.end, task.depth + 1, candidates, node, Side::kRight});
      tasks.push_back({task.begin, border, task.depth + 1, candidates, node, Side::kLeft});
    }
    resize_nodes(nodes_);
    return std::move(tree_);
  }

 private:
  enum class Side { kLeft, kRight };
  // A node to come: its rows are order_[begin, end), and the columns that may still differ among
  // them candidates_[0, candidates).
  struct Task {
    std::size_t begin, end;
    int depth;
    std::size_t candidates;
    std::int32_t parent;
    Side side;
  };
  // The rule of the node at hand; values_ has what it compares of every row.
  struct Rule {
    std::int32_t feature = -1;
    double threshold = 0;
  };

  void resize_nodes(std::size_t count) {
    for (auto* numbers : {&tree_.left, &tree_.right, &tree_.feature, &tree_.samples}) {
      numbers->resize(count, -1);
    }
    tree_.threshold.resize(count);
  }

  std::int32_t add_node(const Task& task) {
    const auto node = static_cast<std::int32_t>(nodes_++);
    if (nodes_ > tree_.node_count()) {  // hyperplanes may leave a side without rows
      resize_nodes(2 * nodes_);
    }
    tree_.samples[static_cast<std::size_t>(node)] =
        static_cast<std::int32_t>(task.end - task.begin);
    if (task.parent >= 0) {
      (task.side == Side::kLeft ? tree_.left : tree_.right)[static_cast<std::size_t>(task.parent)] =
          node;
    }
    return node;
  }

  struct Range {
    double low, high;
  };
  // Puts the node's values of a column side by side.
  Range take(std::size_t column, const Task& task) {
    Range range{order_[task.begin][column], order_[task.begin][column]};
    for (std::size_t i = task.begin; i < task.end; ++i) {
      const double value = order_[i][column];
      values_[i] = value;
      range.low = std::min(range.low, value);
      range.high = std::max(range.high, value);
    }
    return range;
  }

  // Moves the node's rows that go left before the others; where those begin. Without a branch per
  // row, which nobody could predict.
  std::size_t divide(const Task& task) {
    std::size_t left = task.begin, right = 0;
    for (std::size_t i = task.begin; i < task.end; ++i) {
      const double* const row = order_[i];
      const bool goes_left = values_[i] <= split_.threshold;
      order_[left] = row;
      spare_[right] = row;
      left += goes_left ? 1U : 0U;
      right += goes_left ? 0U : 1U;
    }
    std::copy_n(spare_.begin(), right, order_.begin() + static_cast<std::ptrdiff_t>(left));
    return left;
  }

  // Uniform in [low, high), also where their difference overflows.
  double between(const Range& range) {
    const double u = rng_.uniform();
    const double width = range.high - range.low;
    const double value =
        std::isfinite(width) ? range.low + u * width : (1 - u) * range.low + u * range.high;
    return value < range.high ? value : range.low;
  }

  // A column that is not constant, each with the same probability; those found constant are put
  // behind the candidates. False when all of them are.
  bool choose_column(const Task& task, std::size_t& candidates) {
    while (candidates > 0) {
      std::size_t& place = candidates_[rng_.below(candidates)];
      const Range extent = take(place, task);
      if (extent.low < extent.high) {
        split_ = {static_cast<std::int32_t>(place), between(extent)};
        return true;
      }
      std::swap(place, candidates_[--candidates]);
    }
    return false;
  }

  // A normal vector with standard normal entries through a point that is uniform in the box of the
  // rows. One side may get no row. False when all rows are equal.
  bool choose_hyperplane(const Task& task) {
    const std::size_t first = tree_.normals.size();
    double threshold = 0;
    bool is_constant = true;
    projections_.assign(count_, 0);
    for (std::size_t c = 0; c < columns_; ++c) {
      const Range extent = take(c, task);
      is_constant = is_constant && extent.low == extent.high;
      const double normal = rng_.normal();
      threshold += normal * between(extent);
      tree_.normals.push_back(normal);
      for (std::size_t i = task.begin; i < task.end; ++i) {
        projections_[i] += normal * values_[i];
      }
    }
    if (is_constant || !std::isfinite(threshold)) {
      tree_.normals.resize(first);
      return false;
    }
    split_ = {static_cast<std::int32_t>(first / columns_), threshold};
    values_.swap(projections_);
    return true;
  }

  Rng& rng_;
  const std::size_t columns_;
  const std::size_t count_;
  int depth_limit_ = 0;
  std::vector<const double*> order_, spare_;  // the drawn rows, those of a node side by side
  std::vector<double> values_;                // what the node at hand compares, by place
  std::vector<std::size_t> candidates_;
  std::vector<double> projections_;
  Rule split_;
  std::size_t nodes_ = 0;
  IsolationTrees tree_;
};

}  // namespace

IsolationTrees grow_isolation_tree(const Matrix& rows, std::size_t sample_size,
                                   IsolationSplit split, Rng& rng) {
  return Grower(rows, sample_size, rng).grow(split);
}

void append_trees(IsolationTrees& trees, const IsolationTrees& tree, std::size_t columns) {
  const auto nodes = static_cast<std::int32_t>(trees.node_count());
  const auto planes = static_cast<std::int32_t>(trees.normals.size() / columns);
  const bool has_planes = !tree.normals.empty();
  const auto shift = [](std::vector<std::int32_t>& to, const std::vector<std::int32_t>& from,
                        std::int32_t offset) {
    const std::size_t size = to.size();
    to.resize(size + from.size());
    std::transform(from.begin(), from.end(), to.begin() + static_cast<std::ptrdiff_t>(size),
                   [&](std::int32_t value) { return value < 0 ? value : value + offset; });
  };
  shift(trees.roots, tree.roots, nodes);
  shift(trees.left, tree.left, nodes);
  shift(trees.right, tree.right, nodes);
  shift(trees.feature, tree.feature, has_planes ? planes : 0);
  shift(trees.samples, tree.samples, 0);
  trees.threshold.insert(trees.threshold.end(), tree.threshold.begin(), tree.threshold.end());
  trees.normals.insert(trees.normals.end(), tree.normals.begin(), tree.normals.end());
}

double mean_search_depth(std::int32_t samples) noexcept {
  constexpr double kEulerGamma = 0.5772156649015329;
  if (samples <= 2) {
    return samples == 2 ? 1 : 0;
  }
  const double m = samples;
  return 2 * (std::log(m - 1) + kEulerGamma) - 2 * (m - 1) / m;
}

}  // namespace netml
