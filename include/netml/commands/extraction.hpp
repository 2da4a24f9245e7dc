#pragma once

#include <functional>
#include <memory>

#include "netml/commands/flow_rows.hpp"
#include "netml/commands/inputs.hpp"
#include "netml/features/recipe.hpp"
#include "netml/pipeline/extractor.hpp"

namespace netml {

/// Captures to labelled rows, whatever way the recipe needs: in one pass, in two when settings of a
/// representation must be fitted first, or capture by capture as the netml preset has it.
class Extraction {
 public:
  /// Gives the sink for rows of these columns; `recipe` has every setting resolved.
  using SinkFactory = std::function<RowSink&(const Schema&, const Recipe& recipe)>;

  /// Reads the label files. Throws UsageError, InputError, DataError.
  Extraction(const CaptureInputs& inputs, const Recipe& recipe, std::uint64_t flow_limit);
  ~Extraction();

  /// Throws what the sink throws, and LimitError.
  ExtractResult run(const SinkFactory& make_sink);

  /// Null when there are no labels.
  const Labeler* labeler() const noexcept { return labeler_.get(); }
  /// Recipe with what was fitted, after run().
  const Recipe& recipe() const noexcept { return recipe_; }

 private:
  ExtractResult run_once(const SinkFactory& make_sink);
  ExtractResult run_fitted(const SinkFactory& make_sink);
  ExtractResult run_netml(const SinkFactory& make_sink);

  const CaptureInputs& inputs_;
  Recipe recipe_;
  std::uint64_t flow_limit_;
  std::unique_ptr<Labeler> labeler_;
};

}  // namespace netml
