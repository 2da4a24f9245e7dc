#pragma once

#include <string>
#include <vector>

#include "netml/commands/train.hpp"

#include "training_rows.hpp"

namespace netml {

/// What a model was made of and how it did, as JSON text: `options.card_json` and the counts,
/// options and metrics of the run. No date, duration, host or path. `labels`: of every row given.
std::string training_card(const TrainOptions& options, const RowPlan& plan,
                          const std::vector<RowLabel>& labels, const TrainResult& result);

}  // namespace netml
