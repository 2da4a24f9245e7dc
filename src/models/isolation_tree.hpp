#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "netml/core/rng.hpp"
#include "netml/dataset/matrix.hpp"

namespace netml {

/// Trees whose nodes lie one behind the other, each tree from its root, children behind parents.
///
/// An inner node sends a row left when its value is at most `threshold`: the value of column
/// `feature` or, where hyperplanes split, the product of the row with row `feature` of `normals`.
struct IsolationTrees {
  std::vector<std::int32_t> roots;    ///< place of each tree's root
  std::vector<std::int32_t> left;     ///< place of the child, -1 at leaves
  std::vector<std::int32_t> right;    ///< likewise
  std::vector<std::int32_t> feature;  ///< -1 at leaves
  std::vector<double> threshold;      ///< 0 at leaves
  std::vector<std::int32_t> samples;  ///< training rows that reached the node
  std::vector<double> normals;        ///< [hyperplanes × columns], row-major

  std::size_t node_count() const noexcept { return left.size(); }
};

enum class IsolationSplit {
  kColumn,      ///< Liu, Ting, Zhou 2008
  kHyperplane,  ///< Hariri, Carrasco Kind, Brunner 2019: all columns at once
};

/// Grows one tree on `sample_size` rows drawn without replacement (at most all), to a depth of
/// ceil(log2(max(sample_size, 2))).
IsolationTrees grow_isolation_tree(const Matrix& rows, std::size_t sample_size,
                                   IsolationSplit split, Rng& rng);

/// Appends `tree` to `trees`.
void append_trees(IsolationTrees& trees, const IsolationTrees& tree, std::size_t columns);

/// The mean depth of an unsuccessful search in a binary search tree of `samples` nodes:
/// 0, 0, 1, then 2 (ln(samples - 1) + gamma) - 2 (samples - 1) / samples.
double mean_search_depth(std::int32_t samples) noexcept;

}  // namespace netml
