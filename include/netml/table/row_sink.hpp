#pragma once

#include <span>

#include "netml/table/schema.hpp"

namespace netml {

/// Where rows go: a writer of one output format, or a table in memory.
class RowSink {
 public:
  virtual ~RowSink() = default;

  /// Once, before the first row.
  virtual void begin(const Schema& schema) = 0;
  /// Requires: row.size() == the schema's size. Borrowed until the call returns.
  virtual void row(std::span<const Cell> row) = 0;
  /// Hands rows that were given so far to whoever reads along.
  virtual void flush() {}
  /// Once, after the last row; nothing is committed without it.
  virtual void end() = 0;
};

}  // namespace netml
