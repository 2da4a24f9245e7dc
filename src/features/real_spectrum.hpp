#pragma once

#include <span>

namespace netml {

/// Replaces x by the real parts of its unscaled DFT, sum x[k] exp(-2 pi i j k / n), j = 0..n-1.
/// Any n, O(n log n). Differs from numpy's only in the last digits.
void replace_by_real_spectrum(std::span<double> values);

}  // namespace netml
