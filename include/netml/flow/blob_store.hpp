#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "netml/core/pages.hpp"
#include "netml/flow/slot_pool.hpp"

namespace netml {

/// Bytes of one flow in a BlobStore, by number. Part of the flow's state; all zeros is a valid
/// empty handle.
struct BlobHandle {
  std::uint32_t slot = 0;
  std::uint32_t capacity = 0;  ///< bytes that the blob has room for; 0: nothing is kept

  bool is_empty() const noexcept { return capacity == 0; }
};

/// What few flows keep beside their fixed state: one contiguous block each, of 4 KiB to 16 KiB by
/// powers of two.
///
/// A block has addresses for the largest size and pages for its own, which go back to the system
/// with it: what is resident is what used_bytes() says, and 1 MiB, whatever sizes came before and
/// whichever blobs stay.
///
/// One thread reserves and releases; others may meanwhile read blobs that nobody changes.
class BlobStore {
 public:
  static constexpr std::size_t kSmallest = kPageBytes, kLargest = 16'384;

  /// Bytes that a blob of `bytes` has room for, and counts as. Requires: bytes <= kLargest.
  static constexpr std::size_t capacity(std::size_t bytes) noexcept {
    return std::bit_ceil(std::max(bytes, kSmallest));
  }

  BlobStore();

  /// Room for `bytes` in all; what was there stays, what comes behind it is undefined. Null, and
  /// nothing changed, for more than kLargest or without memory (then is_exhausted() is true). A
  /// block that grows stays where it is.
  std::byte* reserve(BlobHandle& blob, std::size_t bytes) noexcept;
  void release(BlobHandle& blob) noexcept;

  /// Null for an empty handle. Valid until release() of the same handle.
  std::byte* at(const BlobHandle& blob) const noexcept {
    return blob.is_empty() ? nullptr : pool_.at(blob.slot);
  }

  /// Bytes of all blobs, by their capacity.
  std::uint64_t used_bytes() const noexcept { return used_bytes_; }
  /// True once the system had no more memory.
  bool is_exhausted() const noexcept { return is_exhausted_; }

 private:
  // Free blocks that keep their first page, so that most blobs come and go without the system.
  static constexpr std::size_t kMostWarm = 256;

  std::uint32_t take();

  SlotPool pool_;
  std::vector<std::uint32_t> warm_;
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
