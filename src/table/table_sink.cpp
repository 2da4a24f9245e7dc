#include "netml/table/table_sink.hpp"

#include "netml/core/error.hpp"

namespace netml {

void TableSink::row(std::span<const Cell> row) {
  constexpr std::uint64_t kNumberBytes = 16;  // vectors double as they grow
  constexpr std::uint64_t kTextBytes = 2 * sizeof(std::string);
  for (const Cell& cell : row) {
    used_ += cell.kind == Cell::Kind::kText ? kTextBytes + cell.text.size() : kNumberBytes;
  }
  if (memory_limit_ != 0 && used_ > memory_limit_) {
    throw LimitError("the flows to learn from do not fit --memory-limit after " +
                     std::to_string(table.row_count()) +
                     "; raise it, choose fewer feature sets, or learn from fewer captures");
  }
  table.append(row);
}

}  // namespace netml
