#pragma once

#include <bit>
#include <cstdint>

#include "netml/core/uint128.hpp"

namespace netml {

/// Of one direction, one counter per TCP flag bit.
struct FlagCounts {
  std::uint32_t count[8];

  void clear() noexcept { *this = {}; }
  // `packets`: of this direction, this one included. No counter is ahead of them.
  void add(unsigned flags, std::uint64_t packets) noexcept {
    if (packets > UINT32_MAX) {
      return add_full(flags);
    }
    for (; flags != 0; flags &= flags - 1) {
      ++count[std::countr_zero(flags)];
    }
  }

 private:
  // 32 bits keep a flow small; a counter stays at 4 294 967 295.
  void add_full(unsigned flags) noexcept {
    for (; flags != 0; flags &= flags - 1) {
      std::uint32_t& n = count[std::countr_zero(flags)];
      n += n != UINT32_MAX ? 1U : 0U;
    }
  }
};

/// Without the alignment to 16 that would leave holes in the state.
using SquareSum [[gnu::aligned(8)]] = Uint128;

}  // namespace netml
