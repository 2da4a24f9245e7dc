#pragma once

#include <cstddef>
#include <cstdint>

#include "netml/core/pages.hpp"

namespace netml {

/// Finds the slot of an open flow by 32 bits of its key's hash: open addressing with linear
/// probing, three quarters full at most, 8 bytes per entry. The bits serve as position and as tag,
/// so that growing needs no look at the flows. Slots are the caller's; equal tags are told apart by
/// the caller's comparison.
class FlowIndex {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  /// Bytes that one flow takes: two entries, between growths.
  static constexpr std::size_t kCostPerFlow = 16;

  FlowIndex();

  /// The slot inserted under `tag` for which `is_it(slot)` holds; kNone without one.
  template <typename IsIt>
  std::uint32_t find(std::uint32_t tag, IsIt is_it) const {
    for (std::size_t i = tag & mask_;; i = (i + 1) & mask_) {
      const Entry& entry = entries()[i];
      if (entry.is_empty() || (entry.tag == tag && is_it(entry.slot()))) {
        return entry.slot();
      }
    }
  }
  /// The slot under this tag at its own place or the one behind it, where nearly all are; kNone
  /// elsewhere and for a tag that is not there. Good for a prefetch.
  std::uint32_t guess(std::uint32_t tag) const noexcept {
    const Entry& own = entries()[tag & mask_];
    const Entry& next = entries()[(tag + 1) & mask_];
    return own.tag == tag ? own.slot() : next.tag == tag ? next.slot() : kNone;
  }
  void prefetch(std::uint32_t tag) const noexcept { __builtin_prefetch(&entries()[tag & mask_]); }

  void insert(std::uint32_t tag, std::uint32_t slot);
  /// Requires: `slot` was inserted under `tag`.
  void erase(std::uint32_t tag, std::uint32_t slot) noexcept;

 private:
  // Memory as it comes from the system, all zero, is empty entries.
  struct Entry {
    std::uint32_t tag;
    std::uint32_t slot_and_one;
    std::uint32_t slot() const noexcept { return slot_and_one - 1; }
    bool is_empty() const noexcept { return slot_and_one == 0; }
  };
  static_assert(2 * sizeof(Entry) == kCostPerFlow);

  Entry* entries() const noexcept { return reinterpret_cast<Entry*>(pages_.begin()); }
  static Pages make_pages(std::size_t entry_count);
  void place(const Entry& entry) noexcept;

  Pages pages_;
  std::size_t mask_;
  std::size_t size_ = 0;
};

}  // namespace netml
