#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "netml/flow/slot_pool.hpp"

namespace netml {

/// Bytes of one flow in a BlobStore, by number. Part of the flow's state; all zeros is a valid
/// empty handle.
struct BlobHandle {
  std::uint32_t slot = 0;
  std::uint32_t capacity = 0;  ///< bytes that the blob has room for; 0: nothing is kept

  bool is_empty() const noexcept { return capacity == 0; }
};

/// What few flows keep beside their fixed state: one contiguous block each, of 256 bytes to 16 KiB,
/// by powers of two, from pools.
///
/// One thread reserves and releases; others may meanwhile read blobs that nobody changes.
class BlobStore {
 public:
  static constexpr std::size_t kLargest = 16'384;

  BlobStore();

  /// Room for `bytes` in all; what was there stays, what comes behind it is undefined. Null, and
  /// nothing changed, for more than kLargest or without memory (then is_exhausted() is true). May
  /// move the block.
  std::byte* reserve(BlobHandle& blob, std::size_t bytes) noexcept;
  void release(BlobHandle& blob) noexcept;

  /// Null for an empty handle. Valid until reserve() or release() of the same handle.
  std::byte* at(const BlobHandle& blob) const noexcept {
    return blob.is_empty() ? nullptr : pool_of(blob.capacity).at(blob.slot);
  }

  /// Bytes of all blobs, by their capacity.
  std::uint64_t used_bytes() const noexcept { return used_bytes_; }
  /// True once the system had no more memory.
  bool is_exhausted() const noexcept { return is_exhausted_; }

 private:
  static constexpr std::size_t kSmallest = 256, kClasses = 7;
  static_assert(kSmallest << (kClasses - 1) == kLargest);

  SlotPool& pool_of(std::size_t capacity) const noexcept {
    return *pools_[static_cast<std::size_t>(std::countr_zero(capacity / kSmallest))];
  }

  std::array<std::unique_ptr<SlotPool>, kClasses> pools_;
  std::uint64_t used_bytes_ = 0;
  bool is_exhausted_ = false;
};

/// The handle at an offset of a state block, as FlowHooks::blob_offsets() has them.
inline BlobHandle& blob_at(std::byte* state, std::size_t offset) noexcept {
  return *reinterpret_cast<BlobHandle*>(state + offset);
}
inline const BlobHandle& blob_at(const std::byte* state, std::size_t offset) noexcept {
  return *reinterpret_cast<const BlobHandle*>(state + offset);
}

/// Bytes that the blobs of a state block take.
inline std::uint64_t blob_bytes(const std::byte* state,
                                std::span<const std::size_t> offsets) noexcept {
  std::uint64_t bytes = 0;
  for (const std::size_t offset : offsets) {
    bytes += blob_at(state, offset).capacity;
  }
  return bytes;
}

}  // namespace netml
