#pragma once

#include "netml/table/row_sink.hpp"
#include "netml/table/table.hpp"

namespace netml {

/// Keeps rows in memory.
class TableSink final : public RowSink {
 public:
  void begin(const Schema& schema) override { table = Table(schema); }
  void row(std::span<const Cell> row) override { table.append(row); }
  void end() override {}

  Table table;
};

}  // namespace netml
