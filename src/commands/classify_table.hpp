#pragma once

#include "netml/commands/classify.hpp"
#include "netml/models/detector.hpp"

namespace netml {

/// `classify --table`: a verdict for every row of a feature table, whose columns are found by name;
/// the exit status. Throws DataError naming the first column that the table lacks, and what reading
/// and writing throw.
int classify_table(const ClassifyCommand& command, const Detector& detector,
                   const RunContext& context);

}  // namespace netml
