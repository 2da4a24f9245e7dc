#pragma once

// Fields of the headers that most packets have, and what the record takes from them. Written once
// for the walk (layers.hpp) and its short cut (plain_packet.cpp).

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "netml/core/byte_reader.hpp"
#include "netml/core/uint128.hpp"
#include "netml/decode/packet.hpp"

namespace netml {

namespace ether_type {
inline constexpr std::uint16_t kIpv4 = 0x0800, kArp = 0x0806, kTransparentBridging = 0x6558,
                               kVlan = 0x8100, kIpv6 = 0x86dd, kPpp = 0x880b, kMpls = 0x8847,
                               kMplsMulticast = 0x8848, kPppoeDiscovery = 0x8863,
                               kPppoeSession = 0x8864, kEapol = 0x888e, kQinQ = 0x88a8,
                               kErspan2 = 0x88be, kLldp = 0x88cc, kErspan3 = 0x22eb,
                               kOldQinQ = 0x9100;
inline constexpr std::uint16_t kSmallest = 1536;  ///< below: an IEEE 802.3 length

constexpr bool is_vlan(std::uint16_t type) noexcept {
  return type == kVlan || type == kQinQ || type == kOldQinQ;
}
}  // namespace ether_type

/// UDP ports behind which a tunnel may be, in the order in which they are looked for.
namespace udp_tunnel {
inline constexpr std::uint16_t kGtpU = 2152, kTeredo = 3544, kVxlan = 4789, kCapwap = 5247,
                               kGeneve = 6081, kTzsp = 37008;
inline constexpr std::array kPorts = {kGtpU, kTeredo, kVxlan, kCapwap, kGeneve, kTzsp};

// The ports differ in their low bits, so that one comparison tells. Free places hold a port that
// does not belong there.
inline constexpr std::size_t kPlaces = 32;
inline constexpr auto kPortAt = [] {
  std::array<std::uint16_t, kPlaces> ports{};
  for (std::size_t place = 0; place < kPlaces; ++place) {
    ports[place] = static_cast<std::uint16_t>(place + 1);
  }
  for (const std::uint16_t port : kPorts) {
    ports[port % kPlaces] = port;
  }
  return ports;
}();

constexpr bool is_port(std::uint16_t port) noexcept {
  return kPortAt[port % kPlaces] == port;
}
static_assert(std::all_of(kPorts.begin(), kPorts.end(), is_port), "two ports want one place");
}  // namespace udp_tunnel

/// An address where it stands in a header. A view.
template <std::size_t kSize>
struct WireAddress {
  static_assert(kSize == 4 || kSize == 16);
  FixedBytes<kSize> bytes;

  explicit operator IpAddress() const noexcept {
    const std::uint8_t* begin = bytes.all().data();
    return kSize == 4 ? IpAddress::from_ipv4(begin) : IpAddress::from_ipv6(begin);
  }
};

/// Order of flow keys: by address, then by port. Without a jump where the addresses come from the
/// wire: the direction of a packet is anybody's guess.
inline bool comes_after(const IpAddress& a, std::uint16_t port_a, const IpAddress& b,
                        std::uint16_t port_b) noexcept {
  const auto order = a <=> b;
  return std::is_gt(order) || (std::is_eq(order) && port_a > port_b);
}
inline bool comes_after(WireAddress<4> a, std::uint16_t port_a, WireAddress<4> b,
                        std::uint16_t port_b) noexcept {
  return (std::uint64_t{a.bytes.u32be<0>()} << 16 | port_a) >
         (std::uint64_t{b.bytes.u32be<0>()} << 16 | port_b);
}
inline bool comes_after(WireAddress<16> a, std::uint16_t port_a, WireAddress<16> b,
                        std::uint16_t port_b) noexcept {
  const auto number = [](WireAddress<16> address) {
    return Uint128{address.bytes.u64be<0>()} << 64 | address.bytes.u64be<8>();
  };
  const bool is_equal = number(a) == number(b);
  return (number(a) > number(b)) | (is_equal & (port_a > port_b));
}

/// Destination, source, EtherType or length.
struct EthernetHeader {
  static constexpr std::uint32_t kSize = 14;
  explicit EthernetHeader(FixedBytes<kSize> bytes) noexcept
      : destination(bytes.part<0, 6>()), source(bytes.part<6, 6>()), type(bytes.u16be<12>()) {}

