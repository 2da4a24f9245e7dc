#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "netml/core/char_buffer.hpp"
#include "netml/table/schema.hpp"

namespace netml {

/// Turns rows into the text of one output format. Owns its scratch space: one per thread.
class RowFormat {
 public:
  virtual ~RowFormat() = default;

  /// Appends the text of one row, its line end included.
  /// Requires: row.size() == the schema's size. Borrowed until the call returns.
  virtual void append(std::span<const Cell> row, CharBuffer& out) = 0;
  /// True when rows may as well be written by CsvCells.
  virtual bool is_csv() const noexcept { return false; }
};

/// Where rows go: a writer of one output format, or a table in memory.
class RowSink {
 public:
  virtual ~RowSink() = default;

  /// Once, before the first row.
  virtual void begin(const Schema& schema) = 0;
  /// Requires: row.size() == the schema's size. Borrowed until the call returns.
  virtual void row(std::span<const Cell> row) = 0;

  /// What rows can be formatted with apart from their writing, on any thread and also when the sink
  /// is gone; null: the sink takes cells only. Requires: begin() has been called.
  virtual std::unique_ptr<RowFormat> row_format() const { return nullptr; }
  /// Takes whole rows that a row_format() of this sink made; the same as row() for each of them.
  /// Throws InternalError when row_format() gives null.
  virtual void lines(std::string_view text);

  /// Hands rows that were given so far to whoever reads along.
  virtual void flush() {}
  /// Once, after the last row; nothing is committed without it.
  virtual void end() = 0;
};

}  // namespace netml
