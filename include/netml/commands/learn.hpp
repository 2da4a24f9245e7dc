#pragma once

#include <string>

#include "netml/commands/inputs.hpp"
#include "netml/commands/run_summary.hpp"
#include "netml/commands/train.hpp"
#include "netml/features/recipe.hpp"
#include "netml/table/anonymized_rows.hpp"

namespace netml {

/// captures (+ labels) -> trained model, tested when there are labels.
struct LearnCommand {
  CaptureInputs inputs;
  Recipe recipe;
  std::uint64_t flow_limit = 0;  ///< --limit, of the captures learnt from; 0: none
  std::string feature_output;    ///< also keep the features; empty: no
  Anonymization anonymization;   ///< of whatever the run keeps of single flows
  std::string calibrate;  ///< capture of normal flows kept apart for the threshold; empty: none
  TrainOptions train;     ///< recipe, card and calibrate are filled in
};

/// Runs it; the exit status. Throws the Error family.
int run_learn(const LearnCommand& command, const RunContext& context);

/// Warns that a signal ended the run before the model was written to that file; nothing of "-".
void warn_of_interruption(const std::string& model);

/// Adds the summary of a training run on these tables to its `files` and commits all, logs its
/// warnings and prints netml's table on stderr; the exit status.
int finish_training(const TrainResult& result, const std::vector<std::string>& tables,
                    OutputGroup& files, const RunContext& context);

}  // namespace netml
