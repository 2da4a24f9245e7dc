#pragma once

#include <string>
#include <vector>

#include "netml/commands/run_summary.hpp"

namespace netml {

/// Throws UsageError when an output of a run is one of its inputs, or two outputs are one file, by
/// whatever names. To the inputs come the files of options that the context knows, to the outputs
/// the summary. "-" is standard input or standard output; empty names are left out, and so is what
/// is no regular file.
void require_distinct_files(const RunContext& context, std::vector<std::string> inputs,
                            std::vector<std::string> outputs);

}  // namespace netml
