#pragma once

#include <cstddef>
#include <cstdint>

#include "netml/flow/slot_pool.hpp"

namespace netml {

/// Neighbours in a doubly linked list of slots, in the entry beside each slot: moving a flow to the
/// end touches few cache lines.
struct SlotLinks {
  std::uint32_t previous = UINT32_MAX;
  std::uint32_t next = UINT32_MAX;
};

/// Slots of a pool in some order. A slot is in one list of all that use the same place in the
/// entries.
class SlotList {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// `place`: number of the SlotLinks within each entry.
  explicit SlotList(const SlotPool& pool, std::size_t place = 0) noexcept
      : pool_(&pool), offset_(place * sizeof(SlotLinks)) {}

  std::uint32_t head() const noexcept { return head_; }
  std::uint32_t tail() const noexcept { return tail_; }
  SlotLinks& links(std::uint32_t slot) const noexcept {
    return *reinterpret_cast<SlotLinks*>(pool_->entry_at(slot) + offset_);
  }

  void push_back(std::uint32_t slot) noexcept {
    links(slot) = {tail_, kNone};
    (tail_ == kNone ? head_ : links(tail_).next) = slot;
    tail_ = slot;
  }
  void erase(std::uint32_t slot) noexcept {
    const SlotLinks own = links(slot);
    (own.previous == kNone ? head_ : links(own.previous).next) = own.next;
    (own.next == kNone ? tail_ : links(own.next).previous) = own.previous;
  }
  void move_to_back(std::uint32_t slot) noexcept {
    if (tail_ != slot) {
      erase(slot);
      push_back(slot);
    }
  }
  /// Forgets all slots.
  void clear() noexcept { head_ = tail_ = kNone; }

 private:
  const SlotPool* pool_;
  std::size_t offset_;
  std::uint32_t head_ = kNone;
  std::uint32_t tail_ = kNone;
};

}  // namespace netml
