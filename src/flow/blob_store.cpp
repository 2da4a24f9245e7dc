#include "netml/flow/blob_store.hpp"

#include <new>

namespace netml {

BlobStore::BlobStore() : pool_(kLargest, 0, SlotPool::Backing::kSmallPages) {
  warm_.reserve(kMostWarm);  // release() must not throw
}

std::uint32_t BlobStore::take() {
  if (warm_.empty()) {
    return pool_.take();
  }
  const std::uint32_t slot = warm_.back();
  warm_.pop_back();
  return slot;
}

std::byte* BlobStore::reserve(BlobHandle& blob, std::size_t bytes) noexcept {
  if (bytes > kLargest) {
    return nullptr;
  }
  if (bytes <= blob.capacity) {
    return at(blob);
  }
  if (blob.is_empty()) {
    try {
      blob.slot = take();
    } catch (const std::bad_alloc&) {
      is_exhausted_ = true;
      return nullptr;
    }
  }
  used_bytes_ += capacity(bytes) - blob.capacity;
  blob.capacity = static_cast<std::uint32_t>(capacity(bytes));
  return at(blob);
}

void BlobStore::release(BlobHandle& blob) noexcept {
  if (!blob.is_empty()) {
    const bool stays_warm = warm_.size() < kMostWarm;
    const std::size_t kept = stays_warm ? kPageBytes : 0;
    if (blob.capacity > kept) {
      discard_pages(at(blob) + kept, blob.capacity - kept);
    }
    if (stays_warm) {
      warm_.push_back(blob.slot);
    } else {
      pool_.give_back(blob.slot);
    }
    used_bytes_ -= blob.capacity;
  }
  blob = {};
}

}  // namespace netml
