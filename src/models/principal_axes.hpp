#pragma once

#include "netml/dataset/matrix.hpp"

namespace netml {

/// Orthogonal directions of a cloud of rows.
struct PrincipalAxes {
  Matrix axes;       ///< unit vectors, [min(n, d) × d], variances descending
  Vector variances;  ///< along each, divisor n - 1 (0 for one row)
};

enum class AxesPrecision {
  kOfTheLargest,  ///< variances to about 1e-16 of the largest: what is smaller is rounding noise
  kOfEach,        ///< singular values to about 1e-16 of the largest, so variances down to 1e-32
};

/// Of rows whose columns have mean 0. From the d × d covariance when n > 4d and kOfTheLargest will
/// do, else from a singular value decomposition. Of each axis the entry of largest magnitude is
/// positive. Throws DataError when the decomposition fails.
PrincipalAxes principal_axes(const Matrix& centred, AxesPrecision precision);
/// Whether that is the covariance, which takes less memory.
bool takes_covariance(double rows, double columns, AxesPrecision precision);

}  // namespace netml
