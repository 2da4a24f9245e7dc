#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netml/commands/train.hpp"
#include "netml/dataset/matrix.hpp"

namespace netml {

// What of a table a model is trained and tested on.

/// Label of a row.
enum class RowLabel : std::int8_t { kNone = -1, kNormal = 0, kAbnormal = 1 };

/// The label column; nothing where the table has none. Throws UsageError for a name that it lacks.
std::optional<std::size_t> find_label_column(const Table& table, const std::string& name);
std::vector<RowLabel> read_labels(const Table& table, std::optional<std::size_t> column);
/// Whether any row has one.
bool has_labels(const std::vector<RowLabel>& labels);

/// A number, and not identity: what a model may see.
bool is_learnable(const ColumnInfo& column);

/// The columns that the model sees, in the order of the table: `asked`, or every numeric column
/// that is not identity. Throws UsageError for unknown, textual, identity or repeated ones,
/// DataError when none is left.
std::vector<std::size_t> choose_columns(const Table& table, const std::vector<std::string>& asked,
                                        std::optional<std::size_t> label_column);

/// Rows by number.
struct RowPlan {
  std::vector<std::size_t> fit;
  std::vector<std::size_t> calibration;
  std::vector<std::size_t> test;  ///< in split order
  bool is_labelled = false;
  std::size_t unlabelled = 0;  ///< left out
  std::size_t missing = 0;     ///< left out
};

/// Which row goes where (see train_table). Throws DataError when a part would be empty.
/// `rows`: the values of the columns chosen, one row per table row.
RowPlan plan_rows(const Table& table, const Matrix& rows, const std::vector<RowLabel>& labels,
                  const std::vector<std::string>& columns, const TrainOptions& options);

/// Throws the DataError for a row that is not finite, naming it (from 1) and its first bad column.
[[noreturn]] void refuse_missing_value(const Matrix& rows, std::size_t row,
                                       const std::vector<std::string>& columns,
                                       const std::string& what);

/// start_ns of every row; nothing when the column is absent or has gaps.
std::optional<std::vector<std::int64_t>> start_times(const Table& table);

/// By start_ns, ties by number; by number where rows carry none.
void sort_by_time(const Table& table, std::vector<std::size_t>& rows);

/// "192.168.1.5:4711 -> 8.8.8.8:53 17 1499083690807570000": who a row is, safe to print; empty when
/// the table does not say.
std::string row_key(const Table& table, std::size_t row);

}  // namespace netml
