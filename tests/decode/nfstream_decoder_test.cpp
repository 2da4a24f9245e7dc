#include "netml/decode/nfstream_decoder.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "netml/core/ip_address.hpp"

#include "support/frames.hpp"

namespace netml {
namespace {

using namespace test;

struct Decoded {
  DecodeStatus status = DecodeStatus::kCount;
  PacketRecord record;

  bool accepted() const { return status == DecodeStatus::kOk; }
  std::uint16_t src_port() const { return record.from_b ? record.key.port_b : record.key.port_a; }
  std::uint16_t dst_port() const { return record.from_b ? record.key.port_a : record.key.port_b; }
};

Decoded decode(const RawPacket& packet, bool tunnels = true) {
  Decoded decoded;
  decoded.status = decode_nfstream(packet, tunnels, decoded.record);
  return decoded;
}

Decoded decode(const Bytes& frame, int link_type = 1, bool tunnels = true) {
  return decode(raw(frame, link_type), tunnels);
}

const Bytes kTcp = tcp(40000, 80, tcp_flag::kSyn | tcp_flag::kAck, zeros(5));
const Bytes kIpv4Tcp = ipv4(6, kTcp);

TEST(NfstreamDecoder, FieldsOfAPlainPacket) {
  const Bytes frame = ether(0x0800, ipv4(6, kTcp, {.ttl = 61}));
  RawPacket packet = raw(frame, 1, 65536 + 70);
  packet.seconds = 1'700'000'000;
  packet.subsecond_ns = 1'999'999;
  const auto [status, record] = decode(packet);
  ASSERT_EQ(status, DecodeStatus::kOk);
  EXPECT_EQ(record.ts_ns, 1'700'000'000'001);
  EXPECT_EQ(record.wire_length, 70u);
  EXPECT_EQ(record.captured_length, frame.size());
  EXPECT_EQ(record.ip_length, 45u);
  EXPECT_EQ(record.transport_length, 25u);
  EXPECT_EQ(record.payload_length, 5u);
  EXPECT_EQ(record.payload_offset, 54u);
  EXPECT_EQ(record.tcp_flags, tcp_flag::kSyn | tcp_flag::kAck);
  EXPECT_EQ(record.tcp_window, 0x2000);
  EXPECT_EQ(record.ttl, 61);
  EXPECT_EQ(record.src_mac[5], 1);
  EXPECT_EQ(record.dst_mac[5], 2);
  EXPECT_EQ(to_text(record.key.addr_a, 4), "10.0.0.1");
  EXPECT_EQ(record.key.port_a, 40000);
  EXPECT_FALSE(record.from_b);
}

TEST(NfstreamDecoder, BothDirectionsShareTheKey) {
  Bytes answer = ether(0x0800, ipv4(6, tcp(80, 40000)));
  std::swap(answer[14 + 15], answer[14 + 19]);
  const Decoded there = decode(ether(0x0800, kIpv4Tcp));
  const Decoded back = decode(answer);
  EXPECT_EQ(there.record.key, back.record.key);
  EXPECT_TRUE(back.record.from_b);
}

TEST(NfstreamDecoder, IdenticalEndpointsAreForward) {
  Bytes land = ether(0x0800, ipv4(17, udp(5, 5)));
  land[14 + 19] = 1;
  EXPECT_FALSE(decode(land).record.from_b);
}

TEST(NfstreamDecoder, TimesAreCutTowardZeroAndSaturate) {
  const Bytes frame = ether(0x0800, kIpv4Tcp);
  RawPacket packet = raw(frame);
  packet.seconds = 10;
  packet.subsecond_ns = -1'500'001'000;
  EXPECT_EQ(decode(packet).record.ts_ns, 8'500);
  packet.seconds = -1;
  packet.subsecond_ns = 999'999;
  EXPECT_EQ(decode(packet).record.ts_ns, -1'000);
  packet.seconds = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(decode(packet).record.ts_ns, std::numeric_limits<std::int64_t>::max());
  packet.seconds = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(decode(packet).record.ts_ns, std::numeric_limits<std::int64_t>::min());
}

TEST(NfstreamDecoder, LinkTypes) {
  EXPECT_EQ(decode(Bytes{0, 0, 0, 2} + kIpv4Tcp, 0).dst_port(), 80);
  EXPECT_EQ(decode(Bytes{2, 0, 0, 0} + kIpv4Tcp, 0).dst_port(), 80);
  EXPECT_EQ(decode(Bytes{0, 0x21} + kIpv4Tcp, 9).dst_port(), 80);
  EXPECT_EQ(decode(Bytes{0x0f, 0, 8, 0} + kIpv4Tcp, 104).dst_port(), 80);
  EXPECT_EQ(decode(Bytes{0xff, 3, 0, 0x21} + kIpv4Tcp, 50).dst_port(), 80);
  for (const int raw_ip : {12, 14, 101, 228}) {
    EXPECT_EQ(decode(kIpv4Tcp, raw_ip).dst_port(), 80) << raw_ip;
  }
  EXPECT_EQ(decode(ipv6(6, kTcp), 229).dst_port(), 80);
  EXPECT_EQ(decode(zeros(14) + u16(0x0800) + kIpv4Tcp, 113).dst_port(), 80);
  for (const int unknown : {105, 108, 276, 147, -1}) {
    EXPECT_EQ(decode(kIpv4Tcp, unknown).status, DecodeStatus::kNotIp) << unknown;
  }
  EXPECT_FALSE(decode(Bytes{0xff, 3, 0, 0x21} + kIpv4Tcp, 9).accepted());
}

TEST(NfstreamDecoder, ShortFramesAreIgnored) {
  EXPECT_EQ(decode(Bytes{}).status, DecodeStatus::kEmpty);
  const Bytes packet = ipv4(17, udp(1, 2));
  ASSERT_EQ(packet.size(), 28u);
  EXPECT_TRUE(decode(packet, 101).accepted());
  EXPECT_EQ(decode(raw(first(packet, 27), 101, 28)).status, DecodeStatus::kSnapped);
  EXPECT_EQ(decode(first(packet, 27), 101).status, DecodeStatus::kShortLink);
}

TEST(NfstreamDecoder, TheInnermostVlanWins) {
  const Decoded one = decode(ether(0x8100, tag(0x6005, 0x0800, kIpv4Tcp)));
  EXPECT_EQ(one.record.key.vlan, 5);
  const Decoded two = decode(ether(0x8100, tag(5, 0x8100, tag(9, 0x0800, kIpv4Tcp))));
  EXPECT_EQ(two.record.key.vlan, 9);
  EXPECT_FALSE(decode(ether(0x88a8, tag(5, 0x8100, tag(9, 0x0800, kIpv4Tcp)))).accepted());
  EXPECT_EQ(decode(zeros(12) + Bytes{0x81, 0} +
                   tag(5, 0x8100, tag(6, 0x8100, tag(9, 0x8100, Bytes{0, 9}))))
                .status,
            DecodeStatus::kShortLink);
}

TEST(NfstreamDecoder, MplsAndPppoe) {
  const Bytes labels = {0, 1, 0, 9, 0, 2, 1, 9};
  EXPECT_EQ(decode(ether(0x8847, labels + kIpv4Tcp)).dst_port(), 80);
  EXPECT_EQ(decode(ether(0x8848, labels + ipv6(6, kTcp))).dst_port(), 80);
  EXPECT_EQ(decode(ether(0x8864, pppoe(0x21, kIpv4Tcp))).dst_port(), 80);
  // The PPP protocol is not looked at.
  EXPECT_EQ(decode(ether(0x8864, pppoe(0xc021, kIpv4Tcp))).dst_port(), 80);
}

TEST(NfstreamDecoder, OnlyTheVersionNibbleMakesItIp) {
  EXPECT_TRUE(decode(ether(0x86ff, kIpv4Tcp)).accepted());
  EXPECT_TRUE(decode(ether(1535, kIpv4Tcp)).accepted());
  EXPECT_TRUE(decode(ether(100, kIpv4Tcp)).accepted());
  EXPECT_TRUE(decode(snap(0x0800, kIpv4Tcp)).accepted());
  EXPECT_EQ(decode(ether(0x0806, zeros(46))).status, DecodeStatus::kNotIp);
  EXPECT_EQ(decode(ether(0x0800, zeros(46))).status, DecodeStatus::kBadIpVersion);
  EXPECT_EQ(decode(ether(38, Bytes{0x42, 0x42, 3} + zeros(35))).status, DecodeStatus::kNotIp);
}

TEST(NfstreamDecoder, LaterFragmentsPassOnlyBehindForeignTypes) {
  const Bytes later = ipv4(17, udp(1, 2), {.fragment = 185});
  EXPECT_EQ(decode(ether(0x0800, later)).status, DecodeStatus::kFragmentNoPorts);
  EXPECT_TRUE(decode(snap(0x0800, later)).accepted());
  const Decoded first_one = decode(ether(0x0800, ipv4(17, udp(1, 2), {.fragment = 0x2000})));
  EXPECT_TRUE(first_one.accepted());
  EXPECT_TRUE(first_one.record.is_fragment);
}

TEST(NfstreamDecoder, IpInIpIsAlwaysUnwrapped) {
  const Bytes inner = ipv4(6, kTcp, {.first = 192});
  for (const bool tunnels : {false, true}) {
    const Decoded twice = decode(ether(0x0800, ipv4(4, ipv4(4, inner))), 1, tunnels);
    EXPECT_EQ(to_text(twice.record.key.addr_a, 4), "192.0.0.1");
    EXPECT_EQ(twice.record.key.tunnel_id, 0u);
    EXPECT_EQ(decode(ether(0x0800, ipv4(41, ipv6(6, kTcp))), 1, tunnels).record.key.ip_version, 6);
    EXPECT_EQ(decode(ether(0x86dd, ipv6(4, inner)), 1, tunnels).record.key.ip_version, 4);
    EXPECT_EQ(decode(ether(0x86dd, ipv6(41, ipv6(17, udp(1, 2)))), 1, tunnels).dst_port(), 2);
  }
  // An outer later fragment is unwrapped before the fragment check.
  EXPECT_TRUE(decode(ether(0x0800, ipv4(4, inner, {.fragment = 185}))).accepted());
}

TEST(NfstreamDecoder, TruncatedIpv6IsIgnoredTruncatedIpv4IsNot) {
  const Bytes v4 = ether(0x0800, ipv4(6, tcp(1, 2, tcp_flag::kAck, zeros(100))));
  const Bytes v6 = ether(0x86dd, ipv6(6, tcp(1, 2, tcp_flag::kAck, zeros(100))));
  EXPECT_EQ(decode(raw(first(v4, 60), 1, v4.size())).record.payload_length, 100u);
  EXPECT_EQ(decode(raw(first(v6, v6.size() - 1), 1, v6.size())).status, DecodeStatus::kSnapped);
  // Ports and flags beyond the capture: undefined in the original, ignored here.
  EXPECT_EQ(decode(raw(first(v4, 14 + 20 + 13), 1, v4.size())).status, DecodeStatus::kSnapped);
  EXPECT_TRUE(decode(raw(first(v4, 14 + 20 + 14), 1, v4.size())).accepted());
}

TEST(NfstreamDecoder, Ipv6SizesLeaveOutTheHeader) {
  const Bytes hop_by_hop = Bytes{60, 0} + zeros(6);
  const Bytes options = Bytes{17, 1} + zeros(14);
  const Decoded packet = decode(ether(0x86dd, ipv6(0, hop_by_hop + options + udp(7, 8, zeros(3)))));
  ASSERT_TRUE(packet.accepted());
  EXPECT_EQ(packet.record.key.protocol, 17);
  EXPECT_EQ(packet.record.ip_length, 8u + 16 + 11);
  EXPECT_EQ(packet.record.transport_length, 11u);
  EXPECT_EQ(packet.record.payload_length, 3u);
  EXPECT_EQ(packet.dst_port(), 8);
}

TEST(NfstreamDecoder, Ipv6ExtensionHeaders) {
  const auto behind = [](std::uint8_t kind, const Bytes& header) {
    return decode(ether(0x86dd, ipv6(kind, header + udp(7, 8, zeros(3)))));
  };
  EXPECT_TRUE(behind(44, Bytes{17, 0, 0, 1} + zeros(4)).accepted());
  EXPECT_EQ(behind(44, Bytes{17, 0, 0, 8} + zeros(4)).status, DecodeStatus::kBadExtension);
  EXPECT_EQ(behind(59, {}).status, DecodeStatus::kBadExtension);
  EXPECT_EQ(behind(43, Bytes{17, 9} + zeros(6)).status, DecodeStatus::kBadExtension);
  const Decoded ah = behind(51, Bytes{17, 4} + zeros(22));
  EXPECT_EQ(ah.record.key.protocol, 51);
  EXPECT_EQ(ah.dst_port(), 0);
  EXPECT_EQ(ah.record.transport_length, 0u);
}

TEST(NfstreamDecoder, LengthsThatDoNotFit) {
  Bytes frame = ether(0x0800, kIpv4Tcp);
  frame[14 + 2] = frame[14 + 3] = 0;  // as left by segmentation offload
  EXPECT_EQ(decode(frame).status, DecodeStatus::kBadIpHeader);
  frame[14 + 2] = 0xff;
  EXPECT_EQ(decode(frame).record.ip_length, 0xff00u);
  frame[14] = 0x4f;  // header of 60 bytes, 45 there
  EXPECT_EQ(decode(frame).status, DecodeStatus::kBadIpHeader);
}

TEST(NfstreamDecoder, ShortTransportHasNoPortsAndNoSize) {
  const Decoded short_tcp = decode(ether(0x0800, ipv4(6, first(kTcp, 19))));
  EXPECT_TRUE(short_tcp.accepted());
  EXPECT_EQ(short_tcp.dst_port(), 0);
  EXPECT_EQ(short_tcp.record.transport_length, 0u);
  const Decoded icmp = decode(ether(0x0800, ipv4(58, zeros(12))));
  EXPECT_EQ(icmp.record.transport_length, 12u);
  EXPECT_EQ(icmp.record.payload_length, 4u);
  EXPECT_EQ(decode(ether(0x0800, ipv4(132, zeros(20)))).record.transport_length, 0u);
  Bytes long_header = kTcp;
  long_header[12] = 0xf0;
  EXPECT_EQ(decode(ether(0x0800, ipv4(6, long_header))).record.payload_length, 0u);
}

Bytes gtp(const Bytes& inner, const Bytes& header = {0x30, 0xff, 0, 0, 0, 0, 0, 1}) {
  return ether(0x0800, ipv4(17, udp(2152, 2152, header + inner)));
}

TEST(NfstreamDecoder, GtpU) {
  const Bytes inner = ipv4(6, kTcp, {.first = 192});
  const Decoded plain = decode(gtp(inner));
  EXPECT_EQ(plain.record.key.tunnel_id, 1u);
  EXPECT_EQ(plain.dst_port(), 80);
  EXPECT_EQ(plain.record.ip_length, inner.size());
  const Decoded off = decode(gtp(inner), 1, false);
  EXPECT_EQ(off.record.key.tunnel_id, 0u);
  EXPECT_EQ(off.dst_port(), 2152);
  // Optional fields, then two extension headers of four and eight bytes.
  const Bytes extended = {0x34, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0xc0,
                          1,    0,    0, 1, 2, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(decode(gtp(inner, extended)).dst_port(), 80);
  Bytes endless = extended;
  endless[12] = 0;
  EXPECT_EQ(decode(gtp(inner, endless)).dst_port(), 2152);
  EXPECT_EQ(decode(gtp(inner, {0x30, 1, 0, 0, 0, 0, 0, 1})).dst_port(), 2152);
  EXPECT_EQ(decode(gtp(zeros(30))).status, DecodeStatus::kBadIpVersion);
  // The inner header is not unwrapped again.
  EXPECT_EQ(decode(gtp(ipv4(4, inner))).record.key.protocol, 4);
  EXPECT_TRUE(decode(gtp(ipv4(6, kTcp, {.fragment = 185}))).accepted());
}

Bytes tzsp(const Bytes& rest) {
  return ether(0x0800, ipv4(17, udp(37008, 37008, rest)));
}

TEST(NfstreamDecoder, Tzsp) {
  const Bytes inner = ether(0x0800, ipv4(6, kTcp, {.first = 192}));
  const Decoded end_tag = decode(tzsp(Bytes{1, 0, 0, 1, 1} + inner));
  EXPECT_EQ(end_tag.record.key.tunnel_id, 3u);
  EXPECT_EQ(end_tag.dst_port(), 80);
  // The id is set before it is known whether TZSP follows.
  const Decoded other = decode(tzsp(Bytes{2, 0, 0, 1, 1} + inner));
  EXPECT_EQ(other.record.key.tunnel_id, 3u);
  EXPECT_EQ(other.dst_port(), 37008);
  EXPECT_EQ(decode(tzsp(Bytes{1, 0, 0, 1, 9, 255} + inner)).status, DecodeStatus::kShortLink);
  EXPECT_EQ(decode(tzsp(zeros(3))).status, DecodeStatus::kShortL4);
  // The outer VLAN stays with an inner frame that has none.
  const Bytes tagged =
      ether(0x8100, tag(7, 0x0800, ipv4(17, udp(37008, 1, Bytes{1, 0, 0, 1, 1} + inner))));
  EXPECT_EQ(decode(tagged).record.key.vlan, 7);
}

TEST(NfstreamDecoder, CapwapData) {
  const Bytes wlan =
      Bytes{8, 1, 0, 0} + zeros(6) + Bytes{2, 0, 0, 0, 0, 11, 2, 0, 0, 0, 0, 12} + zeros(2);
  const Bytes llc = {0xaa, 0xaa, 3, 0, 0, 0, 8, 0};
  const Bytes inner = ipv4(6, kTcp, {.first = 192});
  const Bytes header = Bytes{0, 16} + zeros(6);
  const Decoded packet = decode(ether(0x0800, ipv4(17, udp(1, 5247, header + wlan + llc + inner))));
  EXPECT_EQ(packet.record.key.tunnel_id, 2u);
  EXPECT_EQ(packet.dst_port(), 80);
  EXPECT_EQ(packet.record.src_mac[5], 11);
  EXPECT_EQ(packet.record.dst_mac[5], 12);
  EXPECT_EQ(decode(ether(0x0800, ipv4(17, udp(1, 5247, Bytes{1, 16} + zeros(60))))).dst_port(),
            5247);
}

// Behind IPv6 the tunnel check reads its "UDP header" at an offset that is a length.
TEST(NfstreamDecoder, Ipv6UdpIsTaggedByAccident) {
  Bytes frame = ether(0x86dd, ipv6(17, udp(1, 2, zeros(16))));
  frame[14 + 24] = 0x90;  // the upper layer has 24 bytes, and 40 + 24 would have been right
  frame[14 + 25] = 0x90;
  const Decoded packet = decode(frame);
  EXPECT_EQ(packet.record.key.tunnel_id, 3u);
  EXPECT_EQ(packet.dst_port(), 2);
  EXPECT_EQ(decode(frame, 1, false).record.key.tunnel_id, 0u);
}

TEST(NfstreamDecoder, Radiotap) {
  const Bytes radiotap = Bytes{0, 0, 18, 0} + zeros(14);
  const auto frame = [&](std::uint8_t kind, std::uint8_t ds, std::size_t extra) {
    return radiotap + Bytes{kind, ds, 0, 0} + zeros(6) + Bytes{2, 0, 0, 0, 0, 1} + zeros(8) +
           zeros(extra) + Bytes{0xaa, 0xaa, 3, 0, 0, 0, 8, 0} + kIpv4Tcp;
  };
  EXPECT_EQ(decode(frame(0x88, 1, 2), 127).dst_port(), 80);
  EXPECT_EQ(decode(frame(0x88, 1, 2), 127).record.src_mac[5], 1);
  EXPECT_EQ(decode(frame(0x80, 1, 2), 127).status, DecodeStatus::kNotIp);
  Bytes bad_fcs = frame(0x88, 1, 2);
  bad_fcs[16] = 0x50;
  EXPECT_EQ(decode(bad_fcs, 127).status, DecodeStatus::kNotIp);
}

}  // namespace
}  // namespace netml
