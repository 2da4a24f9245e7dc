#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "netml/decode/flow_key.hpp"

namespace netml {

/// Why a packet has no flow key. Each packet that is not kOk is counted under exactly one reason.
enum class DecodeStatus : std::uint8_t {
  kOk,
  kEmpty,            ///< no captured byte
  kShortLink,        ///< link header (or what stands between it and IP) ends early
  kNotIp,            ///< ARP, LLDP, STP…: by EtherType class in the summary
  kEncryptedWlan,    ///< 802.11 data with the protected bit
  kBadIpVersion,     ///< version nibble does not fit
  kBadIpHeader,      ///< IHL < 5, header beyond the packet, total length below the header
  kShortL4,          ///< transport header beyond the IP payload
  kBadL4Header,      ///< TCP data offset below 5 or beyond the segment
  kBadExtension,     ///< IPv6 extension header malformed or cut
  kFragmentNoPorts,  ///< later fragment whose first one is not known
  kTooDeep,          ///< more than 32 headers or 4 tunnels
  kUnsupportedL4,    ///< IPv6 without upper layer
  kSnapped,          ///< header whole on the wire, cut by the capture's snaplen
  kCount
};

/// The reason's name in `--summary`: "short_link", "not_ip"…
std::string_view to_text(DecodeStatus status) noexcept;

/// TCP flag bits as on the wire (RFC 9293, 3.1).
namespace tcp_flag {
inline constexpr std::uint8_t kFin = 0x01, kSyn = 0x02, kRst = 0x04, kPsh = 0x08, kAck = 0x10,
                              kUrg = 0x20, kEce = 0x40, kCwr = 0x80;
}  // namespace tcp_flag

/// IANA protocol numbers that the code speaks of.
namespace ip_protocol {
inline constexpr std::uint8_t kHopByHop = 0, kIcmp = 1, kIpv4 = 4, kTcp = 6, kUdp = 17, kIpv6 = 41,
                              kRouting = 43, kFragment = 44, kGre = 47, kEsp = 50, kAh = 51,
                              kIcmpv6 = 58, kNoNext = 59, kDestinationOptions = 60, kSctp = 132,
                              kMobility = 135, kHip = 139, kShim6 = 140;
}  // namespace ip_protocol

/// What the flow table and the features know of a packet. Trivially copyable, at most 128 bytes:
/// the only thing that crosses from the reader to the flow tables.
///
/// Lengths come from the headers, not from the capture: a snaplen does not change them.
struct PacketRecord {
  std::uint64_t index = 0;  ///< position in the input, from 0
  std::int64_t ts_ns = 0;
  std::uint64_t hash = 0;  ///< of the key; filled by the flow room
  FlowKey key;
  std::uint32_t wire_length = 0;      ///< frame on the wire, link header included
  std::uint32_t captured_length = 0;  ///< of it in the capture
  std::uint32_t ip_length =
      0;  ///< innermost IP packet: IPv4 total length, IPv6 40 + payload length
  std::uint32_t transport_length = 0;  ///< what follows the IP header and its extensions
  std::uint32_t payload_length =
      0;  ///< transport payload; all of transport_length where no header is known
  std::uint32_t payload_offset = 0;  ///< of the transport payload in the captured bytes
  std::uint32_t tcp_seq = 0;
  std::uint32_t tcp_ack = 0;
  std::uint16_t tcp_window = 0;
  std::array<std::uint8_t, 6> src_mac{};
  std::array<std::uint8_t, 6> dst_mac{};
  std::uint8_t tcp_flags = 0;  ///< CWR ECE URG ACK PSH RST SYN FIN; 0 without TCP
  std::uint8_t ttl = 0;        ///< TTL or hop limit
  std::uint8_t tos = 0;        ///< TOS or traffic class byte
  std::uint8_t icmp_type = 0;
  std::uint8_t icmp_code = 0;
  bool from_b = false;       ///< the sender is the key's b side
  bool is_fragment = false;  ///< any fragment but an unfragmented packet
};

static_assert(std::is_trivially_copyable_v<PacketRecord>);
static_assert(sizeof(PacketRecord) <= 128);

}  // namespace netml
