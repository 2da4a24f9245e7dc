#pragma once

#include "netml/dataset/matrix.hpp"

namespace netml {

/// Orthogonal directions of a cloud of rows.
struct PrincipalAxes {
  Matrix axes;       ///< unit vectors, [min(n, d) × d], variances descending
  Vector variances;  ///< along each, divisor n - 1 (0 for one row)
};

/// Of rows whose columns have mean 0: from the d × d covariance when n > 4d, else from a singular
/// value decomposition (the covariance loses half the digits of small variances). Of each axis the
/// entry of largest magnitude is positive. Throws DataError when the decomposition fails.
PrincipalAxes principal_axes(const Matrix& centred);

}  // namespace netml
