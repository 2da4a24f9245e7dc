#include "netml/flow/blob_store.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace netml {

BlobStore::BlobStore() {
  for (std::size_t i = 0; i < kClasses; ++i) {
    pools_[i] = std::make_unique<SlotPool>(kSmallest << i);
  }
}

std::byte* BlobStore::reserve(BlobHandle& blob, std::size_t bytes) noexcept {
  if (bytes > kLargest) {
    return nullptr;
  }
  if (bytes <= blob.capacity) {
    return at(blob);
  }
  BlobHandle larger;
  larger.capacity = static_cast<std::uint32_t>(std::bit_ceil(std::max(bytes, kSmallest)));
  try {
    larger.slot = pool_of(larger.capacity).take();
  } catch (const std::bad_alloc&) {
    is_exhausted_ = true;
    return nullptr;
  }
  used_bytes_ += larger.capacity;
  if (!blob.is_empty()) {
    std::memcpy(at(larger), at(blob), blob.capacity);
    release(blob);
  }
  blob = larger;
  return at(blob);
}

void BlobStore::release(BlobHandle& blob) noexcept {
  if (!blob.is_empty()) {
    pool_of(blob.capacity).give_back(blob.slot);
    used_bytes_ -= blob.capacity;
  }
  blob = {};
}

}  // namespace netml
