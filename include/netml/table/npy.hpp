#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "netml/core/output_file.hpp"
#include "netml/table/row_sink.hpp"
#include "netml/table/table.hpp"

namespace netml {

/// The columns of a table that a matrix holds: the numeric ones that are not identity, in their
/// order, then `label` where the table has it. Throws UsageError when a column holds lists.
std::vector<std::size_t> matrix_columns(const Schema& schema);

/// Writes rows as one NumPy array: float64 [rows × columns], C order, missing values as NaN. What
/// the columns are called stands in the description beside the file. Needs a regular file, because
/// the row count stands in the header.
class NpyWriter final : public RowSink {
 public:
  /// `file` must outlive the writer; the caller commits it. Throws UsageError when it is not
  /// regular.
  explicit NpyWriter(OutputFile& file);

  void begin(const Schema& schema) override;
  void row(std::span<const Cell> row) override;
  void end() override;

 private:
  std::string header() const;

  OutputFile& file_;
  std::vector<std::size_t> columns_;
  std::vector<double> values_;
  std::uint64_t rows_ = 0;
};

/// True for bytes that begin like a NumPy array.
bool looks_like_npy(std::string_view bytes) noexcept;

/// Reads an array [rows × columns] of any plain number type, C order, that lies in memory; NaN is a
/// missing value. `described`: the columns; without any they are called x0, x1, …
/// Throws DataError `<what>: …`; LimitError when bytes and table together would take more than
/// `memory_limit`.
Table read_npy(std::string_view bytes, const std::string& what, const Schema& described,
               std::uint64_t memory_limit = UINT64_MAX);

}  // namespace netml
