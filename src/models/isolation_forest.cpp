#include "isolation_forest.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "netml/core/error.hpp"
#include "netml/core/parallel.hpp"

namespace netml {
namespace {

// Trees between two reports of progress.
constexpr std::size_t kTreesAtOnce = 64;

IsolationSplit split_of(const Params& params) {
  return params.text("extended") == "true" ? IsolationSplit::kHyperplane : IsolationSplit::kColumn;
}

// Summed in four lanes, always the same way.
double dot(const double* a, const double* b, std::size_t count) {
  double lanes[4] = {};
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) {
      lanes[lane] += a[i + lane] * b[i + lane];
    }
  }
  for (; i < count; ++i) {
    lanes[0] += a[i] * b[i];
  }
  return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

// Of the arrays that hold the nodes.
constexpr double kNodeBytes = 28;

// Of a tree on max_samples rows; growing stops there.
constexpr int kDeepest = 20;

// What a file says of its nodes, checked so that every walk ends soon, at a leaf of its own tree.
class TreeCheck {
 public:
  TreeCheck(const ArrayReader& reader, const IsolationTrees& trees, std::size_t features)
      : reader_(reader), trees_(trees), features_(features), depth_(trees.node_count()) {}

  void run() {
    const std::size_t nodes = trees_.node_count();
    if (trees_.right.size() != nodes || trees_.feature.size() != nodes ||
        trees_.threshold.size() != nodes || trees_.samples.size() != nodes) {
      reader_.refuse("left", "the arrays of the nodes differ in length");
    }
    if (trees_.roots.empty() || trees_.roots[0] != 0) {
      reader_.refuse("roots", "the first tree does not begin at the first node");
    }
    for (std::size_t t = 0; t < trees_.roots.size(); ++t) {
      const std::size_t end =
          t + 1 < trees_.roots.size() ? static_cast<std::size_t>(trees_.roots[t + 1]) : nodes;
      const auto root = static_cast<std::size_t>(trees_.roots[t]);
      if (trees_.roots[t] < 0 || root >= end || end > nodes) {
        reader_.refuse("roots", "not in ascending order, or beyond the nodes");
      }
      check_tree(root, end);
    }
  }

 private:
  void check_tree(std::size_t root, std::size_t end) {
    if (trees_.samples[root] < 1 || trees_.samples[root] != trees_.samples[0]) {
      reader_.refuse("samples", "the trees were not grown on the same number of rows");
    }
    for (std::size_t node = root; node < end; ++node) {
      if (node != root && depth_[node] == 0) {
        reader_.refuse("left", "a node has no parent");
      }
      if (trees_.left[node] < 0) {
        if (trees_.right[node] >= 0 || trees_.feature[node] >= 0 || trees_.samples[node] < 0) {
          reader_.refuse("right", "a leaf has a child, a feature, or less than no rows");
        }
        continue;
      }
      const std::int64_t below =
          adopt(trees_.left[node], node, end) + adopt(trees_.right[node], node, end);
      if (below != trees_.samples[node]) {
        reader_.refuse("samples", "a node has not the rows of its children");
      }
      if (trees_.feature[node] < 0 || static_cast<std::size_t>(trees_.feature[node]) >= features_) {
        reader_.refuse("feature", "out of range");
      }
    }
  }

  std::int64_t adopt(std::int32_t child, std::size_t parent, std::size_t end) {
    const auto place = static_cast<std::size_t>(child);
    if (child < 0 || place <= parent || place >= end || depth_[place] != 0) {
      reader_.refuse("left", "a child is not behind its parent in the same tree, or has two");
    }
    depth_[place] = static_cast<std::uint8_t>(depth_[parent] + 1);
    if (depth_[place] > kDeepest) {
      reader_.refuse("left", "a tree is too deep");
    }
    return trees_.samples[place];
  }

  const ArrayReader& reader_;
  const IsolationTrees& trees_;
  const std::size_t features_;
  std::vector<std::uint8_t> depth_;  // 0 of roots, and of what has no parent yet
};

}  // namespace

