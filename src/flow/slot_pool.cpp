#include "netml/flow/slot_pool.hpp"

#include <new>

#include <sys/mman.h>

namespace netml {
namespace {

// Empty slabs that stay, so that a pool that breathes does not fault its pages in again and again.
constexpr std::size_t kMostKeptSlabs = 4;

std::byte* map(std::size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    throw std::bad_alloc();
  }
  return static_cast<std::byte*>(memory);
}

}  // namespace

SlotPool::SlotPool(std::size_t slot_bytes)
    : slot_bytes_(slot_bytes),
      slab_bytes_(slot_bytes * kSlotsPerSlab),
      directory_(reinterpret_cast<Slab*>(map(kMostSlabs * sizeof(Slab)))) {}

SlotPool::~SlotPool() {
  for (std::size_t i = 0; i < slab_limit_ / kSlotsPerSlab; ++i) {
    munmap(directory_[i].begin, slab_bytes_);
  }
  munmap(directory_, kMostSlabs * sizeof(Slab));
}

void SlotPool::add_slab() {
  const std::size_t number = slab_limit_ / kSlotsPerSlab;
  if (number == kMostSlabs) {
    throw std::bad_alloc();
  }
  free_.reserve(slab_limit_ + kSlotsPerSlab);  // give_back() must not throw
  std::byte* begin = map(slab_bytes_);
  if (number != 0) {  // the first one stays small: most captures need no more
    madvise(begin, slab_bytes_, MADV_HUGEPAGE);
  }
  new (&directory_[number]) Slab{begin};
  slab_limit_ += kSlotsPerSlab;
}

std::uint32_t SlotPool::take() {
  std::uint32_t slot = limit_;
  if (!free_.empty()) {
    slot = free_.back();
    free_.pop_back();
  } else {
    if (limit_ == slab_limit_) {
      add_slab();
    }
    ++limit_;
  }
  Slab& slab = directory_[slot >> kSlotBits];
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
  Slab& slab = directory_[slot >> kSlotBits];
  if (--slab.in_use != 0) {
    return;
  }
  if (kept_ < kMostKeptSlabs) {
    slab.is_kept = true;
    ++kept_;
  } else {
    madvise(slab.begin, slab_bytes_, MADV_DONTNEED);
  }
}

}  // namespace netml
