#pragma once

#include <cstddef>
#include <optional>

#include "netml/dataset/matrix.hpp"
#include "netml/models/model.hpp"

namespace netml {

/// How many of `rows` a model with the parameter max_rows is fitted on: all, or, above it, at most
/// 5000.
std::size_t training_sample_size(std::size_t rows, const Params& params);

/// A uniform subsample of that size, rows in drawing order; nothing when all rows are used. Fills
/// the report's counts and, for a subsample, a warning that begins with `model`.
std::optional<Matrix> training_sample(const Matrix& rows, const Params& params, std::uint64_t seed,
                                      std::string_view model, FitReport& report);

/// Throws DataError unless distances between rows are inside the range of doubles.
void require_finite_squares(const Matrix& rows, std::string_view model);

}  // namespace netml