ModelEntry isolation_forest_entry() {
  ModelEntry entry;
  entry.name = "if";
  entry.aliases = {"iforest"};
  entry.summary = "isolation forest";
  entry.help =
      "Trees that split a sample of the training rows at random until each stands alone; novel "
      "rows "
      "need few splits. Needs no scaling, trains and scores fastest, and takes any number of rows, "
      "but its scores are granular: weak where false alarms must be rare. The score is 2^(-mean "
      "depth / expected depth), from 0 to 1 and greater for more novel rows. (The Python netml "
      "inverts its forest's score twice, so that its AUC is 1 minus the forest's; not so here, "
      "also "
      "under --preset netml.)";
  ParamSpec trees;
  trees.name = "n_estimators";
  trees.type = ParamType::kInteger;
  trees.default_text = "100";
  trees.low = 1;
  trees.high = 10000;
  trees.help = "Number of trees.";
  ParamSpec samples;
  samples.name = "max_samples";
  samples.type = ParamType::kInteger;
  samples.default_text = "256";
  samples.low = 1;
  samples.high = 1e6;
  samples.help = "Training rows per tree, drawn without replacement; all where there are fewer.";
  ParamSpec extended;
  extended.name = "extended";
  extended.type = ParamType::kChoice;
  extended.default_text = "false";
  extended.choices = {"false", "true"};
  extended.help =
      "true: split at random hyperplanes instead of single columns (extended isolation forest). "
      "The "
      "model grows by the number of columns.";
  entry.schema = {trees, samples, extended};
  entry.make = []() -> std::unique_ptr<Model> { return std::make_unique<IsolationForest>(); };
  return entry;
}

double IsolationForest::fit_bytes(std::size_t rows, std::size_t columns,
                                  const Params& params) const {
  const double d = static_cast<double>(columns);
  const double psi =
      std::min(static_cast<double>(params.integer("max_samples")), static_cast<double>(rows));
  const double trees = static_cast<double>(params.integer("n_estimators"));
  // Grown, joined and laid out; a sample per tree in work.
  constexpr double kBytesPerNode = 2 * kNodeBytes + sizeof(Step);
  const double normals = split_of(params) == IsolationSplit::kHyperplane ? psi * d * 8 * 2 : 0;
  return trees * (2 * psi * kBytesPerNode + normals) + 16 * psi * (d * 8 + 100);
}

double IsolationForest::kept_bytes(std::size_t rows, std::size_t columns,
                                   const Params& params) const {
  const double psi =
      std::min(static_cast<double>(params.integer("max_samples")), static_cast<double>(rows));
  const double trees = static_cast<double>(params.integer("n_estimators"));
  const bool has_normals = split_of(params) == IsolationSplit::kHyperplane;
  return trees * psi * (2 * kNodeBytes + (has_normals ? 8.0 * static_cast<double>(columns) : 0));
}

void IsolationForest::fit(const Matrix& rows, const Params& params, const FitContext& context,
                          FitReport& report) {
  const auto count = static_cast<std::size_t>(params.integer("n_estimators"));
  const std::size_t sample =
      std::min(static_cast<std::size_t>(params.integer("max_samples")), row_count(rows));
  if (count * 2 * sample > std::numeric_limits<std::int32_t>::max()) {
    throw DataError("if: n_estimators * max_samples is more than a model can hold; lower one");
  }
  split_ = split_of(params);
  columns_ = column_count(rows);
  trees_ = {};
  report.rows_given = report.rows_used = row_count(rows);
  for (std::size_t first = 0; first < count; first += kTreesAtOnce) {
    std::vector<IsolationTrees> grown(std::min(kTreesAtOnce, count - first));
    parallel_for(grown.size(), context.threads, [&](std::size_t i) {
      Rng rng(derive_seed(context.seed, first + i));
      grown[i] = grow_isolation_tree(rows, sample, split_, rng);
    });
    for (const IsolationTrees& tree : grown) {
      append_trees(trees_, tree, columns_);
    }
    context.tell(static_cast<double>(first + grown.size()) / static_cast<double>(count));
  }
  prepare();
  report.derived.push_back({"rows_per_tree", static_cast<double>(sample),
                            "the lesser of max_samples and the training rows"});
}

