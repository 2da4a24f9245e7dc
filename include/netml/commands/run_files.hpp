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

/// An output of a run, and what the user knows it by: "--output".
struct NamedOutput {
  std::string name;
  std::string path;
};

/// Throws UsageError where standard output ("-") would take two of these, or one and the summary:
/// whoever reads it could not tell them apart. Empty paths are left out.
void require_one_standard_output(const RunContext& context, std::vector<NamedOutput> outputs);

}  // namespace netml
