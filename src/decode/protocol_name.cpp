#include "netml/decode/protocol_name.hpp"

#include "netml/core/text_format.hpp"
#include "netml/decode/packet.hpp"

namespace netml {
namespace {

struct ProtocolName {
  std::uint8_t number;
  const char* name;
};

constexpr ProtocolName kNames[] = {
    {ip_protocol::kHopByHop, "HOPOPT"},
    {ip_protocol::kIcmp, "ICMP"},
    {2, "IGMP"},
    {ip_protocol::kIpv4, "IPIP"},
    {ip_protocol::kTcp, "TCP"},
    {ip_protocol::kUdp, "UDP"},
    {33, "DCCP"},
    {ip_protocol::kIpv6, "IPv6"},
    {ip_protocol::kRouting, "IPv6-Route"},
    {ip_protocol::kFragment, "IPv6-Frag"},
    {46, "RSVP"},
    {ip_protocol::kGre, "GRE"},
    {ip_protocol::kEsp, "ESP"},
    {ip_protocol::kAh, "AH"},
    {ip_protocol::kIcmpv6, "ICMPv6"},
    {ip_protocol::kNoNext, "IPv6-NoNxt"},
    {ip_protocol::kDestinationOptions, "IPv6-Opts"},
    {88, "EIGRP"},
    {89, "OSPF"},
    {97, "EtherIP"},
    {103, "PIM"},
    {112, "VRRP"},
    {115, "L2TP"},
    {ip_protocol::kSctp, "SCTP"},
    {136, "UDPLite"},
};

}  // namespace

std::string protocol_name(std::uint8_t protocol) {
  for (const ProtocolName& known : kNames) {
    if (known.number == protocol) {
      return known.name;
    }
  }
  return std::to_string(protocol);
}

std::optional<std::uint8_t> parse_protocol(std::string_view text) {
  const std::string lower = to_lower(text);
  for (const ProtocolName& known : kNames) {
    if (to_lower(known.name) == lower) {
      return known.number;
    }
  }
  const std::optional<std::uint64_t> number = parse_u64(text);
  return number && *number <= UINT8_MAX
             ? std::optional<std::uint8_t>(static_cast<std::uint8_t>(*number))
             : std::nullopt;
}

bool has_ports(std::uint8_t protocol) noexcept {
  return protocol == ip_protocol::kTcp || protocol == ip_protocol::kUdp ||
         protocol == ip_protocol::kSctp;
}

}  // namespace netml
