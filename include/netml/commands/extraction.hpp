#pragma once

#include <memory>

#include "netml/commands/flow_rows.hpp"
#include "netml/commands/inputs.hpp"
#include "netml/features/recipe.hpp"
#include "netml/flow/row_shard.hpp"
#include "netml/pipeline/extractor.hpp"

namespace netml {

struct ExtractionOptions {
  std::uint64_t flow_limit = 0;     ///< --limit; 0: none
  std::size_t threads = 1;          ///< --threads; 0: one per processor, 8 at most
  RowShard shard = {};              ///< --shard: the rows that are handed over
  std::uint64_t early_packets = 0;  ///< --early: flows are also handed over after so many; 0: never
};

/// Captures to labelled rows, whatever way the recipe needs: in one pass, in two when settings of a
/// representation must be fitted first, or capture by capture as the netml preset has it.
class Extraction {
 public:
  /// Reads the label files. `inputs` must outlive the object. Throws UsageError, InputError,
  /// DataError.
  Extraction(const CaptureInputs& inputs, const Recipe& recipe,
             const ExtractionOptions& options = {});
  ~Extraction();

  /// Throws what the receiver throws, UsageError (early rows of flows that are found at the end of
  /// their capture too), DataError (labels, widths) and LimitError.
  ExtractResult run(RowReceiver& receiver);

  /// Null when there are no labels.
  const Labeler* labeler() const noexcept { return labeler_.get(); }

 private:
  ExtractResult run_as_needed(RowReceiver& receiver);
  ExtractResult run_once(RowReceiver& receiver);
  ExtractResult run_fitted(RowReceiver& receiver);
  ExtractResult run_netml(RowReceiver& receiver);

  const CaptureInputs& inputs_;
  Recipe recipe_;
  ExtractionOptions options_;
  std::unique_ptr<Labeler> labeler_;
};

}  // namespace netml
