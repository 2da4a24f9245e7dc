#pragma once

#include <algorithm>
#include <span>

#include "netml/core/rng.hpp"

#include "support/frames.hpp"

namespace netml::test {

/// A copy on the heap of exactly the right size, so that a read beyond it is seen: up to five bytes
/// overwritten, every second one cut.
inline Bytes damaged(std::span<const std::uint8_t> bytes, Rng& rng) {
  Bytes copy(bytes.begin(), bytes.end());
  const std::uint64_t flips = rng.below(6);
  for (std::uint64_t i = 0; i < flips && !copy.empty(); ++i) {
    // Mostly where the headers are.
    const std::uint64_t reach =
        rng.below(4) == 0 ? copy.size() : std::min<std::size_t>(90, copy.size());
    copy[rng.below(reach)] = static_cast<std::uint8_t>(rng.bits());
  }
  if (rng.below(2) == 0) {
    copy.resize(rng.below(copy.size() + 1));
  }
  copy.shrink_to_fit();
  return copy;
}

}  // namespace netml::test