  FixedBytes<6> destination, source;
  std::uint16_t type;
};

/// 802.1Q / 802.1ad tag: priority(3) drop(1) VLAN id(12), then the next EtherType or length.
struct VlanTag {
  static constexpr std::uint32_t kSize = 4;
  explicit VlanTag(FixedBytes<kSize> bytes) noexcept
      : id(bytes.u16be<0>() & 0x0fffU), type(bytes.u16be<2>()) {}

  std::uint16_t id, type;
};

//  0                   1                   2                   3     RFC 791, 3.1
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-------+-------+---------------+-------------------------------+
// |version|  IHL  |      TOS      |         total length          |
// +-------+-------+---------------+-----+-------------------------+
// |        identification         |flags|     fragment offset     |
// +---------------+---------------+-----+-------------------------+
// |      TTL      |   protocol    |        header checksum        |
// +---------------+---------------+-------------------------------+
// |                     source, destination …                     |
struct Ipv4Header {
  static constexpr std::uint32_t kSize = 20;
  explicit Ipv4Header(FixedBytes<kSize> bytes) noexcept
      : version(bytes.u8<0>() >> 4),
        header_length((bytes.u8<0>() & 15U) * 4U),
        tos(bytes.u8<1>()),
        total_length(bytes.u16be<2>()),
        identification(bytes.u16be<4>()),
        fragment(bytes.u16be<6>()),
        ttl(bytes.u8<8>()),
        protocol(bytes.u8<9>()),
        source{bytes.part<12, 4>()},
        destination{bytes.part<16, 4>()} {}

  bool is_fragment() const noexcept { return (fragment & (kMoreFragments | kOffset)) != 0; }
  bool is_first_fragment() const noexcept { return (fragment & kOffset) == 0; }

  int version;
  std::uint32_t header_length;  ///< with options
  std::uint8_t tos;
  std::uint32_t total_length;
  std::uint16_t identification, fragment;
  std::uint8_t ttl, protocol;
  WireAddress<4> source, destination;

 private:
  static constexpr std::uint16_t kMoreFragments = 0x2000, kOffset = 0x1fff;
};

//  0                   1                   2                   3     RFC 8200, 3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-------+---------------+---------------------------------------+
// |version| traffic class |              flow label               |
// +-------+-----------+---+-----------+---------------------------+
// |       payload length  |  next header  |       hop limit       |
// +-----------------------+---------------+-----------------------+
// |              source, destination (16 bytes each)              |
struct Ipv6Header {
  static constexpr std::uint32_t kSize = 40;
  explicit Ipv6Header(FixedBytes<kSize> bytes) noexcept
      : version(bytes.u8<0>() >> 4),
        traffic_class(static_cast<std::uint8_t>(bytes.u16be<0>() >> 4)),
        payload_length(bytes.u16be<4>()),
        next_header(bytes.u8<6>()),
        hop_limit(bytes.u8<7>()),
        source{bytes.part<8, 16>()},
        destination{bytes.part<24, 16>()} {}

  int version;
  std::uint8_t traffic_class;
  std::uint32_t payload_length;
  std::uint8_t next_header, hop_limit;
  WireAddress<16> source, destination;
};

//  0                   1                   2                   3     RFC 9293, 3.1
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-------------------------------+-------------------------------+
// |          source port          |       destination port        |
// +-------------------------------+-------------------------------+
// |                        sequence number                        |
// |                     acknowledgment number                     |
// +-------+-------+---------------+-------------------------------+
// |offset |       |C E U A P R S F|            window             |
// +-------+-------+---------------+-------------------------------+
struct TcpHeader {
  static constexpr std::uint32_t kSize = 20;
  explicit TcpHeader(FixedBytes<kSize> bytes) noexcept
      : source_port(bytes.u16be<0>()),
        destination_port(bytes.u16be<2>()),
        sequence(bytes.u32be<4>()),
        acknowledgment(bytes.u32be<8>()),
        header_length((bytes.u8<12>() >> 4) * 4U),
        flags(bytes.u8<13>()),
        window(bytes.u16be<14>()) {}

