#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "netml/capture/packet_source.hpp"
#include "netml/decode/packet.hpp"

#include "checked_bytes.hpp"

// The first half of decode_nfstream: from the link header to the IP header that makes the flow.
namespace netml {

/// The IP header in question and what was met on the way.
struct NfstreamHeader {
  std::size_t ip = 0;  ///< offset; the version nibble there is 4 or 6
  std::uint16_t vlan = 0;
  TunnelKind tunnel = TunnelKind::kNone;
  std::array<std::uint8_t, 6> src_mac{};
  std::array<std::uint8_t, 6> dst_mac{};
};

/// kOk: `out` is filled and the fixed part of the IP header was captured. Otherwise the packet is
/// ignored.
DecodeStatus find_nfstream_header(const RawPacket& packet, bool decode_tunnels,
                                  NfstreamHeader& out) noexcept;

/// What stands behind the IPv6 extension headers.
struct Ipv6UpperLayer {
  bool ok = false;
  std::uint8_t protocol = 0;
  std::size_t length = 0;
  std::size_t offset = 0;
};

/// nDPI's walk over the extension headers. Requires: an IPv6 header at `ip`. It counts a fragment
/// header of 8 bytes as 5, so reads may lie beyond the capture: those give 0.
Ipv6UpperLayer walk_extensions(const CheckedBytes& bytes, std::size_t ip) noexcept;

/// Too few bytes: the capture's fault where the frame was longer on the wire.
inline DecodeStatus short_status(const RawPacket& packet, DecodeStatus reason) noexcept {
  return packet.wire_length > packet.bytes.size() ? DecodeStatus::kSnapped : reason;
}

}  // namespace netml
