#include "netml/flow/clock_set_backs.hpp"

#include <algorithm>

namespace netml {

void ClockSetBacks::add(std::uint64_t index, std::int64_t clock) {
  while (!list_.empty() && list_.back().clock >= clock) {
    list_.pop_back();
  }
  list_.push_back({index, clock});
  latest_index_ = index;
}

void ClockSetBacks::clear() noexcept {
  list_.clear();
  latest_index_ = 0;
}

std::int64_t ClockSetBacks::up_to_date(std::int64_t mark, std::uint64_t index) const noexcept {
  const auto first_behind = std::partition_point(
      list_.begin(), list_.end(), [&](const SetBack& one) { return one.index <= index; });
  return std::min(mark, first_behind->clock);
}

}  // namespace netml
