#include "training_sample.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "netml/core/error.hpp"
#include "netml/core/rng.hpp"

namespace netml {
namespace {

constexpr std::size_t kSubsample = 5000;

}  // namespace

std::size_t training_sample_size(std::size_t rows, const Params& params) {
  const auto limit = static_cast<std::size_t>(params.integer("max_rows"));
  return limit == 0 || rows <= limit ? rows : std::min(kSubsample, limit);
}

std::optional<Matrix> training_sample(const Matrix& rows, const Params& params, std::uint64_t seed,
                                      std::string_view model, FitReport& report) {
  const std::size_t n = training_sample_size(row_count(rows), params);
  report.rows_given = row_count(rows);
  report.rows_used = n;
  if (n == row_count(rows)) {
    return std::nullopt;
  }
  Rng rng(seed);
  report.warnings.push_back(std::string(model) + ": " + std::to_string(row_count(rows)) +
                            " training rows are more than max_rows; fitted on a uniform "
                            "subsample of " +
                            std::to_string(n));
  return select_rows(rows, sample_without_replacement(row_count(rows), n, rng));
}

void require_finite_squares(const Matrix& rows, std::string_view model) {
  for (Eigen::Index i = 0; i < rows.rows(); ++i) {
    if (!std::isfinite(4 * rows.row(i).squaredNorm())) {
      throw DataError(std::string(model) +
                      ": the training values are too large for distances between rows; scale the "
                      "columns (--scale)");
    }
  }
}

}  // namespace netml
