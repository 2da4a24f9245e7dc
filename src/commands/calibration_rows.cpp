#include "calibration_rows.hpp"

#include <optional>

#include "netml/core/error.hpp"

#include "model_columns.hpp"
#include "training_rows.hpp"

namespace netml {
namespace {

// By the name that was given, else by the rule of the training table. A table without the column
// holds what the option says: normal flows.
std::optional<std::size_t> label_column_of(const TrainOptions& options) {
  return options.label_column.empty() ? find_label_column(*options.calibrate, "")
                                      : options.calibrate->schema().find(options.label_column);
}

}  // namespace

CalibrationRows read_calibration_rows(const std::vector<std::string>& columns,
                                      const TrainOptions& options) {
  const std::vector<std::size_t> places =
      find_model_columns(*options.calibrate, columns, options.calibrate_what);
  const std::vector<RowLabel> labels = read_labels(*options.calibrate, label_column_of(options));
  const bool is_labelled = has_labels(labels);
  const Matrix all = to_matrix(*options.calibrate, places);
  CalibrationRows read;
  std::vector<std::size_t> kept;
  for (std::size_t r = 0; r < row_count(all); ++r) {
    if (labels[r] == RowLabel::kAbnormal) {
      ++read.abnormal;
    } else if (is_labelled && labels[r] == RowLabel::kNone) {
      ++read.unlabelled;
    } else if (is_finite_row(all, r)) {
      kept.push_back(r);
    } else if (options.missing == MissingRule::kError) {
      refuse_missing_value(all, r, columns, options.calibrate_what);
    } else {
      ++read.missing;
    }
  }
  if (kept.empty()) {
    throw DataError(options.calibrate_what + ": no normal flow to calibrate with");
  }
  read.rows = select_rows(all, kept);
  return read;
}

}  // namespace netml
