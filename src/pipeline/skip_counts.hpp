#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "netml/core/run_stats.hpp"
#include "netml/decode/packet.hpp"

namespace netml {

/// Packets that could not be decoded, by reason.
class SkipCounts {
 public:
  void add(DecodeStatus status) noexcept { ++packets_[static_cast<std::size_t>(status)]; }

  void add_to(RunStats& stats) const {
    for (std::size_t i = 0; i < packets_.size(); ++i) {
      stats.skip(to_text(static_cast<DecodeStatus>(i)), packets_[i]);
    }
  }

 private:
  std::array<std::uint64_t, static_cast<std::size_t>(DecodeStatus::kCount)> packets_{};
};

}  // namespace netml
