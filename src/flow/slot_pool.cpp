#include "netml/flow/slot_pool.hpp"

#include <algorithm>
#include <bit>
#include <new>

namespace netml {
namespace {

// Empty slabs that stay, so that a pool that breathes does not fault its pages in again and again.
constexpr std::size_t kMostKeptSlabs = 4;
constexpr std::size_t kSlabUnit = std::size_t{2} << 20;

}  // namespace

SlotPool::SlotPool(std::size_t slot_bytes, std::size_t entry_bytes, Backing backing)
    : slot_bytes_(slot_bytes),
      entry_bytes_(entry_bytes),
      slab_bytes_((slot_bytes + entry_bytes + kSlabUnit - 1) / kSlabUnit * kSlabUnit),
      slots_per_slab_(static_cast<std::uint32_t>(slab_bytes_ / (slot_bytes + entry_bytes))),
      backing_(backing),
      entries_begin_(slots_per_slab_ * slot_bytes),
      place_bits_(static_cast<unsigned>(std::bit_width(slots_per_slab_ - 1))),
      place_mask_((std::uint32_t{1} << place_bits_) - 1),
      directory_(kMostSlabs * sizeof(std::byte*)) {}

void SlotPool::add_slab() {
  const std::size_t most = std::min(kMostSlabs, std::size_t{UINT32_MAX} >> place_bits_);
  if (slabs_.size() == most) {
    throw std::bad_alloc();
  }
  const std::size_t slots = (slabs_.size() + 1) * slots_per_slab_;
  if (free_.capacity() < slots) {
    free_.reserve(std::max(slots, 2 * free_.capacity()));  // give_back() must not throw
  }
  slabs_.push_back({Pages(slab_bytes_)});
  if (backing_ == Backing::kSmallPages) {
    slabs_.back().pages.keep_small();
  }
  reinterpret_cast<std::byte**>(directory_.begin())[slabs_.size() - 1] =
      slabs_.back().pages.begin();
  fresh_ = slots_per_slab_;
}

std::uint32_t SlotPool::take() {
  if (free_.empty() && fresh_ == 0) {
    add_slab();
  }
  std::uint32_t slot = 0;
  if (!free_.empty()) {
    slot = free_.back();
    free_.pop_back();
  } else {
    slot =
        static_cast<std::uint32_t>(slabs_.size() - 1) << place_bits_ | (slots_per_slab_ - fresh_--);
  }
  Slab& slab = slabs_[slot >> place_bits_];
  if (slab.in_use++ == 0 && slab.is_kept) {
    slab.is_kept = false;
    --kept_;
  }
  ++in_use_;
  return slot;
}

void SlotPool::give_back(std::uint32_t slot) noexcept {
  free_.push_back(slot);
  --in_use_;
  Slab& slab = slabs_[slot >> place_bits_];
  if (--slab.in_use != 0) {
    return;
  }
  if (kept_ < kMostKeptSlabs) {
    slab.is_kept = true;
    ++kept_;
  } else {
    slab.pages.discard();
  }
}

}  // namespace netml
