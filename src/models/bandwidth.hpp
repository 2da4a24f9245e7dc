#pragma once

#include "netml/models/model.hpp"

namespace netml {

/// The width h of 20, log-spaced between `low` and `high`, with the greatest leave-one-out mean of
/// log p (the mean over rows of the log density that the other rows give; Habbema et al. 1974,
/// Duin 1976). Exact duplicates are dropped first: with them h -> 0 would win. `low` where fewer
/// than two distinct rows are left. The same bits for any number of threads.
double leave_one_out_bandwidth(const Matrix& rows, double low, double high,
                               const FitContext& context);

/// What it takes in memory.
double leave_one_out_bytes(std::size_t rows, std::size_t columns);

}  // namespace netml
