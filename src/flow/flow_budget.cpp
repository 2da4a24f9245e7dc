#include "netml/flow/flow_budget.hpp"

#include "netml/flow/flow_table.hpp"

namespace netml {

FlowBudget::FlowBudget(const FlowPolicy& policy) : policy_(policy) {}

std::size_t FlowBudget::open_flows() const noexcept {
  std::size_t open = 0;
  for (const FlowTable* table : tables_) {
    open += table->open_flows();
  }
  return open;
}

std::uint64_t FlowBudget::used_bytes() const noexcept {
  std::uint64_t used = 0;
  for (const FlowTable* table : tables_) {
    used += table->used_bytes();
  }
  return used;
}

bool FlowBudget::is_near(std::size_t records) const noexcept {
  return is_near(records, open_flows(), used_bytes());
}

bool FlowBudget::is_near(std::size_t records, std::size_t open_flows,
                         std::uint64_t used_bytes) const noexcept {
  if (policy_.max_flows != 0 && open_flows + records > policy_.max_flows) {
    return true;
  }
  return policy_.memory_limit != 0 &&
         used_bytes + records * tables_.front()->most_growth() > policy_.memory_limit;
}

bool FlowBudget::is_over(std::size_t bytes) const noexcept {
  const bool by_count = bytes != 0 && policy_.max_flows != 0 && open_flows() >= policy_.max_flows;
  return by_count || (policy_.memory_limit != 0 && used_bytes() + bytes > policy_.memory_limit);
}

bool FlowBudget::make_room(std::size_t bytes, std::uint64_t end_index, ClosedFlows& closed) {
  if (policy_.on_limit == OnLimit::kStop) {
    return !is_over(bytes);
  }
  // The flow that grew is the most recent one and stays; alone it may hold a quarter of the budget.
  const std::size_t fewest = bytes == 0 ? 1 : 0;
  while (is_over(bytes) && open_flows() > fewest) {
    FlowTable* oldest = tables_.front();
    for (FlowTable* table : tables_) {
      if (table->least_recent_index() < oldest->least_recent_index()) {
        oldest = table;
      }
    }
    oldest->evict_least_recent(end_index, closed);
  }
  return true;
}

}  // namespace netml
