#pragma once

#include <cstdint>

namespace netml {

/// The headers that the Python netml's scapy dissects and that may lead to TCP or UDP.
enum class Layer : std::uint8_t {
  kEther,
  kLlc,
  kSnap,
  kVlan,  ///< 802.1Q and 802.1ad
  kPppoe,
  kHdlc,
  kPppWithDirection,
  kPpp,
  kCookedLinux1,
  kCookedLinux2,
  kLoopback,
  kRadiotap,
  kWlan,
  kRawIp,  ///< not a layer of its own: IPv4 or IPv6 by the version nibble
  kIpv4,
  kIpv6,
  kIpv6Extension,
  kIpv6Fragment,
  kAuthentication,
  kGre,
  kTcp,
  kUdp,
  kL2tp,
  kVxlan,
  kNone,  ///< nothing that matters
};

/// By the LINKTYPE_ number of the capture.
Layer layer_of_link_type(int link_type) noexcept;

/// Behind Ethernet, 802.1Q and 802.1ad.
Layer layer_of_ether_type(std::uint16_t type) noexcept;

/// Behind SNAP, GRE and Linux cooked, which know 802.1Q but neither 802.1ad nor PPPoE.
Layer layer_of_encapsulated_type(std::uint16_t type) noexcept;

/// Behind IPv6 and its extension headers.
Layer layer_of_next_header(std::uint8_t protocol) noexcept;

/// Behind UDP.
Layer layer_of_udp_ports(std::uint16_t src_port, std::uint16_t dst_port) noexcept;

}  // namespace netml
