#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "netml/capture/packet_source.hpp"
#include "netml/core/ip_address.hpp"
#include "netml/decode/link_addresses.hpp"
#include "netml/decode/packet.hpp"

namespace netml {

/// Flow key of the Python netml: one direction, IPv4 only. All other TCP and UDP packets of a
/// capture share the key without addresses, whose ports and protocol are -1.
struct NetmlKey {
  IpAddress src;
  IpAddress dst;
  std::int32_t src_port = -1;
  std::int32_t dst_port = -1;
  std::int32_t protocol = -1;  ///< 6, 17 or -1

  bool has_addresses() const noexcept { return protocol >= 0; }
  bool operator==(const NetmlKey&) const = default;
};

/// What the Python netml knows of a packet.
struct NetmlPacket {
  NetmlKey key;
  std::int64_t ts_ns = 0;      ///< for identity columns; features use `time`
  double time = 0;             ///< seconds; the double nearest to the decimal timestamp
  std::uint32_t size = 0;      ///< captured bytes, at most 65535
  std::uint8_t tcp_flags = 0;  ///< as its header feature sees them, see decode_netml
  std::uint8_t ttl = 0;        ///< likewise
  bool has_tcp = false;        ///< TCP at any depth; else UDP
};

/// Decodes one packet as netml 0.7.1 with scapy 2.5.0 does, for `--preset netml`.
///
/// kOk for a packet with TCP or UDP at any depth of what scapy dissects: Ethernet II, 802.3 with
/// LLC/SNAP, 802.1Q, 802.1ad, PPPoE, PPP, HDLC, Linux cooked, BSD loopback, 802.11, raw IP, IPv4,
/// IPv6 with extension headers, IP in IP, GRE, PPTP, L2TP over UDP, VXLAN. Anything else is not
/// counted by the original; the status says what ended the walk. The key has the addresses of the
/// outermost IPv4 header and the ports of the outermost TCP header, else of the outermost UDP
/// header.
///
/// `tcp_flags` and `ttl` follow the original, which looks for both right behind the link header:
/// with anything between it and IPv4 (VLAN tag, SNAP, PPPoE, tunnel) the flags are 0. Where it
/// raises (outermost IPv6, raw IP captures) they are those of the outermost headers.
///
/// Two deliberate differences: the size is the captured length, where scapy re-encodes LDAP,
/// Kerberos and SNMP; and frames that recurse beyond Python's limit are decoded to the end. Never
/// throws, never reads beyond the captured bytes.
DecodeStatus decode_netml(const RawPacket& packet, NetmlPacket& out) noexcept;

/// What the Python netml's table of packets says of a frame. A view: `dns` lives as long as the
/// packet's bytes.
struct NetmlFrame {
  enum class Protocol : std::uint8_t { kNone, kIcmp, kUdp, kTcp };

  std::uint32_t size = 0;  ///< captured bytes, at most 65535
  bool has_macs = false;   ///< the frame has an Ethernet II header, at any depth; the first one
  MacAddress mac_src{}, mac_dst{};
  bool has_addresses = false;  ///< there is an IPv4 header, at any depth; the first one
  IpAddress src, dst;
  Protocol protocol = Protocol::kNone;  ///< TCP at any depth, else UDP, else ICMP
  std::uint16_t src_port = 0, dst_port = 0;
  std::span<const std::uint8_t> dns;  ///< the payload that scapy takes for DNS, without a length
};

/// The frame as netml 0.7.1 with scapy 2.5.0 sees it, whatever it holds. Never throws.
NetmlFrame describe_netml(const RawPacket& packet) noexcept;

/// The time of decode_netml: seconds and nanoseconds as one decimal number, rounded once.
double netml_time(const RawPacket& packet) noexcept;

}  // namespace netml
