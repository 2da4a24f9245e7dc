#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <Eigen/Core>

#include "netml/table/container.hpp"
#include "netml/table/table.hpp"

namespace netml {

/// Rows are flows, columns are features; [rows × columns], row-major.
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;

inline std::size_t row_count(const Matrix& matrix) {
  return static_cast<std::size_t>(matrix.rows());
}
inline std::size_t column_count(const Matrix& matrix) {
  return static_cast<std::size_t>(matrix.cols());
}
/// One row, contiguous; lives as long as the matrix is not changed.
inline std::span<const double> row_of(const Matrix& matrix, std::size_t row) {
  return {matrix.data() + row * column_count(matrix), column_count(matrix)};
}
inline std::span<const double> values_of(const Matrix& matrix) {
  return {matrix.data(), static_cast<std::size_t>(matrix.size())};
}
inline std::span<const double> values_of(const Vector& vector) {
  return {vector.data(), static_cast<std::size_t>(vector.size())};
}

std::span<const double> values_of(Matrix&&) = delete;  // would borrow from a temporary
std::span<const double> values_of(Vector&&) = delete;

/// The given columns of all rows; a missing value, and a column that is not numeric, gives NaN.
Matrix to_matrix(const Table& table, std::span<const std::size_t> columns);

/// The given rows in the given order.
Matrix select_rows(const Matrix& matrix, std::span<const std::size_t> rows);

/// Whether a row has neither NaN nor infinity.
bool is_finite_row(const Matrix& matrix, std::size_t row);

void write_matrix(ArrayWriter& writer, const std::string& name, const Matrix& matrix);
void write_vector(ArrayWriter& writer, const std::string& name, const Vector& vector);
/// Throws ModelError, also when the array does not have exactly `columns` columns.
Matrix read_matrix(const ArrayReader& reader, const std::string& name, std::size_t columns);
Vector read_vector(const ArrayReader& reader, const std::string& name, std::size_t count);

}  // namespace netml
