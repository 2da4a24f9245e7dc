#pragma once

#include <optional>
#include <vector>

#include "netml/commands/train.hpp"
#include "netml/core/output_group.hpp"
#include "netml/models/detector.hpp"
#include "netml/models/report.hpp"

namespace netml {

/// Rows of the table that were scored, and their answers; labels 0, 1, or -1 without one.
struct ScoredPart {
  std::vector<std::size_t> rows;
  std::vector<RowScore> answers;
  std::vector<int> labels;
};

/// What the page of a training run is made from.
struct TrainingPage {
  const Table& table;
  const Matrix& values;  ///< of the model's columns, all rows of the table
  const Detector& detector;
  const ScoredPart& part;
  std::optional<FoldRates> folds;
};

/// Writes `learn --report`: the page and its JSON twin. Throws OutputError. The files are still to
/// be committed.
void write_training_page(OutputGroup& files, const TrainOptions& options, const TrainingPage& page);

}  // namespace netml
