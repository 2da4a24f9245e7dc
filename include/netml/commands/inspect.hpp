#pragma once

#include <string>

#include "netml/pipeline/extractor.hpp"

namespace netml {

/// What was found, for people.
struct Inspection {
  std::string text;
  int status = 0;        ///< 4 for a capture that is damaged part-way
  ExtractResult result;  ///< of a capture, its counters; of other files the name alone
};

/// Says what a model, a feature file (CSV, JSON Lines, NPY, NPZ, SQLite) or a capture holds, on
/// standard input too ("-", but for SQLite): the model card; shape and ranges; packets, times and
/// flows. `full`: of a model, description and arrays as JSON. Throws the Error family.
Inspection inspect(const std::string& path, bool full);

}  // namespace netml
