#include "netml/decode/packet_decoder.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "support/libpcap_reader.hpp"
#include "support/standard_decode.hpp"
#include "support/well_formed_frames.hpp"

namespace netml {
namespace {

using namespace test;

TEST(PacketDecoder, ReasonsHaveTheNamesOfTheSummary) {
  EXPECT_EQ(to_text(DecodeStatus::kOk), "ok");
  EXPECT_EQ(to_text(DecodeStatus::kEmpty), "empty");
  EXPECT_EQ(to_text(DecodeStatus::kFragmentNoPorts), "fragment_no_ports");
  EXPECT_EQ(to_text(DecodeStatus::kSnapped), "snapped");
  EXPECT_EQ(to_text(NotIpClass::kArp), "arp");
  EXPECT_EQ(to_text(NotIpClass::kOther), "other");
}

TEST(PacketDecoder, WellFormedFramesDecode) {
  for (const NamedFrame& frame : well_formed_frames()) {
    EXPECT_EQ(decode(frame.bytes, frame.link_type).status, DecodeStatus::kOk) << frame.name;
  }
}

TEST(PacketDecoder, CutByTheCaptureIsNeverMalformed) {
  for (const NamedFrame& frame : well_formed_frames()) {
    for (std::size_t length = 1; length < frame.bytes.size(); ++length) {
      const Decoded decoded = decode_snapped(frame.bytes, length, frame.link_type);
      EXPECT_TRUE(decoded.ok() || decoded.status == DecodeStatus::kSnapped)
          << frame.name << " cut to " << length << ": " << to_text(decoded.status);
    }
  }
}

TEST(PacketDecoder, CutOnTheWireIsNeverSnapped) {
  for (const NamedFrame& frame : well_formed_frames()) {
    for (std::size_t length = 1; length < frame.bytes.size(); ++length) {
      EXPECT_NE(decode(first(frame.bytes, length), frame.link_type).status, DecodeStatus::kSnapped)
          << frame.name << " cut to " << length;
    }
  }
}

TEST(PacketDecoder, SnaplenDoesNotChangeTheRecord) {
  for (const NamedFrame& frame : well_formed_frames()) {
    const Decoded whole = decode(frame.bytes, frame.link_type);
    for (std::size_t length = 1; length < frame.bytes.size(); ++length) {
      const Decoded snapped = decode_snapped(frame.bytes, length, frame.link_type);
      if (!snapped.ok() || snapped.record.key != whole.record.key) {
        continue;  // cut inside a tunnel the packet stays its outer flow's
      }
      EXPECT_EQ(snapped.record.wire_length, whole.record.wire_length) << frame.name;
      EXPECT_EQ(snapped.record.ip_length, whole.record.ip_length) << frame.name;
      EXPECT_EQ(snapped.record.transport_length, whole.record.transport_length) << frame.name;
      EXPECT_EQ(snapped.record.payload_length, whole.record.payload_length) << frame.name;
      EXPECT_EQ(snapped.record.tcp_flags, whole.record.tcp_flags) << frame.name;
      EXPECT_LE(snapped.record.payload_offset, length) << frame.name;
    }
  }
}

TEST(PacketDecoder, RecordCarriesTimeAndSizes) {
  const Bytes frame = ether(0x0800, ipv4(6, tcp(1, 2)));
  RawPacket packet = raw(frame, 1, 0xffffffff);
  packet.ts_ns = -7;
  const Decoded decoded = decode(packet);
  EXPECT_EQ(decoded.record.ts_ns, -7);
  EXPECT_EQ(decoded.record.wire_length, 0xffffffffu);
  EXPECT_EQ(decoded.record.captured_length, 54u);
}

TEST(PacketDecoder, MoreCapturedThanOnTheWireIsTaken) {
  const Bytes frame = ether(0x0800, ipv4(6, tcp(1, 2), {.length = 0}));
  const Decoded decoded = decode(raw(frame, 1, 20));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded.record.wire_length, 20u);
  EXPECT_EQ(decoded.record.ip_length, 40u);
}

TEST(PacketDecoder, FieldsOfTheOuterPacketDoNotLeakIntoTheInner) {
  const Bytes inner = ipv4(17, udp(1, 2), {.ttl = 9});
  const Decoded decoded = decode(over_ipv4(inner, 4));
  EXPECT_EQ(decoded.record.ttl, 9);
  EXPECT_EQ(decoded.record.tcp_flags, 0);
  EXPECT_EQ(decoded.record.icmp_type, 0);
  EXPECT_EQ(decoded.record.transport_length, 8u);
}

TEST(PacketDecoder, RecordOfOnePacketDoesNotLeakIntoTheNext) {
  PacketDecoder decoder(DecodeOptions{});
  decode_with(decoder, raw(ether(0x8100, tag(5, 0x0800, ipv4(6, tcp(1, 2, 0xff))))));
  const Bytes frame = ipv4(17, udp(1, 2));
  const Decoded decoded = decode_with(decoder, raw(frame, dlt::kRaw));
  EXPECT_EQ(decoded.record.key.vlan, 0);
  EXPECT_EQ(decoded.record.tcp_flags, 0);
  EXPECT_EQ(decoded.record.src_mac, (std::array<std::uint8_t, 6>{}));
}

/// An Ethernet frame with `count` VLAN tags or labels before IPv4.
Bytes tagged(int count) {
  return ether(0x8100, repeated(static_cast<std::size_t>(count - 1), tag(5, 0x8100, {})) +
                           tag(5, 0x0800, ipv4(6, tcp(1, 2))));
}
Bytes labelled(int count) {
  return ether(0x8847, repeated(static_cast<std::size_t>(count - 1), {0, 1, 0, 64}) +
                           mpls({16}, ipv4(6, tcp(1, 2))));
}

TEST(PacketDecoder, FortyTagsOrLabelsAreTooDeep) {
  EXPECT_TRUE(decode(tagged(29)).ok());
  EXPECT_TRUE(decode(labelled(29)).ok());
  EXPECT_EQ(decode(tagged(40)).status, DecodeStatus::kTooDeep);
  EXPECT_EQ(decode(labelled(40)).status, DecodeStatus::kTooDeep);
}

TEST(PacketDecoder, TooDeepInsideATunnelIsNotTheOuterFlows) {
  EXPECT_EQ(decode(over_udp(vxlan(tagged(40)), port::kVxlan)).status, DecodeStatus::kTooDeep);
}

TEST(PacketDecoder, EndlessStacksEnd) {
  EXPECT_EQ(decode(ether(0x8100, repeated(16000, {0, 1, 0x81, 0}))).status, DecodeStatus::kTooDeep);
  EXPECT_EQ(decode(ether(0x8847, repeated(16000, {0, 1, 0, 64}))).status, DecodeStatus::kTooDeep);
  EXPECT_EQ(decode(ether(0x86dd, ipv6(60, repeated(8000, {60, 0, 1, 4, 0, 0, 0, 0})))).status,
            DecodeStatus::kTooDeep);
  EXPECT_EQ(decode(ether(0x6558, Bytes{}) + repeated(4000, ether(0x6558, {}))).status,
            DecodeStatus::kTooDeep);
}

/// What tcpdump 4.99.3 (`tcpdump -nn -r`) prints of the first packet, and how many packets and
/// flows there are. Inner addresses where it decodes the tunnel; for GTP-U and Teredo, which it
/// does not, those in the hex dump.
struct Expectation {
  const char* file;
  const char* first_flow;
  TunnelKind tunnel;
  int packets;
  int without_first = 0;  ///< later fragments whose first one is not in the capture
};

constexpr const char* kWebFlow = "10.91.151.101.17197 > 192.0.2.33.22";
constexpr const char* kLinkFlow = "10.113.96.219.3979 > 192.0.2.2.80";
constexpr const char* kV6Flow = "2001:db8::1.15794 > 2001:db8::2.80";

constexpr Expectation kExpectations[] = {
    {"gen-magic-us-le.pcap", nullptr, TunnelKind::kNone, 12},
    {"gen-link-80211.pcap", kLinkFlow, TunnelKind::kNone, 24},
    {"gen-link-loop.pcap", kLinkFlow, TunnelKind::kNone, 24},
    {"gen-link-null-be.pcap", kLinkFlow, TunnelKind::kNone, 24},
    {"gen-link-null-le.pcap", kLinkFlow, TunnelKind::kNone, 24},
    {"gen-link-ppp.pcap", kLinkFlow, TunnelKind::kNone, 24},
    {"gen-link-radiotap.pcap", kLinkFlow, TunnelKind::kNone, 24},
    {"gen-link-raw-101.pcap", kLinkFlow, TunnelKind::kNone, 24},
    {"gen-link-raw-14.pcap", kLinkFlow, TunnelKind::kNone, 24},
    {"gen-link-sll.pcap", kLinkFlow, TunnelKind::kNone, 24},
    {"gen-link-sll2.pcap", kLinkFlow, TunnelKind::kNone, 24},
    {"gen-mpls-03.pcap", kWebFlow, TunnelKind::kNone, 12},
    {"gen-pppoe.pcap", kWebFlow, TunnelKind::kNone, 12},
    {"gen-qinq-88a8.pcap", kWebFlow, TunnelKind::kNone, 12},
    {"gen-vlan-02.pcap", kWebFlow, TunnelKind::kNone, 12},
    {"gen-4in6.pcap", kWebFlow, TunnelKind::kIpInIp, 12},
    {"gen-6in4.pcap", kV6Flow, TunnelKind::kIpInIp, 12},
    {"gen-gre.pcap", kWebFlow, TunnelKind::kGre, 12},
    {"gen-gtpu.pcap", kWebFlow, TunnelKind::kGtpU, 12},
    {"gen-vxlan.pcap", kWebFlow, TunnelKind::kVxlan, 12},
    {"gen-teredo.pcap", nullptr, TunnelKind::kTeredo, 8},
    {"gen-frag-overlap.pcap", "10.0.0.1.1111 > 10.0.0.2.53", TunnelKind::kNone, 4},
    {"gen-frag-dup.pcap", nullptr, TunnelKind::kNone, 9},
    {"mercury-sll2_tls.pcap", "172.31.84.252.49818 > 54.186.175.150.443", TunnelKind::kNone, 1},
    {"suriverify-sctp-max-chunks-sctp-max-chunks.pcap", "192.0.2.1.12345 > 198.51.100.1.36412",
     TunnelKind::kNone, 1},
    {"zeek-geneve-arp.pcap", "10.0.0.1.12345 > 10.0.0.2.6081", TunnelKind::kNone, 1},
    {"zeek-ipv6-fragmented-dns.pcap",
     "2001:470:1f11:81f:d138:5f55:6d4:1fe2.51850 > 2607:f740:b::f93.53", TunnelKind::kNone, 8, 1},
    {"zeek-ipv6-http-atomic-frag.pcap", "2001:db8:1::1 > 2001:db8:1::2", TunnelKind::kNone, 38},
    {"tcpdump-pptp.pcap", "10.1.1.11.3025 > 10.1.1.10.1723", TunnelKind::kNone, 23},
};

TEST(PacketDecoder, CapturesDecodeAsTcpdumpDoes) {
  const std::filesystem::path folder =
      std::filesystem::path(NETML_REFERENCE_DIR) / "corpus" / "captures";
  if (!std::filesystem::exists(folder)) {
    GTEST_SKIP() << "no captures in " << folder;
  }
  for (const Expectation& expected : kExpectations) {
    PacketDecoder decoder(DecodeOptions{});
    std::string first_flow;
    TunnelKind tunnel = TunnelKind::kNone;
    int packets = 0, without_first = 0;
    ASSERT_TRUE(for_each_packet(folder / expected.file, PCAP_TSTAMP_PRECISION_NANO,
                                [&](const RawPacket& packet) {
                                  const Decoded decoded = decode_with(decoder, packet);
                                  if (decoded.status == DecodeStatus::kFragmentNoPorts) {
                                    ++without_first;
                                  } else {
                                    EXPECT_TRUE(decoded.ok()) << expected.file;
                                  }
                                  if (packets++ == 0) {
                                    first_flow = decoded.text();
                                    tunnel = decoded.tunnel();
                                  }
                                }))
        << expected.file;
    EXPECT_EQ(packets, expected.packets) << expected.file;
    EXPECT_EQ(without_first, expected.without_first) << expected.file;
    EXPECT_EQ(tunnel, expected.tunnel) << expected.file;
    if (expected.first_flow != nullptr) {
      EXPECT_EQ(first_flow, expected.first_flow) << expected.file;
    }
  }
}

// Both from tcpdump's own tests, read off its hex dump: ARP in VLAN 1 in ERSPAN type I; a TCP
// segment in IPv6 in VXLAN in IPv4 in a frame of 80060 bytes, so that all length fields are 0.
TEST(PacketDecoder, OddCapturesOfTcpdump) {
  const std::filesystem::path folder =
      std::filesystem::path(NETML_REFERENCE_DIR) / "corpus" / "captures";
  if (!std::filesystem::exists(folder)) {
    GTEST_SKIP() << "no captures in " << folder;
  }
  const auto first_of = [&](const char* file) {
    Decoded decoded;
    for_each_packet(folder / file, PCAP_TSTAMP_PRECISION_NANO,
                    [&](const RawPacket& packet) { decoded = decode(packet); });
    return decoded;
  };
  const Decoded erspan = first_of("tcpdump-erspan-type-i-3.pcap");
  EXPECT_TRUE(erspan.ok());
  EXPECT_EQ(erspan.text(), "192.168.90.17 > 192.168.90.127");
  EXPECT_EQ(erspan.record.key.protocol, ip_protocol::kGre);
  const Decoded jumbo = first_of("tcpdump-bigtcp-ipv4-vxlan-ipv6.pcap");
  EXPECT_TRUE(jumbo.ok());
  EXPECT_EQ(jumbo.tunnel(), TunnelKind::kVxlan);
  EXPECT_EQ(jumbo.text(), "fd00::2.33673 > fd00::1.36425");
  EXPECT_EQ(jumbo.record.payload_length, 80060u - 14 - 20 - 8 - 8 - 14 - 40 - 32);
}

}  // namespace
}  // namespace netml
