#include "principal_axes.hpp"

#include <algorithm>

#include <Eigen/Eigenvalues>
#include <Eigen/SVD>

#include "netml/core/error.hpp"

namespace netml {
namespace {

[[noreturn]] void refuse() {
  throw DataError(
      "pca: the training rows have no principal components; scale the columns (--scale)");
}

// Each entry summed in the order of rows.
Eigen::MatrixXd covariance_of(const Matrix& centred) {
  const Eigen::Index d = centred.cols();
  Matrix sums = Matrix::Zero(d, d);
  for (Eigen::Index r = 0; r < centred.rows(); ++r) {
    const double* row = centred.row(r).data();
    for (Eigen::Index i = 0; i < d; ++i) {
      sums.row(i).head(i + 1) += row[i] * centred.row(r).head(i + 1);
    }
  }
  return sums / static_cast<double>(std::max<Eigen::Index>(centred.rows() - 1, 1));
}

PrincipalAxes from_covariance(const Matrix& centred) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance_of(centred));
  if (solver.info() != Eigen::Success) {
    refuse();
  }
  // Ascending there, descending here.
  PrincipalAxes result;
  result.axes = solver.eigenvectors().rowwise().reverse().transpose();
  result.variances = solver.eigenvalues().reverse().cwiseMax(0.0);
  return result;
}

PrincipalAxes from_singular_values(const Matrix& centred) {
  const Eigen::BDCSVD<Eigen::MatrixXd> solver(centred, Eigen::ComputeThinV);
  if (solver.info() != Eigen::Success) {
    refuse();
  }
  PrincipalAxes result;
  result.axes = solver.matrixV().transpose();
  result.variances = solver.singularValues().array().square() /
                     static_cast<double>(std::max<Eigen::Index>(centred.rows() - 1, 1));
  return result;
}

}  // namespace

bool takes_covariance(double rows, double columns, AxesPrecision precision) {
  return rows > 4 * columns && precision == AxesPrecision::kOfTheLargest;
}

PrincipalAxes principal_axes(const Matrix& centred, AxesPrecision precision) {
  const bool by_covariance = takes_covariance(static_cast<double>(centred.rows()),
                                              static_cast<double>(centred.cols()), precision);
  PrincipalAxes result = by_covariance ? from_covariance(centred) : from_singular_values(centred);
  if (!result.axes.allFinite() || !result.variances.allFinite()) {
    refuse();
  }
  for (Eigen::Index i = 0; i < result.axes.rows(); ++i) {
    Eigen::Index largest = 0;
    result.axes.row(i).cwiseAbs().maxCoeff(&largest);
    if (result.axes(i, largest) < 0) {
      result.axes.row(i) *= -1;
    }
  }
  return result;
}

}  // namespace netml
