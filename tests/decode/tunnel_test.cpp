#include <gtest/gtest.h>

#include "support/standard_decode.hpp"
#include "support/well_formed_frames.hpp"

namespace netml {
namespace {

using namespace test;

// Addresses 192.0.0.x inside, 10.0.0.x outside.
const Bytes kV4 = ipv4(ip_protocol::kTcp, tcp(40000, 80, tcp_flag::kSyn, zeros(6)),
                       {.first = 192, .ttl = 3, .tos = 7});
const Bytes kV6 = ipv6(ip_protocol::kUdp, udp(5000, 53));
const Bytes kFrame = Bytes{2, 0, 0, 0, 0, 4, 2, 0, 0, 0, 0, 3} + u16(0x0800) + kV4;
constexpr const char* kInner4 = "192.0.0.1.40000 > 192.0.0.2.80";
constexpr const char* kInner6 = "2001:db8::1.5000 > 2001:db8::2.53";
constexpr const char* kOuter = "10.0.0.1 > 10.0.0.2";

void expect_inner(const Decoded& decoded, TunnelKind kind, const char* flow) {
  ASSERT_EQ(decoded.status, DecodeStatus::kOk);
  EXPECT_EQ(decoded.text(), flow);
  EXPECT_EQ(decoded.tunnel(), kind);
}

/// The packet belongs to the flow of its outer IP and UDP header.
void expect_outer_udp(const Bytes& payload, std::size_t port) {
  const Decoded decoded = decode(over_udp(payload, port));
  ASSERT_EQ(decoded.status, DecodeStatus::kOk);
  EXPECT_EQ(decoded.text(), "10.0.0.1.5555 > 10.0.0.2." + std::to_string(port));
  EXPECT_EQ(decoded.tunnel(), TunnelKind::kNone);
  EXPECT_EQ(decoded.record.ttl, 64);
  EXPECT_EQ(decoded.record.payload_length, payload.size());
  EXPECT_EQ(decoded.record.payload_offset, 42u);
  EXPECT_EQ(decoded.record.src_mac[5], 1);
}

void expect_outer_gre(const Bytes& payload) {
  const Decoded decoded = decode(over_ipv4(payload, ip_protocol::kGre));
  ASSERT_EQ(decoded.status, DecodeStatus::kOk);
  EXPECT_EQ(decoded.text(), kOuter);
  EXPECT_EQ(decoded.record.key.protocol, ip_protocol::kGre);
  EXPECT_EQ(decoded.tunnel(), TunnelKind::kNone);
  EXPECT_EQ(decoded.record.payload_length, payload.size());
}

TEST(Tunnel, RecordDescribesTheInnermostPacket) {
  const Bytes frame = over_udp(vxlan(kFrame), port::kVxlan);
  const Decoded decoded = decode(frame);
  expect_inner(decoded, TunnelKind::kVxlan, kInner4);
  EXPECT_EQ(decoded.record.wire_length, frame.size());
  EXPECT_EQ(decoded.record.ip_length, 46u);
  EXPECT_EQ(decoded.record.transport_length, 26u);
  EXPECT_EQ(decoded.record.payload_length, 6u);
  EXPECT_EQ(decoded.record.payload_offset, frame.size() - 6);
  EXPECT_EQ(decoded.record.ttl, 3);
  EXPECT_EQ(decoded.record.tos, 7);
  EXPECT_EQ(decoded.record.tcp_flags, tcp_flag::kSyn);
  EXPECT_EQ(decoded.record.src_mac[5], 3);
  EXPECT_EQ(decoded.record.dst_mac[5], 4);
}

TEST(Tunnel, OffKeepsTheOuterFlowAndItsLengths) {
  const DecodeOptions off{.decode_tunnels = false};
  for (const NamedFrame& frame : well_formed_frames()) {
    const Decoded decoded = decode(frame.bytes, frame.link_type, off);
    EXPECT_TRUE(decoded.ok()) << frame.name;
    EXPECT_EQ(decoded.tunnel(), TunnelKind::kNone) << frame.name;
  }
  const Decoded decoded = decode(over_udp(vxlan(kFrame), port::kVxlan), 1, off);
  EXPECT_EQ(decoded.text(), "10.0.0.1.5555 > 10.0.0.2.4789");
  EXPECT_EQ(decoded.record.payload_length, 8 + kFrame.size());
}

// RFC 2003, 4213, 2473.
TEST(Tunnel, IpInIpInAllFourForms) {
  expect_inner(decode(over_ipv4(kV4, 4)), TunnelKind::kIpInIp, kInner4);
  expect_inner(decode(over_ipv4(kV6, 41)), TunnelKind::kIpInIp, kInner6);
  expect_inner(decode(over_ipv6(kV4, 4)), TunnelKind::kIpInIp, kInner4);
  expect_inner(decode(over_ipv6(kV6, 41)), TunnelKind::kIpInIp, kInner6);
}

TEST(Tunnel, IpInIpOfTheOtherVersionStaysOuter) {
  for (const auto& [protocol, inner] : {std::pair{4, kV6}, std::pair{41, kV4}}) {
    const Decoded decoded = decode(over_ipv4(inner, static_cast<std::uint8_t>(protocol)));
    EXPECT_EQ(decoded.text(), kOuter);
    EXPECT_EQ(decoded.tunnel(), TunnelKind::kNone);
    EXPECT_EQ(decoded.record.key.protocol, protocol);
  }
}

// RFC 2784, 2.1 and RFC 2890, 2: each present bit adds four bytes.
TEST(Tunnel, GreInEveryCombinationOfItsFields) {
  for (unsigned bits = 0; bits < 8; ++bits) {
    const GreOptions with{.has_checksum = (bits & 1) != 0,
                          .has_key = (bits & 2) != 0,
                          .has_sequence = (bits & 4) != 0};
    expect_inner(decode(over_ipv4(gre(0x0800, kV4, with), 47)), TunnelKind::kGre, kInner4);
    expect_inner(decode(over_ipv6(gre(0x86dd, kV6, with), 47)), TunnelKind::kGre, kInner6);
    expect_inner(decode(over_ipv4(gre(0x6558, kFrame, with), 47)), TunnelKind::kGre, kInner4);
  }
}

TEST(Tunnel, GreCarriesLabelsAndTags) {
  expect_inner(decode(over_ipv4(gre(0x8847, mpls({16, 17}, kV4)), 47)), TunnelKind::kGre, kInner4);
  const Decoded tagged = decode(over_ipv4(gre(0x8100, tag(9, 0x0800, kV4)), 47));
  expect_inner(tagged, TunnelKind::kGre, kInner4);
  EXPECT_EQ(tagged.record.key.vlan, 9);
}

// RFC 2637, 4.1: version 1, key present, acknowledgment by the A bit.
TEST(Tunnel, PptpWithAndWithoutAcknowledgment) {
  for (const bool has_ack : {false, true}) {
    for (const Bytes& payload :
         {ppp(0x0021, kV4), ppp_framed(0x0021, kV4), ppp_compressed(0x21, kV4)}) {
      const Bytes packet =
          gre(0x880b, payload,
              {.has_key = true, .has_sequence = true, .has_ack = has_ack, .version = 1});
      expect_inner(decode(over_ipv4(packet, 47)), TunnelKind::kGre, kInner4);
    }
  }
}

TEST(Tunnel, PptpControlAndBareAcknowledgmentsStayOuter) {
  expect_outer_gre(gre(0x880b, {}, {.has_key = true, .has_ack = true, .version = 1}));
  expect_outer_gre(gre(0x880b, ppp_framed(0xc021, zeros(8)),
                       {.has_key = true, .has_sequence = true, .version = 1}));
}

// draft-foschiano-erspan-03, 4.
TEST(Tunnel, ErspanOfAllTypes) {
  for (const Bytes& packet :
       {erspan1(kFrame), erspan2(kFrame), erspan3(kFrame, false), erspan3(kFrame, true)}) {
    expect_inner(decode(over_ipv4(packet, 47)), TunnelKind::kGre, kInner4);
  }
}

TEST(Tunnel, GreThatIsNotUnderstoodStaysOuter) {
  expect_outer_gre(gre(0x0800, kV4, {.has_routing = true}));
  expect_outer_gre(gre(0x0800, kV4, {.version = 2}));
  expect_outer_gre(gre(0x0806, zeros(28)));
  expect_outer_gre(gre(0x0800, {}));
  expect_outer_gre(gre(0x86dd, kV4));
  expect_outer_gre(Bytes{0, 0, 8});
  expect_outer_gre(gre(0x22eb, zeros(11), {.has_sequence = true}));
}

// 3GPP TS 29.281, figures 5.1-1 and 5.2.1-1.
TEST(Tunnel, GtpUWithEveryOptionalField) {
  for (const std::uint8_t flags : Bytes{0x30, 0x31, 0x32, 0x33}) {
    expect_inner(decode(over_udp(gtp_u(kV4, {.flags = flags}), port::kGtpU)), TunnelKind::kGtpU,
                 kInner4);
  }
  for (const std::uint8_t flags : Bytes{0x34, 0x37}) {
    const Bytes packet =
        gtp_u(kV6, {.flags = flags, .extensions = {{0x85, 1, 2}, {0xc0, 1, 2, 3, 4, 5, 6}}});
    expect_inner(decode(over_udp(packet, port::kGtpU)), TunnelKind::kGtpU, kInner6);
  }
}

TEST(Tunnel, GtpUThatCarriesNoPacketStaysOuter) {
  expect_outer_udp(gtp_u(zeros(4), {.message = 1}), port::kGtpU);
  expect_outer_udp(gtp_u(kV4, {.flags = 0x50}), port::kGtpU);
  expect_outer_udp(gtp_u(kV4, {.flags = 0x20}), port::kGtpU);
  expect_outer_udp(gtp_u(zeros(20)), port::kGtpU);
  expect_outer_udp(gtp_u({}), port::kGtpU);
  expect_outer_udp(first(gtp_u(kV4), 7), port::kGtpU);
}

TEST(Tunnel, GtpUExtensionOfLengthZeroStaysOuter) {
  expect_outer_udp(Bytes{0x34, 0xff, 0, 40} + zeros(7) + Bytes{0x85, 0, 0, 0} + kV4, port::kGtpU);
}

// RFC 7348, 5.
TEST(Tunnel, VxlanNeedsItsFlag) {
  expect_inner(decode(over_udp(vxlan(kFrame), port::kVxlan)), TunnelKind::kVxlan, kInner4);
  Bytes without_flag = vxlan(kFrame);
  without_flag[0] = 0;
  expect_outer_udp(without_flag, port::kVxlan);
}

// A port above 1024 may be a tunnel's by chance.
TEST(Tunnel, EitherPortMayBeTheTunnels) {
  const auto between = [](std::size_t source, std::size_t destination, const Bytes& payload) {
    return decode(ether(0x0800, ipv4(17, udp(source, destination, payload))));
  };
  for (const std::size_t other : {port::kGtpU, port::kTeredo, port::kCapwap, port::kGeneve,
                                  port::kTzsp, std::size_t{50000}}) {
    expect_inner(between(other, port::kVxlan, vxlan(kFrame)), TunnelKind::kVxlan, kInner4);
    expect_inner(between(port::kVxlan, other, vxlan(kFrame)), TunnelKind::kVxlan, kInner4);
  }
}

// RFC 8926, 3.4 and 3.5.
TEST(Tunnel, GeneveWithOptions) {
  for (const std::size_t words : {0U, 1U, 63U}) {
    expect_inner(decode(over_udp(geneve(0x6558, kFrame, zeros(4 * words)), port::kGeneve)),
                 TunnelKind::kGeneve, kInner4);
  }
  expect_inner(decode(over_udp(geneve(0x0800, kV4), port::kGeneve)), TunnelKind::kGeneve, kInner4);
  expect_inner(decode(over_udp(geneve(0x86dd, kV6), port::kGeneve)), TunnelKind::kGeneve, kInner6);
}

TEST(Tunnel, GeneveOfAnotherVersionOrTypeStaysOuter) {
  Bytes version_one = geneve(0x6558, kFrame);
  version_one[0] = 0x40;
  expect_outer_udp(version_one, port::kGeneve);
  expect_outer_udp(geneve(0x0806, zeros(28)), port::kGeneve);
  expect_outer_udp(Bytes{63, 0, 0x65, 0x58} + zeros(20), port::kGeneve);
}

// RFC 4380, 5.1.1.
TEST(Tunnel, TeredoWithEachIndication) {
  for (const Bytes& payload :
       {kV6, teredo_origin(kV6), teredo_authentication(0, 0, kV6),
        teredo_authentication(4, 20, kV6), teredo_authentication(3, 5, teredo_origin(kV6))}) {
    expect_inner(decode(over_udp(payload, port::kTeredo)), TunnelKind::kTeredo, kInner6);
  }
}

TEST(Tunnel, TeredoWithoutIpv6StaysOuter) {
  expect_outer_udp(kV4, port::kTeredo);
  expect_outer_udp(teredo_origin({}), port::kTeredo);
  expect_outer_udp(Bytes{0, 1, 255, 255} + zeros(20), port::kTeredo);
}

TEST(Tunnel, TzspWithTags) {
  for (const Bytes& tags :
       {Bytes{}, Bytes{0, 0, 0}, Bytes{10, 1, 0xd0}, Bytes{41, 0, 17, 2, 1, 1}}) {
    expect_inner(decode(over_udp(tzsp(kFrame, tags), port::kTzsp)), TunnelKind::kTzsp, kInner4);
  }
}

TEST(Tunnel, TzspWithoutFrameStaysOuter) {
  expect_outer_udp(Bytes{1, 4, 0, 1, 1}, port::kTzsp);
  expect_outer_udp(Bytes{1, 0, 0, 18, 1} + kFrame, port::kTzsp);
  expect_outer_udp(Bytes{1, 0, 0, 1, 0, 0, 0}, port::kTzsp);
  expect_outer_udp(Bytes{1, 0, 0, 1, 10, 200, 0}, port::kTzsp);
}

// RFC 5415, 4.3: the T bit is the last of the first 24.
TEST(Tunnel, CapwapCarriesEthernetOrWlan) {
  const auto expect_tunnel = [](const Bytes& packet) {
    expect_inner(decode(over_udp(packet, port::kCapwap)), TunnelKind::kCapwap, kInner4);
  };
  expect_tunnel(capwap(kFrame));
  expect_tunnel(capwap(kFrame, {.flags = 0x10, .more_header = zeros(8)}));
  expect_tunnel(capwap(wlan({}, llc_snap(0x0800, kV4)), {.is_native = true}));
  expect_tunnel(capwap(wlan({.subtype = kWlanQos}, llc_snap(0x0800, kV4)), {.is_native = true}));
}

TEST(Tunnel, CapwapReservedFlagsAreIgnored) {
  for (const std::uint8_t reserved : Bytes{1, 2, 4}) {
    expect_inner(decode(over_udp(capwap(kFrame, {.flags = reserved}), port::kCapwap)),
                 TunnelKind::kCapwap, kInner4);
  }
}

TEST(Tunnel, CapwapThatIsOpaqueStaysOuter) {
  expect_outer_udp(capwap(kFrame, {.preamble = 1}), port::kCapwap);
  expect_outer_udp(capwap(kFrame, {.flags = 0x80}), port::kCapwap);
  expect_outer_udp(capwap({}, {.flags = 0x08}), port::kCapwap);
  expect_outer_udp(Bytes{0, 0x08, 2, 0} + zeros(20), port::kCapwap);
}

TEST(Tunnel, OtherTrafficOnATunnelPortStaysOuter) {
  for (const std::size_t port :
       {port::kGtpU, port::kTeredo, port::kVxlan, port::kCapwap, port::kGeneve, port::kTzsp}) {
    expect_outer_udp({}, port);
    expect_outer_udp(Bytes(40, 0xff), port);
    expect_outer_udp(Bytes{'h', 'e', 'l', 'l', 'o'}, port);
  }
}

TEST(Tunnel, TunnelPortAsSourceCountsToo) {
  expect_inner(decode(over_ipv4(udp(port::kGtpU, 5555, gtp_u(kV4)), 17)), TunnelKind::kGtpU,
               kInner4);
}

TEST(Tunnel, InnerContentThatIsNotIpStaysOuter) {
  expect_outer_udp(vxlan(ether(0x0806, zeros(28))), port::kVxlan);
  expect_outer_udp(vxlan(ether(0x88cc, zeros(28))), port::kVxlan);
  expect_outer_udp(geneve(0x6558, ether(0x0806, zeros(28))), port::kGeneve);
  expect_outer_udp(tzsp(ether(46, llc(0x42, zeros(40)))), port::kTzsp);
}

TEST(Tunnel, InnerIpHeaderThatIsBadStaysOuter) {
  expect_outer_udp(vxlan(ether(0x0800, Bytes{0x44} + zeros(40))), port::kVxlan);
  expect_outer_udp(gtp_u(Bytes{0x45, 0, 0, 10} + zeros(30)), port::kGtpU);
  expect_outer_udp(gtp_u(first(kV6, 39)), port::kGtpU);
}

TEST(Tunnel, BadInnerTransportIsCountedAsSuch) {
  const Bytes inner = ipv4(ip_protocol::kTcp, first(tcp(1, 2), 10));
  EXPECT_EQ(decode(over_udp(gtp_u(inner), port::kGtpU)).status, DecodeStatus::kShortL4);
}

TEST(Tunnel, UdpLengthEndsTheTunnel) {
  Bytes frame = over_udp(gtp_u(ipv4(6, tcp(1, 2), {.length = 0})), port::kGtpU);
  frame = std::move(frame) + zeros(12);
  EXPECT_EQ(decode(frame).record.ip_length, 40u);
}

TEST(Tunnel, FourLevelsAreDecodedAndFiveAreTooDeep) {
  Bytes packet = kV4;
  for (int level = 1; level <= 5; ++level) {
    packet = ipv4(4, packet);
    const Decoded decoded = decode(packet, dlt::kRaw);
    if (level <= 4) {
      expect_inner(decoded, TunnelKind::kIpInIp, kInner4);
    } else {
      EXPECT_EQ(decoded.status, DecodeStatus::kTooDeep);
    }
  }
}

TEST(Tunnel, InnermostKindWins) {
  const Bytes inner = ipv4(17, udp(1, port::kGtpU, gtp_u(kV6)));
  expect_inner(decode(over_udp(vxlan(ether(0x0800, inner)), port::kVxlan)), TunnelKind::kGtpU,
               kInner6);
}

TEST(Tunnel, BadSecondTunnelStaysInTheFirst) {
  const Bytes inner = ipv4(17, udp(7, port::kGtpU, gtp_u(zeros(20))), {.first = 192});
  expect_inner(decode(over_udp(vxlan(ether(0x0800, inner)), port::kVxlan)), TunnelKind::kVxlan,
               "192.0.0.1.7 > 192.0.0.2.2152");
}

}  // namespace
}  // namespace netml
