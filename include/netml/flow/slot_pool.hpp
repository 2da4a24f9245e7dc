#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace netml {

/// Slots of one size, by number, in slabs taken from the system.
///
/// A slot never moves, and neither does the directory of slabs: while one thread takes slots and
/// gives them back, others may read slots that were taken before. Slots that were given back are
/// taken again first; a slab without any slot in use goes back to the system, all but a few.
/// Throws std::bad_alloc when the system has no more memory.
class SlotPool {
 public:
  /// Slots are aligned to 16 bytes, which must divide `slot_bytes`.
  explicit SlotPool(std::size_t slot_bytes);
  ~SlotPool();
  SlotPool(const SlotPool&) = delete;
  SlotPool& operator=(const SlotPool&) = delete;

  /// The number of a free slot, its content undefined.
  std::uint32_t take();
  void give_back(std::uint32_t slot) noexcept;

  std::byte* at(std::uint32_t slot) const noexcept {
    return directory_[slot >> kSlotBits].begin + (slot & (kSlotsPerSlab - 1)) * slot_bytes_;
  }
  /// Slots taken and not given back.
  std::size_t in_use() const noexcept { return in_use_; }
  /// One above the largest number ever taken.
  std::uint32_t slot_limit() const noexcept { return limit_; }

 private:
  static constexpr unsigned kSlotBits = 12;
  static constexpr std::uint32_t kSlotsPerSlab = std::uint32_t{1} << kSlotBits;
  static constexpr std::size_t kMostSlabs = std::size_t{1} << 15;

  struct Slab {
    std::byte* begin = nullptr;
    std::uint32_t in_use = 0;
    bool is_kept = false;  ///< has pages though none of its slots is in use
  };

  void add_slab();

  std::size_t slot_bytes_;
  std::size_t slab_bytes_;
  Slab* directory_;  ///< kMostSlabs entries, of which the system backs those that were touched
  std::uint32_t limit_ = 0;
  std::uint32_t slab_limit_ = 0;  ///< one above the slots of the slabs that there are
  std::size_t in_use_ = 0;
  std::size_t kept_ = 0;  ///< slabs with is_kept
  std::vector<std::uint32_t> free_;
};

}  // namespace netml
