#include "tick_clock.hpp"

namespace netml {
namespace {

constexpr std::uint8_t kBinary = 0x80;
constexpr std::uint64_t kNanoseconds = 1'000'000'000;

}  // namespace

bool TickClock::is_valid(std::uint8_t resolution) noexcept {
  return (resolution & kBinary) != 0 ? (resolution & ~kBinary) <= 63 : resolution <= 19;
}

TickClock::TickClock(std::uint8_t resolution, std::int64_t offset_s) noexcept
    : offset_s_(offset_s) {
  if ((resolution & kBinary) != 0) {
    per_second_ = std::uint64_t{1} << (resolution & 63);
    multiplier_ = kNanoseconds;
    divisor_ = per_second_;
    return;
  }
  for (unsigned i = 0; i < resolution; ++i) {
    per_second_ *= 10;
  }
  if (per_second_ <= kNanoseconds) {
    multiplier_ = kNanoseconds / per_second_;
  } else {
    divisor_ = per_second_ / kNanoseconds;
  }
}

}  // namespace netml
