#pragma once

#include "netml/commands/train.hpp"
#include "netml/models/registry.hpp"

namespace netml {

/// Throws UsageError for options that no training can follow, whatever model and table.
void check_train_options(const TrainOptions& options);

/// The scaling in force: the one given, or the default.
Scaling scaling_of(const TrainOptions& options);

/// The parameters of the model: those given, over the defaults. Throws as read_params does.
Params train_params(const TrainOptions& options, const ModelEntry& entry);

}  // namespace netml
