#pragma once

#include <cstdint>
#include <vector>

namespace netml {

/// Neighbours in a doubly linked list of slots, one entry per slot. Kept apart from the flows, so
/// that moving a flow to the end touches few cache lines.
struct SlotLinks {
  std::uint32_t previous = UINT32_MAX;
  std::uint32_t next = UINT32_MAX;
};

/// Slots in order. The links are shared: a slot is in one list of all that use the same vector.
struct SlotList {
  static constexpr std::uint32_t kNone = UINT32_MAX;
  std::uint32_t head = kNone;
  std::uint32_t tail = kNone;

  void push_back(std::vector<SlotLinks>& links, std::uint32_t slot) noexcept {
    links[slot] = {tail, kNone};
    (tail == kNone ? head : links[tail].next) = slot;
    tail = slot;
  }
  void erase(std::vector<SlotLinks>& links, std::uint32_t slot) noexcept {
    const SlotLinks own = links[slot];
    (own.previous == kNone ? head : links[own.previous].next) = own.next;
    (own.next == kNone ? tail : links[own.next].previous) = own.previous;
  }
  void move_to_back(std::vector<SlotLinks>& links, std::uint32_t slot) noexcept {
    if (tail != slot) {
      erase(links, slot);
      push_back(links, slot);
    }
  }
};

}  // namespace netml
