#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "netml/commands/train.hpp"
#include "netml/dataset/matrix.hpp"

namespace netml {

/// The normal rows of `options.calibrate`, a table of their own.
struct CalibrationRows {
  Matrix rows;                 ///< not scaled, of the model's columns
  std::size_t abnormal = 0;    ///< left out
  std::size_t unlabelled = 0;  ///< left out, where other rows have labels
  std::size_t missing = 0;     ///< left out
};

/// Requires: options.calibrate. Throws DataError for a column that is absent or holds no numbers, a
/// missing value (by `options.missing`), and where no row is left.
CalibrationRows read_calibration_rows(const std::vector<std::string>& columns,
                                      const TrainOptions& options);

}  // namespace netml
