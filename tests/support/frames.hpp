#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <vector>

#include "netml/capture/packet_source.hpp"
#include "netml/decode/packet.hpp"

// Frames built by hand, outermost header first: `ether(0x0800, ipv4(6, tcp(1, 2)))`. Addresses are
// 10.0.0.1 to 10.0.0.2 and 2001:db8::1 to 2001:db8::2; lengths are right, checksums 0.
namespace netml::test {

using Bytes = std::vector<std::uint8_t>;

inline Bytes operator+(Bytes head, const Bytes& tail) {
  head.insert(head.end(), tail.begin(), tail.end());
  return head;
}

inline Bytes u16(std::size_t value) {
  return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

inline Bytes u32(std::size_t value) {
  return u16(value >> 16) + u16(value);
}

inline Bytes zeros(std::size_t count) {
  return Bytes(count, 0);
}

inline Bytes first(Bytes bytes, std::size_t count) {
  bytes.resize(count);
  return bytes;
}

inline Bytes ether(std::size_t type, const Bytes& payload) {
  return Bytes{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1} + u16(type) + payload;
}

inline Bytes tag(std::size_t vlan, std::size_t type, const Bytes& payload) {
  return u16(vlan) + u16(type) + payload;
}

/// IEEE 802.3 with LLC and SNAP.
inline Bytes snap(std::size_t type, const Bytes& payload) {
  const Bytes body = Bytes{0xaa, 0xaa, 3, 0, 0, 0} + u16(type) + payload;
  return ether(body.size(), body);
}

inline Bytes pppoe(std::size_t protocol, const Bytes& payload) {
  return Bytes{0x11, 0, 0, 7} + u16(payload.size() + 2) + u16(protocol) + payload;
}

struct Ipv4Options {
  std::uint8_t first = 10;  ///< first byte of both addresses
  std::uint8_t ttl = 64;
  std::size_t fragment = 0;  ///< flags and offset
  Bytes options = {};        ///< a multiple of four bytes
  std::uint8_t tos = 0;
  std::size_t id = 1;
  bool reply = false;                                ///< from .2 to .1
  std::optional<std::size_t> length = std::nullopt;  ///< instead of the right one
};

inline Bytes ipv4(std::uint8_t protocol, const Bytes& payload, const Ipv4Options& with = {}) {
  const std::size_t header = 20 + with.options.size();
  const std::uint8_t src = with.reply ? 2 : 1, dst = with.reply ? 1 : 2;
  return Bytes{static_cast<std::uint8_t>(0x40 + header / 4), with.tos} +
         u16(with.length.value_or(header + payload.size())) + u16(with.id) + u16(with.fragment) +
         Bytes{with.ttl, protocol, 0, 0} + Bytes{with.first, 0, 0, src, with.first, 0, 0, dst} +
         with.options + payload;
}

struct Ipv6Options {
  std::uint8_t hop_limit = 60;
  std::uint8_t traffic_class = 0;
  bool reply = false;                                ///< from ::2 to ::1
  std::optional<std::size_t> length = std::nullopt;  ///< instead of the right one
};

inline Bytes ipv6(std::uint8_t next_header, const Bytes& payload, const Ipv6Options& with) {
  const Bytes prefix = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  const std::uint8_t src = with.reply ? 2 : 1, dst = with.reply ? 1 : 2;
  return u32(std::size_t{0x60000000} + (std::size_t{with.traffic_class} << 20)) +
         u16(with.length.value_or(payload.size())) + Bytes{next_header, with.hop_limit} + prefix +
         Bytes{src} + prefix + Bytes{dst} + payload;
}

inline Bytes ipv6(std::uint8_t next_header, const Bytes& payload, std::uint8_t hop_limit = 60) {
  return ipv6(next_header, payload, Ipv6Options{.hop_limit = hop_limit});
}

/// Hop-by-hop, routing, destination options, mobility, HIP or Shim6: 8 bytes plus `more` times 8.
inline Bytes extension(std::uint8_t next_header, const Bytes& payload, std::uint8_t more = 0) {
  return Bytes{next_header, more} + zeros(6 + std::size_t{more} * 8) + payload;
}

/// `offset` counts 8-byte units.
inline Bytes fragment_header(std::uint8_t next_header, std::size_t offset, bool has_more,
                             const Bytes& payload, std::size_t id = 1) {
  return Bytes{next_header, 0} + u16(offset * 8 + (has_more ? 1 : 0)) + u32(id) + payload;
}

/// Authentication header with a 12-byte check value.
inline Bytes auth_header(std::uint8_t next_header, const Bytes& payload) {
  return Bytes{next_header, 4} + zeros(22) + payload;
}

struct TcpFields {
  std::size_t src = 40000, dst = 80;
  std::uint8_t flags = tcp_flag::kAck;
  std::size_t seq = 0, ack = 0, window = 0x2000;
  Bytes options = {};  ///< a multiple of four bytes
};

inline Bytes tcp(const TcpFields& with, const Bytes& payload = {}) {
  return u16(with.src) + u16(with.dst) + u32(with.seq) + u32(with.ack) +
         Bytes{static_cast<std::uint8_t>(0x50 + with.options.size() * 4), with.flags} +
         u16(with.window) + zeros(4) + with.options + payload;
}

inline Bytes tcp(std::size_t src, std::size_t dst, std::uint8_t flags = tcp_flag::kAck,
                 const Bytes& payload = {}) {
  return tcp({.src = src, .dst = dst, .flags = flags}, payload);
}

inline Bytes udp(std::size_t src, std::size_t dst, const Bytes& payload = {}) {
  return u16(src) + u16(dst) + u16(8 + payload.size()) + zeros(2) + payload;
}

inline Bytes sctp(std::size_t src, std::size_t dst, const Bytes& chunks = {}) {
  return u16(src) + u16(dst) + zeros(8) + chunks;
}

inline Bytes icmp(std::uint8_t type, const Bytes& payload = {}) {
  return Bytes{type} + zeros(7) + payload;
}

/// The packet that captured `bytes` of a frame of `wire_length` (0: all of it). A view.
inline RawPacket raw(const Bytes& bytes, int link_type = 1, std::size_t wire_length = 0) {
  RawPacket packet;
  packet.bytes = bytes;
  packet.wire_length = static_cast<std::uint32_t>(wire_length != 0 ? wire_length : bytes.size());
  packet.link_type = link_type;
  return packet;
}

}  // namespace netml::test