  /// Neither below its own size nor beyond the segment.
  bool has_sound_length(std::uint32_t segment_length) const noexcept {
    return header_length >= kSize && header_length <= segment_length;
  }

  std::uint16_t source_port, destination_port;
  std::uint32_t sequence, acknowledgment;
  std::uint32_t header_length;  ///< with options
  std::uint8_t flags;
  std::uint16_t window;
};

/// RFC 768: ports, length with this header, checksum.
struct UdpHeader {
  static constexpr std::uint32_t kSize = 8;
  explicit UdpHeader(FixedBytes<kSize> bytes) noexcept
      : source_port(bytes.u16be<0>()),
        destination_port(bytes.u16be<2>()),
        length(bytes.u16be<4>()) {}

  /// Below the header: 0 for a jumbogram (RFC 2675, 4) or segmentation offload, else nonsense.
  bool has_length() const noexcept { return length >= kSize; }

  std::uint16_t source_port, destination_port;
  std::uint32_t length;
};

inline void put_macs(const EthernetHeader& header, PacketRecord& record) noexcept {
  std::memcpy(record.dst_mac.data(), header.destination.all().data(), 6);
  std::memcpy(record.src_mac.data(), header.source.all().data(), 6);
}

/// `total`: bytes of the IP packet, its header included.
inline void put_ipv4(const Ipv4Header& header, std::uint64_t total, PacketRecord& record) noexcept {
  record.key.ip_version = 4;
  record.tos = header.tos;
  record.ttl = header.ttl;
  record.ip_length = static_cast<std::uint32_t>(total);
  record.transport_length = static_cast<std::uint32_t>(total - header.header_length);
}

/// `payload`: bytes behind the fixed header.
inline void put_ipv6(const Ipv6Header& header, std::uint64_t payload,
                     PacketRecord& record) noexcept {
  record.key.ip_version = 6;
  record.tos = header.traffic_class;
  record.ttl = header.hop_limit;
  record.ip_length = static_cast<std::uint32_t>(Ipv6Header::kSize + payload);
  record.transport_length = static_cast<std::uint32_t>(payload);
}

inline void put_tcp(const TcpHeader& header, PacketRecord& record) noexcept {
  record.tcp_seq = header.sequence;
  record.tcp_ack = header.acknowledgment;
  record.tcp_flags = header.flags;
  record.tcp_window = header.window;
}

inline void put_no_tcp(PacketRecord& record) noexcept {
  record.tcp_flags = 0;
  record.tcp_window = 0;
  record.tcp_seq = record.tcp_ack = 0;
}

/// Length and place of what follows a transport header of `header_length` bytes that begins at
/// `offset` of the frame, where `captured` bytes of the IP packet are left.
inline void put_payload(std::uint32_t header_length, std::uint32_t offset, std::size_t captured,
                        PacketRecord& record) noexcept {
  record.payload_length =
      record.transport_length > header_length ? record.transport_length - header_length : 0;
  record.payload_offset =
      offset + static_cast<std::uint32_t>(std::min<std::size_t>(header_length, captured));
}

/// The UDP length may only shrink the payload.
inline void limit_payload(const UdpHeader& header, PacketRecord& record) noexcept {
  record.payload_length =
      std::min<std::uint32_t>(record.payload_length, header.length - UdpHeader::kSize);
}

/// Addresses and ports in the key's order (FlowKey), and which side sent.
template <typename Address>
[[gnu::always_inline]] inline void put_ends(Address source, Address destination,
                                            std::uint16_t source_port,
                                            std::uint16_t destination_port, bool per_direction,
                                            PacketRecord& record) noexcept {
  const bool swapped =
      !per_direction && comes_after(source, source_port, destination, destination_port);
  const Address a = swapped ? destination : source, b = swapped ? source : destination;
  FlowKey& key = record.key;
  key.addr_a = IpAddress(a);
  key.addr_b = IpAddress(b);
  key.port_a = swapped ? destination_port : source_port;
  key.port_b = swapped ? source_port : destination_port;
  record.from_b = swapped;
}

}  // namespace netml
