#pragma once

// What the layer decoders share while they walk through one packet.

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "netml/capture/packet_source.hpp"
#include "netml/core/byte_reader.hpp"
#include "netml/decode/fragments.hpp"
#include "netml/decode/packet.hpp"
#include "netml/decode/packet_decoder.hpp"

#include "headers.hpp"

namespace netml {

/// Bytes of the layer at hand: those captured, and how many more were on the wire.
class LayerView {
 public:
  LayerView(std::span<const std::uint8_t> captured, std::uint64_t beyond)
      : reader(captured), beyond_(beyond) {}

  ByteReader reader;

  /// Bytes of this layer on the wire that were not read yet.
  std::uint64_t wire_remaining() const noexcept { return reader.remaining() + beyond_; }

  /// A length field may only shrink the view.
  void limit(std::uint64_t length) noexcept {
    const std::uint64_t wire = std::min(wire_remaining(), length);
    const std::uint64_t captured = std::min<std::uint64_t>(reader.remaining(), length);
    reader.shrink(captured);
    beyond_ = wire - captured;
  }

  /// The status for a header of `size` bytes that is not whole here: cut by the snaplen, or
  /// `absent` from the packet itself.
  DecodeStatus short_status(std::uint64_t size, DecodeStatus absent) const noexcept {
    return size <= wire_remaining() ? DecodeStatus::kSnapped : absent;
  }

 private:
  std::uint64_t beyond_;
};

/// What comes next in the walk.
enum class Next : std::uint8_t {
  kEthernet,
  kEtherType,
  kPpp,
  kLlc,
  kIp,
  kTransport,
  kDone,
  kFailed
};

inline constexpr int kMostTunnels = 4;

/// Fragment headers that were met. Tunnels are not entered from a fragment; several first ones come
/// only from repeated IPv6 fragment headers.
struct FragmentsMet {
  std::array<FragmentKey, kMostTunnels + 1> firsts;
  std::size_t first_count = 0;
  FragmentKey datagram;  ///< of the later fragment
};

/// The walk through one packet.
struct Walk {
  static constexpr int kMostHeaders = 32;

  Walk(const RawPacket& packet, const DecodeOptions& decode_options, PacketRecord& out)
      : raw(packet),
        options(decode_options),
        view(packet.bytes, packet.wire_length > packet.bytes.size()
                               ? packet.wire_length - packet.bytes.size()
                               : 0),
        record(out) {}

  const RawPacket& raw;
  const DecodeOptions& options;
  LayerView view;
  PacketRecord& record;

  std::uint16_t type = 0;  ///< EtherType for kEtherType, protocol for kPpp
  int ip_version = 0;      ///< that the layer before announced; 0: whatever the nibble says
  int headers = 0;
  int tunnels = 0;
  DecodeStatus failure = DecodeStatus::kOk;
  NotIpClass not_ip_class = NotIpClass::kOther;

  // Of the innermost IP header.
  IpAddress source, destination;
  std::uint8_t protocol = 0;
  bool is_later_fragment = false;

  std::optional<FragmentsMet> fragments;  ///< set when a fragment was met

  /// The packet as its outer layers see it, while the inside of a tunnel is only a guess.
  std::optional<PacketRecord> outer;

  Next fail(DecodeStatus status) noexcept {
    failure = status;
    return Next::kFailed;
  }
  Next fail_not_ip(NotIpClass kind) noexcept {
    not_ip_class = kind;
    return fail(DecodeStatus::kNotIp);
  }
  Next ether_type(std::uint16_t value) noexcept {
    type = value;
    return Next::kEtherType;
  }
  Next ip(int version) noexcept {
    ip_version = version;
    return Next::kIp;
  }
  /// Goes inside a tunnel. The packet stays its outer flow's until the inner IP header proves
  /// sound.
  Next enter_tunnel(TunnelKind kind, Next inside) noexcept {
    if (tunnels == kMostTunnels) {
      outer.reset();
      return fail(DecodeStatus::kTooDeep);
    }
    ++tunnels;
    outer = record;
    record.key.tunnel_id = static_cast<std::uint32_t>(kind);
    return inside;
  }
  std::uint32_t offset() const noexcept {
    return static_cast<std::uint32_t>(view.reader.rest().data() - raw.bytes.data());
  }
};

// link.cpp
Next decode_link(Walk& walk);
Next decode_ethernet(Walk& walk);
Next decode_ether_type(Walk& walk);
Next decode_ppp(Walk& walk);
Next decode_llc(Walk& walk);
// network.cpp
Next decode_ip(Walk& walk);
// transport.cpp
Next decode_transport(Walk& walk);
// tunnel.cpp
Next decode_gre(Walk& walk);
/// Called behind the UDP header; kDone when the payload is not a tunnel.
Next decode_udp_tunnel(Walk& walk, std::uint16_t source_port, std::uint16_t destination_port);

}  // namespace netml
