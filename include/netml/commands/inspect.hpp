#pragma once

#include <string>

namespace netml {

/// Says what a model, a feature file (CSV, NPZ) or a capture holds: the model card; shape and
/// ranges; packets, times and flows. `full`: of a model, description and arrays as JSON. Throws the
/// Error family.
struct Inspection {
  std::string text;
  int status = 0;  ///< 4 for a capture that is damaged part-way
};
Inspection inspect(const std::string& path, bool full);

}  // namespace netml
