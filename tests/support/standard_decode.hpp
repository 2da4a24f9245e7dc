#pragma once

#include <ostream>
#include <string>

#include "netml/core/ip_address.hpp"
#include "netml/decode/packet_decoder.hpp"

#include "support/link_frames.hpp"

namespace netml {

inline void PrintTo(DecodeStatus status, std::ostream* out) {
  *out << to_text(status);
}
inline void PrintTo(NotIpClass kind, std::ostream* out) {
  *out << to_text(kind);
}

namespace test {

/// What the standard decoder made of one packet.
struct Decoded {
  DecodeStatus status = DecodeStatus::kCount;
  NotIpClass not_ip = NotIpClass::kCount;
  PacketRecord record;

  bool ok() const { return status == DecodeStatus::kOk; }
  TunnelKind tunnel() const { return static_cast<TunnelKind>(record.key.tunnel_id); }
  std::uint16_t src_port() const { return record.from_b ? record.key.port_b : record.key.port_a; }
  std::uint16_t dst_port() const { return record.from_b ? record.key.port_a : record.key.port_b; }

  /// "10.0.0.1.40000 > 10.0.0.2.80", as tcpdump writes; without ports where both are 0.
  std::string text() const {
    const FlowKey& key = record.key;
    const auto side = [&](const IpAddress& address, std::uint16_t port) {
      const std::string host = to_text(address, key.ip_version);
      return key.port_a == 0 && key.port_b == 0 ? host : host + "." + std::to_string(port);
    };
    const std::string a = side(key.addr_a, key.port_a), b = side(key.addr_b, key.port_b);
    return record.from_b ? b + " > " + a : a + " > " + b;
  }
};

inline Decoded decode_with(PacketDecoder& decoder, const RawPacket& packet) {
  // A copy on the heap of exactly the right size, so that a sanitizer sees a read beyond it.
  const Bytes exact(packet.bytes.begin(), packet.bytes.end());
  RawPacket copy = packet;
  copy.bytes = exact;
  Decoded decoded;
  decoded.status = decoder.decode(copy, decoded.record);
  decoded.not_ip = decoder.not_ip_class();
  return decoded;
}

/// With a decoder of its own.
inline Decoded decode(const RawPacket& packet, const DecodeOptions& options = {}) {
  PacketDecoder decoder(options);
  return decode_with(decoder, packet);
}

inline Decoded decode(const Bytes& frame, int link_type = dlt::kEthernet,
                      const DecodeOptions& options = {}) {
  return decode(raw(frame, link_type), options);
}

/// The first `count` bytes captured of a frame that was whole on the wire.
inline Decoded decode_snapped(const Bytes& frame, std::size_t count,
                              int link_type = dlt::kEthernet) {
  return decode(raw(first(frame, count), link_type, frame.size()));
}

}  // namespace test
}  // namespace netml
