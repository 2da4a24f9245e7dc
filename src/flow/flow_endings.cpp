// FlowTable: flows that end without a packet of their own, by the clock, by eviction and at the end
// of the input.

#include <algorithm>
#include <functional>

#include "netml/flow/flow_table.hpp"

#include "flow_rules.hpp"

namespace netml {

void FlowTable::close_idle(const Epoch& epoch, std::int64_t clock, ClosedFlows& closed) {
  for (TimeoutList& list : lists_) {
    while (list.slots.head() != kNil) {
      const std::uint32_t slot = list.slots.head();
      Flow& flow = *flow_at(slot);
      settle_clock(flow);
      if (!has_passed(flow.last_clock, clock, list.timeout_ns)) {
        break;
      }
      close(slot, list.reason, index_when_idle(epoch, flow, list.timeout_ns), closed);
    }
  }
}

// Marks later than the new clock count as the new clock, so that the lists stay in order. Flows
// learn of it one by one; all of them only once in thousands of set-backs, each of a thousand
// packets.
void FlowTable::set_clock_back(std::uint64_t index, std::int64_t clock) {
  if (set_backs_.is_full()) {
    for (const TimeoutList& list : lists_) {
      for (std::uint32_t slot = list.slots.head(); slot != kNil;
           slot = list.slots.links(slot).next) {
        settle_clock(*flow_at(slot));
      }
    }
    set_backs_.clear();
  }
  set_backs_.add(index, clock);
}

// Of the open flow whose last packet is oldest in arrival order; kNil without one.
std::uint32_t FlowTable::least_recent() const noexcept {
  std::uint32_t oldest = kNil;
  for (const TimeoutList& list : lists_) {
    const std::uint32_t head = list.slots.head();
    if (head != kNil &&
        (oldest == kNil || flow_at(head)->last_index < flow_at(oldest)->last_index)) {
      oldest = head;
    }
  }
  return oldest;
}

std::uint64_t FlowTable::least_recent_index() const noexcept {
  const std::uint32_t slot = least_recent();
  return slot == kNil ? UINT64_MAX : flow_at(slot)->last_index;
}

void FlowTable::evict_least_recent(std::uint64_t end_index, ClosedFlows& closed) {
  const std::uint32_t slot = least_recent();
  if (slot != kNil) {
    ++evicted_;
    TimeoutList& list = list_of(flow_at(slot)->key.protocol);
    close(slot, EndReason::kEvicted, end_index, closed);
    prefetch_evicted(list.slots);
  }
}

// The flows that are evicted next: the index entry of the first, whose own lines were asked for one
// eviction ago, and the lines of the second.
void FlowTable::prefetch_evicted(const SlotList& list) const noexcept {
  const std::uint32_t first = list.head();
  if (first == kNil) {
    return;
  }
  index_.prefetch(flow_at(first)->tag);
  const std::uint32_t second = list.links(first).next;
  if (second != kNil) {
    const auto* line = reinterpret_cast<const std::byte*>(flow_at(second));
    __builtin_prefetch(line, 1);
    __builtin_prefetch(line + 64, 1);
    __builtin_prefetch(line + 128, 1);
    __builtin_prefetch(flows_.entry_at(second), 1);
  }
}

// ---------------------------------------------------------------- the end of the input

// By number slots are most often in order of creation already, and near one another.
void FlowTable::begin_finish() {
  index_ = FlowIndex();  // nobody looks for these flows any more: its room is for the list below
  finishing_.reserve(open_);
  for (const TimeoutList& list : lists_) {
    for (std::uint32_t slot = list.slots.head(); slot != kNil; slot = list.slots.links(slot).next) {
      finishing_.push_back(slot);
    }
  }
  const auto is_later = [this](std::uint32_t a, std::uint32_t b) {
    return flow_at(a)->first_index > flow_at(b)->first_index;
  };
  std::reverse(finishing_.begin(), finishing_.end());  // flows of one packet are in order now
  if (std::is_sorted(finishing_.begin(), finishing_.end(), is_later)) {
    is_finishing_ = true;
    return;
  }
  std::sort(finishing_.begin(), finishing_.end(), std::greater<>());
  if (!std::is_sorted(finishing_.begin(), finishing_.end(), is_later)) {
    std::sort(finishing_.begin(), finishing_.end(), is_later);
  }
  is_finishing_ = true;
}

void FlowTable::finish(ClosedFlows& closed, std::size_t most) {
  if (!is_finishing_) {
    begin_finish();
  }
  for (; most != 0 && !finishing_.empty(); --most) {
    const std::uint32_t slot = finishing_.back();
    finishing_.pop_back();
    Flow& flow = *flow_at(slot);
    flow.end_reason = EndReason::kEnd;
    settle_clock(flow);
    note_closed(slot);
    closed.push_back({UINT64_MAX, flow.first_index, slot, number_});
  }
  if (finishing_.empty()) {
    end_finish();
  }
}

// All open flows are on their way: the lists start afresh instead of losing them one by one.
void FlowTable::end_finish() noexcept {
  finishing_.shrink_to_fit();
  is_finishing_ = false;
  for (TimeoutList& list : lists_) {
    list.slots.clear();
  }
  creation_order_.clear();
  set_backs_.clear();
  open_ = 0;
  series_in_use_ = 0;
  records_in_use_ = 0;
  tick_ms_ = 0;
  last_scan_ms_ = 0;
}

}  // namespace netml
