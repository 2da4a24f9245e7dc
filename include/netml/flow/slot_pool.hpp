#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "netml/core/pages.hpp"

namespace netml {

/// Slots of one size, by number, in slabs from the system; beside each slot a small entry, packed
/// apart, for what is looked at without the slot.
///
/// Neither slots nor the directory of slabs ever move: while one thread takes slots and gives them
/// back, others may read slots that were taken before. Slots that were given back are taken again
/// first; slabs without any slot in use go back to the system, all but a few.
/// Throws std::bad_alloc when the system has no more memory.
class SlotPool {
 public:
  /// Whether the system may back untouched slots, with pages larger than kPageBytes.
  enum class Backing : std::uint8_t { kAnyPages, kSmallPages };

  /// Multiples of 8; slots are aligned to 16 bytes when `slot_bytes` is a multiple of 16, and to
  /// pages when it is a power of two of at least that size.
  explicit SlotPool(std::size_t slot_bytes, std::size_t entry_bytes = 0,
                    Backing backing = Backing::kAnyPages);

  /// The number of a free slot, its content undefined. Numbers are small but not dense.
  std::uint32_t take();
  void give_back(std::uint32_t slot) noexcept;

  std::byte* at(std::uint32_t slot) const noexcept {
    return slab_of(slot) + (slot & place_mask_) * slot_bytes_;
  }
  std::byte* entry_at(std::uint32_t slot) const noexcept {
    return slab_of(slot) + entries_begin_ + (slot & place_mask_) * entry_bytes_;
  }
  /// Slots taken and not given back.
  std::size_t in_use() const noexcept { return in_use_; }

 private:
  static constexpr std::size_t kMostSlabs = std::size_t{1} << 15;

  struct Slab {
    Pages pages;
    std::uint32_t in_use = 0;
    bool is_kept = false;  ///< has pages though none of its slots is in use
  };

  std::byte* slab_of(std::uint32_t slot) const noexcept {
    return reinterpret_cast<std::byte* const*>(directory_.begin())[slot >> place_bits_];
  }
  void add_slab();

  std::size_t slot_bytes_;
  std::size_t entry_bytes_;
  std::size_t slab_bytes_;
  std::uint32_t slots_per_slab_;
  Backing backing_;
  std::size_t entries_begin_;  ///< in a slab, behind its slots
  unsigned place_bits_;        ///< of a slot's number that say where in its slab it is
  std::uint32_t place_mask_;

  Pages directory_;  ///< where each slab begins; backed as far as it was touched
  std::vector<Slab> slabs_;
  std::uint32_t fresh_ = 0;  ///< slots of the last slab that were never taken
  std::size_t in_use_ = 0;
  std::size_t kept_ = 0;  ///< slabs with is_kept
  std::vector<std::uint32_t> free_;
};

}  // namespace netml
