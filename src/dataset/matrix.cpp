#include "netml/dataset/matrix.hpp"

#include <algorithm>
#include <cmath>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

namespace netml {
namespace {

Eigen::Index index(std::size_t i) {
  return static_cast<Eigen::Index>(i);
}

}  // namespace

Matrix to_matrix(const Table& table, std::span<const std::size_t> columns) {
  Matrix matrix(index(table.row_count()), index(columns.size()));
  for (std::size_t r = 0; r < table.row_count(); ++r) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      matrix(index(r), index(c)) = table.number(r, columns[c]);
    }
  }
  return matrix;
}

Matrix select_rows(const Matrix& matrix, std::span<const std::size_t> rows) {
  Matrix selected(index(rows.size()), matrix.cols());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    selected.row(index(i)) = matrix.row(index(rows[i]));
  }
  return selected;
}

bool is_finite_row(const Matrix& matrix, std::size_t row) {
  const std::span<const double> values = row_of(matrix, row);
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

void write_matrix(ArrayWriter& writer, const std::string& name, const Matrix& matrix) {
  writer.add(name, values_of(matrix), row_count(matrix), column_count(matrix));
}

void write_vector(ArrayWriter& writer, const std::string& name, const Vector& vector) {
  writer.add(name, values_of(vector));
}

Matrix read_matrix(const ArrayReader& reader, const std::string& name, std::size_t columns) {
  const ArrayReader::Shape shape = reader.shape(name);
  if (shape.columns != columns) {
    reader.refuse(name, std::to_string(shape.columns) + " columns where the model has " +
                            std::to_string(columns));
  }
  Matrix matrix(index(shape.rows), index(shape.columns));
  reader.copy(name, {matrix.data(), shape.rows * shape.columns});
  return matrix;
}

Vector read_vector(const ArrayReader& reader, const std::string& name, std::size_t count) {
  const std::vector<double> values = reader.f64(name, count);
  return Eigen::Map<const Vector>(values.data(), index(values.size()));
}

}  // namespace netml
