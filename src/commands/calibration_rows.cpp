#include "calibration_rows.hpp"

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

#include "training_rows.hpp"

namespace netml {
namespace {

std::vector<std::size_t> places_of(const std::vector<std::string>& columns,
                                   const TrainOptions& options) {
  const ColumnIndex index(options.calibrate->schema());
  std::vector<std::size_t> places;
  for (const std::string& name : columns) {
    const auto found = index.find(name);
    if (!found) {
      throw DataError(options.calibrate_what + ": column '" + printable(name) + "' is missing");
    }
    places.push_back(*found);
  }
  return places;
}

// A table without the column holds what the option says: normal flows.
std::vector<RowLabel> labels_of(const TrainOptions& options) {
  const std::string name = options.label_column.empty() ? "label" : options.label_column;
  return read_labels(*options.calibrate, options.calibrate->schema().find(name));
}

}  // namespace

CalibrationRows read_calibration_rows(const std::vector<std::string>& columns,
                                      const TrainOptions& options) {
  const std::vector<std::size_t> places = places_of(columns, options);
  const std::vector<RowLabel> labels = labels_of(options);
  const Matrix all = to_matrix(*options.calibrate, places);
  CalibrationRows read;
  std::vector<std::size_t> kept;
  for (std::size_t r = 0; r < row_count(all); ++r) {
    if (labels[r] == RowLabel::kAbnormal) {
      ++read.abnormal;
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
