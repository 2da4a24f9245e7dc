#pragma once

#include <span>

namespace netml {

/// The q-quantile of `sorted` (ascending, not empty; 0 <= q <= 1) by numpy's "linear" rule:
/// h = (n-1)q, i = floor(h), g = h - i; interpolated from the nearer neighbour, so that results
/// equal numpy's to the last bit. Finite for finite values: where numpy's difference of the
/// neighbours overflows, they are weighted one by one.
double quantile_sorted(std::span<const double> sorted, double q) noexcept;

/// The same for values in any order; copies and sorts them. Not empty.
double quantile(std::span<const double> values, double q);

}  // namespace netml
