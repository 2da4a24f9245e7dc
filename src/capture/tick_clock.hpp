#pragma once

#include <cstdint>

namespace netml {

/// The timestamps of a pcapng interface: ticks of a resolution since an offset.
///
/// The arithmetic is libpcap's, so that both readers have the same times: seconds and the product
/// below wrap at 2^64, which shows for offsets beyond any date and for binary resolutions finer
/// than 2^-34 s.
class TickClock {
 public:
  /// Microseconds since 1970.
  TickClock() noexcept : TickClock(6, 0) {}
  /// `resolution` is the if_tsresol option: a negative power of ten, or of two with the upper bit.
  /// Requires: is_valid(resolution).
  TickClock(std::uint8_t resolution, std::int64_t offset_s) noexcept;

  /// Whether a second has a number of ticks that 64 bits can hold.
  static bool is_valid(std::uint8_t resolution) noexcept;

  std::int64_t seconds(std::uint64_t ticks) const noexcept {
    return static_cast<std::int64_t>(ticks / per_second_ + static_cast<std::uint64_t>(offset_s_));
  }
  /// Below one second.
  std::int64_t subsecond_ns(std::uint64_t ticks) const noexcept {
    return static_cast<std::int64_t>(ticks % per_second_ * multiplier_ / divisor_);
  }

 private:
  std::uint64_t per_second_ = 1;
  std::uint64_t multiplier_ = 1;  ///< ns = ticks below one second * multiplier / divisor
  std::uint64_t divisor_ = 1;
  std::int64_t offset_s_;
};

}  // namespace netml
