#pragma once

#include <optional>

#include "netml/commands/train.hpp"
#include "netml/models/detector.hpp"
#include "netml/models/registry.hpp"
#include "netml/models/report.hpp"

namespace netml {

/// How many of so many rows the model of a fold is fitted on, at most.
std::size_t fold_fit_rows(std::size_t rows);

/// How many alerts a model raises on training rows that it has not seen, five times: each fifth of
/// `rows`, in their order, is scored by a model fitted and calibrated on the others as `detector`
/// was (its parameters, scaling and false-alarm rate). The rates should lie around the rate asked
/// for; where they do not, the rows change along their order.
///
/// Nothing for a detector without a conformal threshold, or for rows too few for its rate in each
/// fold. Costs five fits.
std::optional<FoldRates> alert_rates_by_fold(const Matrix& rows, const Detector& detector,
                                             const ModelEntry& entry, const TrainOptions& options);

}  // namespace netml