void IsolationForest::prepare() {
  steps_.clear();
  steps_.reserve(trees_.node_count());
  first_steps_.clear();
  leaf_depths_.clear();
  for (std::int32_t rows = 0; rows <= trees_.samples[0]; ++rows) {
    leaf_depths_.push_back(mean_search_depth(rows));
  }
  std::vector<std::pair<std::size_t, int>> queue;
  for (const std::int32_t root : trees_.roots) {
    first_steps_.push_back(steps_.size());
    lay_out(static_cast<std::size_t>(root), queue);
  }
  divisor_ = static_cast<double>(trees_.roots.size()) * mean_search_depth(trees_.samples[0]);
}

// Level by level, so that siblings are neighbours. `queue` holds nodes and their depths.
void IsolationForest::lay_out(std::size_t root, std::vector<std::pair<std::size_t, int>>& queue) {
  queue.assign(1, {root, 0});
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const auto [node, depth] = queue[i];
    if (trees_.left[node] < 0) {
      steps_.push_back(
          {depth + leaf_depths_[static_cast<std::size_t>(trees_.samples[node])], 0, 0});
      continue;
    }
    steps_.push_back(
        {trees_.threshold[node], static_cast<std::uint32_t>(queue.size()), trees_.feature[node]});
    queue.emplace_back(static_cast<std::size_t>(trees_.left[node]), depth + 1);
    queue.emplace_back(static_cast<std::size_t>(trees_.right[node]), depth + 1);
  }
}

double IsolationForest::path_length(const Step* steps, const double* row) const {
  const Step* step = steps;
  while (step->child != 0) {
    const auto feature = static_cast<std::size_t>(step->feature);
    const double value = split_ == IsolationSplit::kColumn
                             ? row[feature]
                             : dot(trees_.normals.data() + feature * columns_, row, columns_);
    step = steps + step->child + (value <= step->threshold ? 0 : 1);
  }
  return step->threshold;
}

void IsolationForest::score_block(const Rows& rows, std::span<double> scores) const {
  std::fill(scores.begin(), scores.end(), 0.0);
  for (const std::size_t first : first_steps_) {
    for (std::size_t r = 0; r < scores.size(); ++r) {
      scores[r] += path_length(steps_.data() + first,
                               rows.data() + r * static_cast<std::size_t>(rows.cols()));
    }
  }
  for (double& score : scores) {
    score = divisor_ > 0 ? std::exp2(-score / divisor_) : 0.5;
  }
}

void IsolationForest::save(ArrayWriter& writer) const {
  writer.add("roots", std::span<const std::int32_t>(trees_.roots));
  writer.add("left", std::span<const std::int32_t>(trees_.left));
  writer.add("right", std::span<const std::int32_t>(trees_.right));
  writer.add("feature", std::span<const std::int32_t>(trees_.feature));
  writer.add("threshold", std::span<const double>(trees_.threshold));
  writer.add("samples", std::span<const std::int32_t>(trees_.samples));
  // There are none when all rows were equal.
  if (!trees_.normals.empty()) {
    writer.add("normals", std::span<const double>(trees_.normals), trees_.normals.size() / columns_,
               columns_);
  }
}

void IsolationForest::load(const ArrayReader& reader, const Params& params, std::size_t columns) {
  split_ = split_of(params);
  columns_ = columns;
  trees_.roots = reader.i32("roots");
  trees_.left = reader.i32("left");
  trees_.right = reader.i32("right");
  trees_.feature = reader.i32("feature");
  trees_.threshold = reader.f64("threshold");
  trees_.samples = reader.i32("samples");
  std::size_t features = split_ == IsolationSplit::kColumn ? columns : 0;
  if (split_ == IsolationSplit::kHyperplane && reader.has("normals")) {
    const ArrayReader::Shape shape = reader.shape("normals");
    if (shape.columns != columns) {
      reader.refuse("normals", "not as wide as there are columns");
    }
    features = shape.rows;
    trees_.normals.resize(shape.rows * columns);
    reader.copy("normals", trees_.normals);
  }
  if (trees_.roots.size() != static_cast<std::size_t>(params.integer("n_estimators"))) {
    reader.refuse("roots", "not as many trees as the parameters say");
  }
  if (trees_.samples.empty() || trees_.samples[0] > params.integer("max_samples")) {
    reader.refuse("samples", "more than max_samples, or none");
  }
  TreeCheck(reader, trees_, features).run();
  prepare();
}

}  // namespace netml
