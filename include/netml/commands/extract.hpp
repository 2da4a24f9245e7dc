#pragma once

#include <string>

#include "netml/commands/inputs.hpp"
#include "netml/commands/run_summary.hpp"
#include "netml/features/recipe.hpp"

namespace netml {

/// captures -> one row per flow.
struct ExtractCommand {
  CaptureInputs inputs;
  Recipe recipe;
  std::string output = "-";
  std::string format;  ///< empty: by the suffix of `output`
  bool raw_text = false;
  std::uint64_t flow_limit = 0;
};

/// Runs it; the exit status. Throws the Error family.
int run_extract(const ExtractCommand& command, const RunContext& context);

}  // namespace netml
