#pragma once

#include <cstdint>
#include <initializer_list>
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
};

inline Bytes ipv4(std::uint8_t protocol, const Bytes& payload, const Ipv4Options& with = {}) {
  const std::size_t header = 20 + with.options.size();
  return Bytes{static_cast<std::uint8_t>(0x40 + header / 4), 0} + u16(header + payload.size()) +
         Bytes{0, 1} + u16(with.fragment) + Bytes{with.ttl, protocol, 0, 0} +
         Bytes{with.first, 0, 0, 1, with.first, 0, 0, 2} + with.options + payload;
}

inline Bytes ipv6(std::uint8_t next_header, const Bytes& payload, std::uint8_t hop_limit = 60) {
  const Bytes prefix = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  return Bytes{0x60, 0, 0, 0} + u16(payload.size()) + Bytes{next_header, hop_limit} + prefix +
         Bytes{1} + prefix + Bytes{2} + payload;
}

inline Bytes tcp(std::size_t src, std::size_t dst, std::uint8_t flags = tcp_flag::kAck,
                 const Bytes& payload = {}) {
  return u16(src) + u16(dst) + zeros(8) + Bytes{0x50, flags, 0x20, 0} + zeros(4) + payload;
}

inline Bytes udp(std::size_t src, std::size_t dst, const Bytes& payload = {}) {
  return u16(src) + u16(dst) + u16(8 + payload.size()) + zeros(2) + payload;
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
