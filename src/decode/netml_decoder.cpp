#include "netml/decode/netml_decoder.hpp"

#include <algorithm>
#include <charconv>

#include "netml_dissector.hpp"

namespace netml {
namespace {

/// The original reads the fields of classic captures as unsigned numbers.
std::int64_t unsigned_field(std::int64_t value, std::int64_t unit) noexcept {
  constexpr std::int64_t kTwoTo32 = std::int64_t{1} << 32;
  const bool was_32_bits = value < 0 && value >= -(kTwoTo32 / 2) * unit && value % unit == 0;
  return was_32_bits ? value + kTwoTo32 * unit : value;
}

/// All decimals, then one conversion. Requires: neither is negative.
double nearest_double(std::int64_t seconds, std::int64_t ns) noexcept {
  char text[32];
  char* end = std::to_chars(text, text + 20, seconds).ptr;
  *end++ = '.';
  for (std::int64_t digit = 100'000'000; digit > 0; digit /= 10) {
    *end++ = static_cast<char>('0' + ns / digit % 10);
  }
  double time = 0;
  std::from_chars(text, end, time);
  return time;
}

}  // namespace

double netml_time(const RawPacket& packet) noexcept {
  constexpr std::int64_t kNsPerSecond = 1'000'000'000;
  constexpr std::int64_t kFarAway = std::int64_t{1} << 62;
  const bool has_microseconds = packet.subsecond_ns % 1000 == 0;
  const std::int64_t subsecond_ns =
      unsigned_field(packet.subsecond_ns, has_microseconds ? 1000 : 1);
  const std::int64_t seconds = std::clamp(unsigned_field(packet.seconds, 1), -kFarAway, kFarAway) +
                               subsecond_ns / kNsPerSecond;
  const std::int64_t ns = subsecond_ns % kNsPerSecond;

  // Exact as long as the microseconds since 1970 are: one division of two integers rounds once.
  constexpr std::int64_t kExactSeconds = (std::int64_t{1} << 53) / 1'000'000 - 1;
  if (has_microseconds && seconds >= -kExactSeconds && seconds <= kExactSeconds) {
    const std::int64_t microseconds = seconds * 1'000'000 + ns / 1000;
    return static_cast<double>(microseconds) / 1e6;
  }
  if (seconds < 0 || ns < 0) {
    return static_cast<double>(seconds) + static_cast<double>(ns) / 1e9;  // no format has these
  }
  return nearest_double(seconds, ns);
}

NetmlFrame describe_netml(const RawPacket& packet) noexcept {
  NetmlFrame frame;
  frame.size =
      static_cast<std::uint32_t>(std::min(packet.bytes.size(), NetmlDissector::kLongestFrame));
  NetmlDissector(packet).describe(frame);
  return frame;
}

DecodeStatus decode_netml(const RawPacket& packet, NetmlPacket& out) noexcept {
  if (packet.bytes.empty()) {
    return DecodeStatus::kEmpty;
  }
  out = NetmlPacket{};
  out.ts_ns = packet.ts_ns;
  out.time = netml_time(packet);
  out.size =
      static_cast<std::uint32_t>(std::min(packet.bytes.size(), NetmlDissector::kLongestFrame));
  return NetmlDissector(packet).dissect(out);
}

}  // namespace netml
