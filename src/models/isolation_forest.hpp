#pragma once

#include "netml/models/model.hpp"
#include "netml/models/registry.hpp"

#include "isolation_tree.hpp"

namespace netml {

/// Isolation forest (Liu, Ting, Zhou 2008): trees that split at random until rows stand alone;
/// novel rows do so early.
///
///   s(x) = 2^(-E[h(x)] / c(psi)), in (0, 1);   h = edges to the leaf + c(rows in the leaf)
///
/// E over the trees in their order, psi rows per tree, c = mean_search_depth. s equals
/// scikit-learn's -score_samples for the same trees. Where psi is 1 every row has the score 0.5.
class IsolationForest : public Model {
 public:
  std::string_view name() const noexcept override { return "if"; }
  void fit(const Matrix& rows, const Params& params, const FitContext& context,
           FitReport& report) override;
  void save(ArrayWriter& writer) const override;
  void load(const ArrayReader& reader, const Params& params, std::size_t columns) override;
  double fit_bytes(std::size_t rows, std::size_t columns, const Params& params) const override;
  double kept_bytes(std::size_t rows, std::size_t columns, const Params& params) const override;

 private:
  // A node to walk over: children lie side by side, and 0 is no child.
  struct Step {
    double threshold;  // at leaves: the path length
    std::uint32_t child;
    std::int32_t feature;
  };

  void score_block(const Rows& rows, std::span<double> scores) const override;
  void prepare();
  void lay_out(std::size_t root, std::vector<std::pair<std::size_t, int>>& queue);
  double path_length(const Step* steps, const double* row) const;

  IsolationTrees trees_;
  IsolationSplit split_ = IsolationSplit::kColumn;
  std::size_t columns_ = 0;
  std::vector<Step> steps_;
  std::vector<std::size_t> first_steps_;  // of each tree
  std::vector<double> leaf_depths_;       // by the rows of the leaf
  double divisor_ = 0;                    // trees · c(psi)
};

ModelEntry isolation_forest_entry();

}  // namespace netml
