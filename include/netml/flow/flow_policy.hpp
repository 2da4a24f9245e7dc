#pragma once

#include <cstdint>
#include <limits>
#include <optional>

namespace netml {

/// "None" for a timeout.
inline constexpr std::int64_t kNoTimeout = std::numeric_limits<std::int64_t>::max();

/// Which bytes of a packet count as its size.
enum class Accounting : std::uint8_t { kLink, kIp, kTransport, kPayload };

/// When FIN and RST end a TCP flow. A flow counts as finished after a FIN in both directions or any
/// RST.
enum class TcpEnd : std::uint8_t {
  kNone,      ///< never
  kGraceful,  ///< the next SYN after that opens a new flow; anything else still joins
  kStrict,    ///< any packet after that opens a new flow
};

/// In which order flows close, and by which clock.
enum class ExpiryRule : std::uint8_t {
  kExact,  ///< at the packet whose clock makes them idle (ARCHITECTURE: closing order)
  /// NFStream's scan of a creation-order list every 10 ms; late packets are moved to the clock.
  /// Times of packets and flows are then whole milliseconds in spite of their names, because
  /// captures carry times that nanoseconds cannot hold; gaps in PacketView stay nanoseconds.
  kNfstream,
  /// NetFlowMeter's: a flow's own next packet decides, by its own time and the flow's packet
  /// before, and ends it when a timeout is passed, not when it is reached. A packet may be late by
  /// kOwnPacketLatenessNs before the capture clock, which closes flows at the packet that makes
  /// them idle as in kExact, takes its flow away.
  kOwnPacket,
};

inline constexpr std::int64_t kOwnPacketLatenessNs = 60'000'000'000;

/// What to do when the budget is used up.
enum class OnLimit : std::uint8_t { kEvict, kStop };

/// The rules that cut packets into flows. A gap or an age equal to its timeout ends the flow, but
/// under ExpiryRule::kOwnPacket, where it must be longer.
struct FlowPolicy {
  std::int64_t idle_timeout_ns = 120'000'000'000;
  std::optional<std::int64_t> tcp_idle_timeout_ns = {};  ///< unset: idle_timeout_ns
  std::optional<std::int64_t> udp_idle_timeout_ns = {};  ///< unset: idle_timeout_ns
  std::int64_t active_timeout_ns = 1'800'000'000'000;
  TcpEnd tcp_end = TcpEnd::kNone;
  ExpiryRule expiry = ExpiryRule::kExact;
  Accounting accounting = Accounting::kLink;
  std::uint64_t max_packets_per_flow = 0;  ///< 0: no limit

  std::uint64_t max_flows = 0;                          ///< open at once; 0: no limit
  std::uint64_t memory_limit = std::uint64_t{2} << 30;  ///< bytes by the constants of FlowTable
  OnLimit on_limit = OnLimit::kEvict;
};

}  // namespace netml
