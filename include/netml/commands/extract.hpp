#pragma once

#include <string>
#include <vector>

#include "netml/commands/inputs.hpp"
#include "netml/commands/run_summary.hpp"
#include "netml/features/recipe.hpp"
#include "netml/flow/row_shard.hpp"
#include "netml/table/anonymized_rows.hpp"

namespace netml {

/// captures -> one row per flow.
struct ExtractCommand {
  CaptureInputs inputs;
  Recipe recipe;
  /// --columns where labels are among them, which `recipe` then lacks; empty: labels come last.
  std::vector<std::string> columns_with_labels;
  std::string output = "-";
  std::string format;  ///< empty: by the suffix of `output`
  bool raw_text = false;
  std::uint64_t flow_limit = 0;
  Anonymization anonymization;
  std::uint64_t rotate_rows = 0;  ///< rows of a piece; 0: the table is one file
  std::uint64_t keep_pieces = 0;  ///< only the last ones stay; 0: all
  RowShard shard;
};

/// Runs it; the exit status. Throws the Error family.
int run_extract(const ExtractCommand& command, const RunContext& context);

}  // namespace netml
