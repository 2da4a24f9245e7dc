#include "netml_layers.hpp"

#include <array>
#include <cstddef>
#include <utility>

#include "netml/decode/packet.hpp"

namespace netml {
namespace {

template <typename Number, std::size_t kCount>
Layer find(const std::array<std::pair<Number, Layer>, kCount>& table, Number number) noexcept {
  for (const auto& [known, layer] : table) {
    if (known == number) {
      return layer;
    }
  }
  return Layer::kNone;
}

constexpr std::array<std::pair<int, Layer>, 16> kLinkTypes = {{
    {1, Layer::kEther},
    {0, Layer::kLoopback},
    {108, Layer::kLoopback},
    {9, Layer::kPpp},
    {50, Layer::kHdlc},
    {51, Layer::kPppoe},
    {204, Layer::kPppWithDirection},
    {12, Layer::kRawIp},  // RAW has three numbers
    {14, Layer::kRawIp},
    {101, Layer::kRawIp},
    {228, Layer::kIpv4},
    {229, Layer::kIpv6},
    {113, Layer::kCookedLinux1},
    {276, Layer::kCookedLinux2},
    {105, Layer::kWlan},
    {127, Layer::kRadiotap},
}};

constexpr std::array<std::pair<std::uint16_t, Layer>, 3> kEncapsulatedTypes = {{
    {0x0800, Layer::kIpv4},
    {0x86dd, Layer::kIpv6},
    {0x8100, Layer::kVlan},
}};

constexpr std::array<std::pair<std::uint16_t, Layer>, 3> kEtherTypes = {{
    {0x88a8, Layer::kVlan},
    {0x8864, Layer::kPppoe},
    {0x8870, Layer::kLlc},
}};

constexpr std::array<std::pair<std::uint8_t, Layer>, 10> kNextHeaders = {{
    {ip_protocol::kTcp, Layer::kTcp},
    {ip_protocol::kUdp, Layer::kUdp},
    {ip_protocol::kIpv4, Layer::kIpv4},
    {ip_protocol::kIpv6, Layer::kIpv6},
    {ip_protocol::kGre, Layer::kGre},
    {ip_protocol::kAh, Layer::kAuthentication},
    {ip_protocol::kFragment, Layer::kIpv6Fragment},
    {ip_protocol::kHopByHop, Layer::kIpv6Extension},
    {ip_protocol::kDestinationOptions, Layer::kIpv6Extension},
    {ip_protocol::kRouting, Layer::kIpv6Extension},
}};

}  // namespace

Layer layer_of_link_type(int link_type) noexcept {
  return find(kLinkTypes, link_type);
}

Layer layer_of_encapsulated_type(std::uint16_t type) noexcept {
  return find(kEncapsulatedTypes, type);
}

Layer layer_of_ether_type(std::uint16_t type) noexcept {
  const Layer layer = layer_of_encapsulated_type(type);
  return layer == Layer::kNone ? find(kEtherTypes, type) : layer;
}

Layer layer_of_next_header(std::uint8_t protocol) noexcept {
  return find(kNextHeaders, protocol);
}

Layer layer_of_udp_ports(std::uint16_t src_port, std::uint16_t dst_port) noexcept {
  const auto is_vxlan = [](std::uint16_t port) {
    return port == 4789 || port == 4790 || port == 6633 || port == 8472;
  };
  if (src_port == 1701 || dst_port == 1701) {
    return Layer::kL2tp;
  }
  return is_vxlan(src_port) || is_vxlan(dst_port) || dst_port == 48879 ? Layer::kVxlan
                                                                       : Layer::kNone;
}

}  // namespace netml
