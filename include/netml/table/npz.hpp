#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "netml/table/row_sink.hpp"
#include "netml/table/table.hpp"

namespace netml {

struct NpzOptions {
  std::string label_column = "label";  ///< becomes `y`
  std::string recipe;                  ///< JSON text, kept as it is
};

/// Writes rows as a NumPy archive: stored (uncompressed) members, no object arrays, so that
/// `np.load(path)` needs no pickle.
///
///   X        float64 [rows × columns]: the numeric columns that are not identity; missing is NaN
///   y        int64 [rows]: the label column, -1 where it is empty; absent without such a column
///   columns  text [columns]: the names of X's columns
///   keys     structured [rows]: identity and text columns under their names, each in its own type
///            (text as fixed-width unicode); a number column with missing values is written as text
///   recipe   text, zero-dimensional
///
/// X leaves row by row; `keys` and `y` wait until end(), in files without names beside it: memory
/// does not grow with the rows. Needs a regular file, because the row count stands in the header.
class NpzWriter : public RowSink {
 public:
  /// Throws UsageError when `path` is not a regular file (or a new one), OutputError when it cannot
  /// be written.
  NpzWriter(const std::string& path, NpzOptions options);
  ~NpzWriter() override;

  /// Throws UsageError when a column holds lists.
  void begin(const Schema& schema) override;
  void row(std::span<const Cell> row) override;
  /// Completes the file and puts it in its place.
  void end() override;

 private:
  class Writer;
  std::unique_ptr<Writer> writer_;
};

struct NpzFile {
  Table table;         ///< keys (identity), the columns of X, then `label` when there is a y
  std::string recipe;  ///< empty when the file has none
};

/// True for bytes that begin like a zip archive.
bool looks_like_npz(std::string_view bytes) noexcept;

/// Reads an archive that lies in memory: X (any plain number type, C order), and y, columns, keys,
/// recipe where present. NaN in X and -1 in y are missing values.
/// Throws DataError `<what>: …`: damaged or compressed members, object arrays, sizes that do not
/// agree. Every count is checked against the bytes before anything is allocated. LimitError when
/// bytes and table together would take more than `memory_limit`.
NpzFile read_npz(std::string_view bytes, const std::string& what,
                 std::uint64_t memory_limit = UINT64_MAX);

}  // namespace netml
