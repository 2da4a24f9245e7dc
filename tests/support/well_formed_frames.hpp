#pragma once

#include <string>
#include <vector>

#include "support/tunnel_frames.hpp"

namespace netml::test {

struct NamedFrame {
  std::string name;
  int link_type = dlt::kEthernet;
  Bytes bytes;
};

inline Bytes over_ipv4(const Bytes& payload, std::uint8_t protocol) {
  return ether(0x0800, ipv4(protocol, payload));
}
inline Bytes over_ipv6(const Bytes& payload, std::uint8_t protocol) {
  return ether(0x86dd, ipv6(protocol, payload));
}
inline Bytes over_udp(const Bytes& payload, std::size_t dst) {
  return over_ipv4(udp(5555, dst, payload), ip_protocol::kUdp);
}

/// Hop-by-hop, routing, destination, mobility, HIP, Shim6, authentication and fragment header.
inline Bytes every_extension(const Bytes& ports) {
  Bytes chain =
      auth_header(ip_protocol::kFragment, fragment_header(ip_protocol::kUdp, 0, true, ports));
  std::uint8_t next = ip_protocol::kAh;
  for (const std::uint8_t kind : Bytes{140, 139, 135, 60, 43, 0}) {
    chain = extension(next, chain, kind == 43 ? 2 : 0);
    next = kind;
  }
  return chain;
}

/// One frame of every kind that the standard decoder knows; each decodes to kOk.
inline std::vector<NamedFrame> well_formed_frames() {
  const Bytes v4 = ipv4(ip_protocol::kTcp, tcp(40000, 80, tcp_flag::kSyn, {1, 2, 3, 4, 5}));
  const Bytes v6 = ipv6(ip_protocol::kUdp, udp(5000, 53, {1, 2, 3}));
  const Bytes inner = ether(0x0800, v4);
  const Bytes ports = udp(5000, 53, {1, 2, 3});
  return {
      {"Ethernet", 1, inner},
      {"Vlan", 1, ether(0x8100, tag(5, 0x0800, v4))},
      {"VlanWithLength", 1, ether(0x8100, tag(5, 8 + v4.size(), llc_snap(0x0800, v4)))},
      {"QinQ", 1, ether(0x88a8, tag(5, 0x8100, tag(6, 0x86dd, v6)))},
      {"OldQinQ", 1, ether(0x9100, tag(5, 0x8100, tag(6, 0x86dd, v6)))},
      {"Mpls", 1, ether(0x8847, mpls({16, 17, 18}, v4))},
      {"MplsMulticastIpv6", 1, ether(0x8848, mpls({16}, v6))},
      {"MplsPseudowire", 1, ether(0x8847, mpls({16}, zeros(4) + inner))},
      {"Pppoe", 1, ether(0x8864, pppoe(0x0021, v4))},
      {"PppoeIpv6", 1, ether(0x8864, pppoe(0x0057, v6))},
      {"Snap", 1, snap(0x0800, v4)},
      {"LlcIp", 1, ether(3 + v4.size(), llc(6, v4))},
      {"Bridged", 1, ether(0x6558, inner)},
      {"Sll", dlt::kSll, sll(0x0800, v4)},
      {"SllLlc", dlt::kSll, sll(4, llc_snap(0x86dd, v6))},
      {"Sll2", dlt::kSll2, sll2(0x86dd, v6)},
      {"NullLittle", dlt::kNull, null_little(2, v4)},
      {"NullBig", dlt::kNull, null_big(30, v6)},
      {"Loop", dlt::kLoop, null_big(2, v4)},
      {"Ppp", dlt::kPpp, ppp(0x0021, v4)},
      {"PppFramed", dlt::kPpp, ppp_framed(0x0057, v6)},
      {"PppCompressed", dlt::kPpp, ppp_compressed(0x21, v4)},
      {"PppMpls", dlt::kPpp, ppp(0x0281, mpls({16}, v4))},
      {"PppSerialCisco", dlt::kPppSerial, cisco_hdlc(0x0800, v4)},
      {"CiscoHdlc", dlt::kCiscoHdlc, cisco_hdlc(0x86dd, v6)},
      {"CiscoHdlcPpp", dlt::kCiscoHdlc, ppp_framed(0x0021, v4)},
      {"Wlan", dlt::kWlan, wlan({}, llc_snap(0x0800, v4))},
      {"WlanQosHt", dlt::kWlan,
       wlan({.subtype = kWlanQos, .has_ht_control = true}, llc_snap(0x0800, v4))},
      {"WlanFourAddresses", dlt::kWlan,
       wlan({.subtype = kWlanQos, .from_ds = true}, llc_snap(0x0800, v4))},
      {"WlanAggregate", dlt::kWlan,
       wlan({.subtype = kWlanQos, .is_aggregate = true}, llc_snap(0x0800, v4))},
      {"Radiotap", dlt::kRadiotap, radiotap({}, wlan({}, llc_snap(0x0800, v4)))},
      {"RadiotapPadded", dlt::kRadiotap,
       radiotap({.has_tsft = true, .more_present_words = 2, .flags = kRadiotapDataPad},
                wlan({.subtype = kWlanQos, .is_padded = true}, llc_snap(0x86dd, v6)))},
      {"Raw", dlt::kRaw, v4},
      {"RawBsd", dlt::kRawBsd, v6},
      {"RawLinktype", dlt::kRawLinktype, v6},
      {"Ipv4Link", dlt::kIpv4, v4},
      {"Ipv6Link", dlt::kIpv6, v6},
      {"Ipv4Options", 1, ether(0x0800, ipv4(6, tcp(1, 2), {.options = zeros(40)}))},
      {"Ipv4FirstFragment", 1, ether(0x0800, ipv4(6, tcp(1, 2), {.fragment = 0x2000}))},
      {"Ipv4LengthZero", 1, ether(0x0800, ipv4(6, tcp(1, 2), {.length = 0}))},
      {"Ipv4Ah", 1, over_ipv4(auth_header(6, tcp(1, 2)), ip_protocol::kAh)},
      {"Ipv6Extensions", 1, over_ipv6(every_extension(ports), 0)},
      {"Ipv6LengthZero", 1, ether(0x86dd, ipv6(17, ports, Ipv6Options{.length = 0}))},
      {"Tcp", 1, over_ipv4(tcp({.options = zeros(40)}, {1, 2}), 6)},
      {"Sctp", 1, over_ipv4(sctp(1, 2, zeros(16)), ip_protocol::kSctp)},
      {"Icmp", 1, over_ipv4(icmp(8, zeros(8)), ip_protocol::kIcmp)},
      {"Icmpv6", 1, over_ipv6(icmp(128, zeros(8)), ip_protocol::kIcmpv6)},
      {"Esp", 1, over_ipv4(zeros(40), ip_protocol::kEsp)},
      {"Ospf", 1, over_ipv4(zeros(24), 89)},
      {"4in4", 1, over_ipv4(v4, 4)},
      {"6in4", 1, over_ipv4(v6, 41)},
      {"4in6", 1, over_ipv6(v4, 4)},
      {"6in6", 1, over_ipv6(v6, 41)},
      {"Gre", 1, over_ipv4(gre(0x0800, v4), 47)},
      {"GreAll", 1,
       over_ipv4(gre(0x86dd, v6, {.has_checksum = true, .has_key = true, .has_sequence = true}),
                 47)},
      {"GreEthernet", 1, over_ipv6(gre(0x6558, inner), 47)},
      {"GreVlan", 1, over_ipv4(gre(0x8100, tag(9, 0x0800, v4)), 47)},
      {"GreMpls", 1, over_ipv4(gre(0x8847, mpls({16}, v4)), 47)},
      {"Pptp", 1,
       over_ipv4(gre(0x880b, ppp_framed(0x0021, v4),
                     {.has_key = true, .has_sequence = true, .has_ack = true, .version = 1}),
                 47)},
      {"Erspan1", 1, over_ipv4(erspan1(inner), 47)},
      {"Erspan2", 1, over_ipv4(erspan2(inner), 47)},
      {"Erspan3", 1, over_ipv4(erspan3(inner, false), 47)},
      {"Erspan3Optional", 1, over_ipv4(erspan3(inner, true), 47)},
      {"GtpU", 1, over_udp(gtp_u(v4), port::kGtpU)},
      {"GtpUSequence", 1, over_udp(gtp_u(v4, {.flags = 0x32}), port::kGtpU)},
      {"GtpUExtensions", 1,
       over_udp(gtp_u(v6, {.flags = 0x34, .extensions = {{0x85, 1, 2}, {0x40, 1, 2, 3, 4, 5, 6}}}),
                port::kGtpU)},
      {"Vxlan", 1, over_udp(vxlan(inner), port::kVxlan)},
      {"VxlanVlan", 1, over_udp(vxlan(ether(0x8100, tag(9, 0x86dd, v6))), port::kVxlan)},
      {"Geneve", 1, over_udp(geneve(0x6558, inner, zeros(12)), port::kGeneve)},
      {"GeneveIp", 1, over_udp(geneve(0x86dd, v6), port::kGeneve)},
      {"Teredo", 1, over_udp(v6, port::kTeredo)},
      {"TeredoIndications", 1,
       over_udp(teredo_authentication(3, 5, teredo_origin(v6)), port::kTeredo)},
      {"Tzsp", 1, over_udp(tzsp(inner, {0, 0, 10, 1, 7, 41, 2, 1, 2}), port::kTzsp)},
      {"Capwap", 1, over_udp(capwap(inner), port::kCapwap)},
      {"CapwapWlan", 1,
       over_udp(capwap(wlan({}, llc_snap(0x0800, v4)), {.is_native = true}), port::kCapwap)},
      {"CapwapWlanQos", 1,
       over_udp(capwap(wlan({.subtype = kWlanQos}, llc_snap(0x0800, v4)),
                       {.is_native = true, .more_header = zeros(8)}),
                port::kCapwap)},
      {"FourTunnels", 1, over_ipv4(ipv4(47, gre(0x86dd, ipv6(41, ipv6(4, v4)))), 4)},
  };
}

}  // namespace netml::test
