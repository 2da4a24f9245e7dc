#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "netml/table/schema.hpp"

namespace netml {

/// A table in memory: one vector per column.
///
/// Numeric columns keep their own type (whole nanoseconds do not fit a double); missing values are
/// kept in a mask. Invariant: all columns have `row_count()` entries.
class Table {
 public:
  using Values =
      std::variant<std::vector<std::uint64_t>, std::vector<std::int64_t>, std::vector<double>,
                   std::vector<std::string>, std::vector<std::vector<std::int64_t>>,
                   std::vector<std::vector<double>>, std::vector<std::vector<std::string>>>;

  Table() = default;
  explicit Table(Schema schema);

  const Schema& schema() const noexcept { return schema_; }
  std::size_t row_count() const noexcept { return rows_; }

  /// Room for so many rows in all: numbers then take eight bytes each, not up to thrice that while
  /// their vectors double.
  void reserve(std::size_t rows);

  /// Copies one row. Requires: row.size() == schema().size(), each cell of its column's type or
  /// missing (a cell that does not fit its column counts as missing).
  void append(std::span<const Cell> row);

  /// Borrowed from the table; valid until the next append.
  Cell cell(std::size_t row, std::size_t column) const;
  /// The cell as a double, NaN when missing or not numeric.
  double number(std::size_t row, std::size_t column) const { return cell(row, column).number(); }

 private:
  Schema schema_;
  std::vector<Values> columns_;
  std::vector<std::vector<bool>> missing_;
  std::size_t rows_ = 0;
};

}  // namespace netml
