#include "netml/table/table_sink.hpp"

namespace netml {

void TableSink::row(std::span<const Cell> row) {
  constexpr std::uint64_t kNumberBytes = 16;  // vectors double as they grow
  constexpr std::uint64_t kTextBytes = 2 * sizeof(std::string);
  for (const Cell& cell : row) {
    used_ += cell.kind == Cell::Kind::kText ? kTextBytes + cell.text.size() : kNumberBytes;
  }
  table.append(row);
}

}  // namespace netml
