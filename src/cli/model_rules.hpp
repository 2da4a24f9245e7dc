#pragma once

#include "options.hpp"

namespace netml::cli {

/// Sets the run's own limits in a model's recipe. Throws UsageError naming the first option that
/// contradicts it, and what the model has.
void adjust_to_model(const FlowText& flow, const FeatureText& features, Recipe& recipe);

}  // namespace netml::cli
