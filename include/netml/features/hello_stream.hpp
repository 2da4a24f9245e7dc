#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "netml/flow/blob_store.hpp"

namespace netml {

/// The first bytes of one direction of a byte stream, whose pieces come in any order. Part of a
/// flow's state; keeps nothing until a piece has to wait for others, then one blob.
///
/// Of bytes that come twice the first ones count. A piece that would leave more than 24 separate
/// stretches is dropped, and so is what lies beyond kMostBytes.
class HelloStream {
 public:
  static constexpr std::size_t kMostStretches = 24;
  static constexpr std::size_t kMostBytes = BlobStore::kLargest - 4 - 4 * kMostStretches;

  /// Keeps a piece. Without memory for it nothing happens.
  void add(std::uint64_t offset, std::span<const std::uint8_t> piece, BlobStore& blobs) noexcept;
  /// What is there without a gap from the start. Valid until the next call of anything else.
  std::span<const std::uint8_t> start(const BlobStore& blobs) const noexcept;
  /// True when nothing has been kept.
  bool is_empty() const noexcept { return blob.is_empty(); }
  /// Gives up what is kept.
  void release(BlobStore& blobs) noexcept { blobs.release(blob); }

  BlobHandle blob;
};

}  // namespace netml
