#pragma once

#include <compare>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "netml/core/ip_address.hpp"

namespace netml {

/// Identity of a bidirectional flow. Canonical: (addr_a, port_a) <= (addr_b, port_b), so that both
/// directions have the same key. With flows per direction a is the source and b the destination.
struct FlowKey {
  IpAddress addr_a;
  IpAddress addr_b;
  std::uint16_t port_a = 0;  ///< 0 for protocols without ports
  std::uint16_t port_b = 0;
  std::uint8_t protocol = 0;  ///< IANA protocol number of the innermost IP payload
  std::uint8_t ip_version = 0;
  std::uint16_t vlan = 0;       ///< 12-bit VLAN id, 0 without a tag
  std::uint32_t tunnel_id = 0;  ///< TunnelKind of the innermost tunnel, 0 without one

  /// There is no padding, so that one comparison of the bytes does.
  bool operator==(const FlowKey& other) const noexcept {
    return std::memcmp(this, &other, sizeof(FlowKey)) == 0;
  }
};
static_assert(std::has_unique_object_representations_v<FlowKey>);

/// Value of the column `tunnel_id`. 0 to 3 are NFStream's.
enum class TunnelKind : std::uint8_t {
  kNone = 0,
  kGtpU = 1,
  kCapwap = 2,
  kTzsp = 3,
  kIpInIp = 4,  ///< 4in4, 6in4, 4in6, 6in6
  kGre = 5,
  kVxlan = 6,
  kGeneve = 7,
  kTeredo = 8,
};

}  // namespace netml
