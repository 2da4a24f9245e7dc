#pragma once

#include <cstdint>

#include "netml/table/row_sink.hpp"
#include "netml/table/table.hpp"

namespace netml {

/// Keeps rows in memory, within a budget.
class TableSink final : public RowSink {
 public:
  /// `memory_limit` in bytes; 0: none.
  explicit TableSink(std::uint64_t memory_limit = 0) : memory_limit_(memory_limit) {}

  void begin(const Schema& schema) override { table = Table(schema); }
  void row(std::span<const Cell> row) override;
  void end() override {}
  /// The rows have passed the budget.
  bool is_full() const noexcept { return memory_limit_ != 0 && used_ > memory_limit_; }

  Table table;

 private:
  std::uint64_t memory_limit_;
  std::uint64_t used_ = 0;
};

}  // namespace netml
