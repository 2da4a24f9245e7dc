#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "netml/pipeline/packet_facts.hpp"

namespace netml {

/// Seen from the one that an identifier names first.
enum class PacketDirection : std::uint8_t { kFrom, kTo };

/// One end of a flow, or a device that has an address.
struct PacketEnd {
  IpAddress address;
  int ip_version = 0;
  std::uint16_t port = 0;

  bool operator==(const PacketEnd&) const = default;
};

/// Whose packets are meant: those of a flow between two ends, of a device by its MAC address, or by
/// its IP address. Devices have IP packets only.
struct PacketId {
  enum class Kind : std::uint8_t { kFlow, kMac, kAddress };

  Kind kind = Kind::kFlow;
  std::uint8_t protocol = 0;  ///< of a flow
  PacketEnd source;           ///< of a flow, or the device's address
  PacketEnd destination;      ///< of a flow
  MacAddress mac{};

  /// Nothing when the packet is not of the flow or device. One sent from a device to itself is from
  /// it.
  std::optional<PacketDirection> direction_of(const PacketFacts& packet) const;
};

/// Reads `UDP 192.168.0.102:18826 192.168.0.105:26454` (IPv6 addresses in brackets; protocols
/// without ports without them: `ICMP 10.0.0.1 10.0.0.2`), `44:65:0d:56:cc:d3` (in any case, with
/// colons, hyphens or neither) or an IP address. Nullopt for anything else.
std::optional<PacketId> parse_packet_id(std::string_view text);

/// The text that parse_packet_id() reads.
std::string to_text(const PacketId& id);

/// The identifier of the packet's own flow, sender first; of its sender for the other kinds.
/// Nothing when the packet has none.
std::optional<PacketId> id_of(const PacketFacts& packet, PacketId::Kind kind);

}  // namespace netml
