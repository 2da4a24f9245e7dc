#pragma once

#include "options.hpp"

namespace netml::cli {

/// Sets the run's own limits in a model's recipe. Throws UsageError naming the first option that
/// contradicts it, and what the model has. `columns`: those that the model sees.
void adjust_to_model(const FlowText& flow, const FeatureText& features,
                     const std::vector<std::string>& columns, Recipe& recipe);

}  // namespace netml::cli
