#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "netml/decode/packet.hpp"
#include "netml/flow/series_store.hpp"

namespace netml {

/// Direction of a packet within its flow.
enum class Direction : std::uint8_t {
  kForward = 0,   ///< that of the first packet
  kBackward = 1,  ///< the reply
};

/// Why a flow ended.
enum class EndReason : std::uint8_t {
  kIdle,
  kActive,
  kTcp,
  kSplit,    ///< --max-packets-per-flow
  kEvicted,  ///< memory budget
  kPlugin,
  kEnd,  ///< end of the input
};

/// "idle", "active", "tcp", "split", "evicted", "plugin", "end".
std::string_view to_text(EndReason reason) noexcept;

/// Counters of one direction. Times are meaningless while `packets` is 0.
struct DirectionCounters {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;  ///< by the run's accounting
  std::int64_t first_ns = 0;
  std::int64_t last_ns = 0;
};

/// `later - earlier`, saturated at the ends of the range: times may lie as far apart as 1677 and
/// 2262.
constexpr std::int64_t time_difference(std::int64_t later, std::int64_t earlier) noexcept {
  std::int64_t value = 0;
  if (!__builtin_sub_overflow(later, earlier, &value)) {
    return value;
  }
  return later < earlier ? INT64_MIN : INT64_MAX;
}

/// One bidirectional flow. Times never go back: a late packet counts at the flow's last time.
struct Flow {
  FlowKey key;
  bool initiator_is_b = false;  ///< the sender of the first packet is the key's b side
  EndReason end_reason = EndReason::kEnd;
  std::uint8_t tcp_closing = 0;  ///< bit 0, 1: FIN seen forward, backward; bit 2: RST seen
  std::uint8_t icmp_type = 0;    ///< of the first packet
  bool is_finished() const noexcept { return (tcp_closing & 4U) != 0 || (tcp_closing & 3U) == 3U; }

  std::uint64_t first_index = 0;  ///< position of the first packet in the input
  std::uint64_t last_index = 0;
  std::int64_t last_clock = 0;  ///< capture clock at the last packet, lowered when it is set back
  DirectionCounters direction[2];
  std::array<std::uint8_t, 6> src_mac{};
  std::array<std::uint8_t, 6> dst_mac{};
  std::uint32_t tag = 0;  ///< 32 bits of the key's hash

  const DirectionCounters& forward() const noexcept { return direction[0]; }
  const DirectionCounters& backward() const noexcept { return direction[1]; }
  std::uint64_t packets() const noexcept { return direction[0].packets + direction[1].packets; }
  std::uint64_t bytes() const noexcept { return direction[0].bytes + direction[1].bytes; }
  std::int64_t first_ns() const noexcept { return direction[0].first_ns; }
  std::int64_t last_ns() const noexcept {
    return direction[1].packets == 0 ? direction[0].last_ns
                                     : std::max(direction[0].last_ns, direction[1].last_ns);
  }
  std::int64_t duration_ns() const noexcept { return time_difference(last_ns(), first_ns()); }

  const IpAddress& source() const noexcept { return initiator_is_b ? key.addr_b : key.addr_a; }
  const IpAddress& destination() const noexcept { return initiator_is_b ? key.addr_a : key.addr_b; }
  std::uint16_t source_port() const noexcept { return initiator_is_b ? key.port_b : key.port_a; }
  std::uint16_t destination_port() const noexcept {
    return initiator_is_b ? key.port_a : key.port_b;
  }
};

/// Whole milliseconds as nanoseconds, saturated at the ends of the range.
std::int64_t nanoseconds_from_ms(std::int64_t ms) noexcept;

/// A copy of a flow whose times are milliseconds (ExpiryRule::kNfstream) with times in nanoseconds.
Flow with_nanoseconds(const Flow& flow_in_ms) noexcept;

}  // namespace netml
