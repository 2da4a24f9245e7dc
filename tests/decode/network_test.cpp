#include <gtest/gtest.h>

#include "support/standard_decode.hpp"
#include "support/tunnel_frames.hpp"

namespace netml {
namespace {

using namespace test;

const Bytes kTcp = tcp(40000, 80, tcp_flag::kAck, zeros(10));
const Bytes kUdp = udp(5000, 53, zeros(4));

Decoded decode_v4(const Bytes& payload, const Ipv4Options& with,
                  std::uint8_t protocol = ip_protocol::kTcp) {
  return decode(ether(0x0800, ipv4(protocol, payload, with)));
}

Decoded decode_v6(std::uint8_t next_header, const Bytes& payload, const Ipv6Options& with = {}) {
  return decode(ether(0x86dd, ipv6(next_header, payload, with)));
}

TEST(Network, Ipv4FieldsAreThoseOfTheHeader) {
  const Decoded decoded = decode_v4(kTcp, {.ttl = 63, .options = zeros(8), .tos = 0xb8});
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded.record.key.ip_version, 4);
  EXPECT_EQ(decoded.record.ttl, 63);
  EXPECT_EQ(decoded.record.tos, 0xb8);
  EXPECT_EQ(decoded.record.ip_length, 58u);
  EXPECT_EQ(decoded.record.transport_length, 30u);
  EXPECT_EQ(decoded.record.payload_length, 10u);
  EXPECT_EQ(decoded.record.payload_offset, 14u + 28 + 20);
  EXPECT_FALSE(decoded.record.is_fragment);
}

TEST(Network, Ipv6FieldsAreThoseOfTheHeader) {
  const Decoded decoded =
      decode_v6(ip_protocol::kTcp, kTcp, {.hop_limit = 5, .traffic_class = 0x2e});
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded.text(), "2001:db8::1.40000 > 2001:db8::2.80");
  EXPECT_EQ(decoded.record.key.ip_version, 6);
  EXPECT_EQ(decoded.record.ttl, 5);
  EXPECT_EQ(decoded.record.tos, 0x2e);
  EXPECT_EQ(decoded.record.ip_length, 70u);
  EXPECT_EQ(decoded.record.transport_length, 30u);
  EXPECT_EQ(decoded.record.payload_length, 10u);
  EXPECT_EQ(decoded.record.payload_offset, 14u + 40 + 20);
}

// RFC 791, appendix A, example 1 (a datagram of 21 bytes, identification 111, TTL 123, protocol 1)
// with the three bytes more that ICMP needs.
TEST(Network, Ipv4DatagramOfTheRfc) {
  const Bytes datagram = {0x45, 0, 0, 24, 0,  111, 0, 0, 123, 1, 0, 0,
                          10,   0, 0, 1,  10, 0,   0, 2, 8,   0, 0, 0};
  const Decoded decoded = decode(datagram, dlt::kRaw);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded.record.ttl, 123);
  EXPECT_EQ(decoded.record.ip_length, 24u);
  EXPECT_EQ(decoded.record.icmp_type, 8);
}

TEST(Network, EthernetPaddingIsNotPayload) {
  const Decoded v4 = decode(ether(0x0800, ipv4(6, tcp(1, 2))) + zeros(6));
  EXPECT_EQ(v4.record.ip_length, 40u);
  EXPECT_EQ(v4.record.payload_length, 0u);
  EXPECT_EQ(v4.record.wire_length, 60u);
  const Decoded v6 = decode(ether(0x86dd, ipv6(17, udp(1, 2))) + zeros(6));
  EXPECT_EQ(v6.record.ip_length, 48u);
  EXPECT_EQ(v6.record.payload_length, 0u);
}

TEST(Network, Ipv4LengthZeroReachesTheEndOfTheFrame) {
  const Bytes frame = ether(0x0800, ipv4(6, kTcp, {.length = 0}));
  EXPECT_EQ(decode(frame).record.ip_length, 50u);
  const Decoded snapped = decode(raw(first(frame, 60), 1, 70000));
  EXPECT_EQ(snapped.record.ip_length, 70000u - 14);
  EXPECT_EQ(snapped.record.payload_length, 70000u - 14 - 40);
  EXPECT_EQ(snapped.record.payload_offset, 54u);
}

TEST(Network, Ipv6LengthZeroReachesTheEndOfTheFrame) {
  const Bytes frame = ether(0x86dd, ipv6(6, kTcp, Ipv6Options{.length = 0}));
  const Decoded decoded = decode(raw(frame, 1, 100014));
  EXPECT_EQ(decoded.record.ip_length, 100000u);
  EXPECT_EQ(decoded.record.transport_length, 100000u - 40);
}

// RFC 2675, 2: a hop-by-hop option C2 04 with a 32-bit length, and a payload length of 0.
TEST(Network, JumbogramReachesTheEndOfTheFrame) {
  const Bytes hop_by_hop = Bytes{6, 0, 0xc2, 4} + u32(100000);
  const Bytes frame = ether(0x86dd, ipv6(0, hop_by_hop + kTcp, Ipv6Options{.length = 0}));
  const Decoded decoded = decode(raw(frame, 1, 14 + 40 + 100000));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded.record.ip_length, 100040u);
  EXPECT_EQ(decoded.record.payload_length, 100000u - 8 - 20);
}

TEST(Network, LengthsOfTheLargestWireLengthDoNotWrap) {
  const Bytes v6 = ether(0x86dd, ipv6(6, kTcp, Ipv6Options{.length = 0}));
  EXPECT_EQ(decode(raw(v6, 1, 0xffffffff)).record.ip_length, 0xffffffffu - 14);
  const Bytes v4 = ether(0x0800, ipv4(6, kTcp, {.length = 0}));
  EXPECT_EQ(decode(raw(v4, 1, 0xffffffff)).record.ip_length, 0xffffffffu - 14);
}

TEST(Network, Ipv4LengthBeyondTheFrameKeepsTheHeadersWord) {
  const Decoded decoded = decode_v4(kTcp, {.length = 1500});
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded.record.ip_length, 1500u);
  EXPECT_EQ(decoded.record.payload_length, 1460u);
  EXPECT_EQ(decoded.record.payload_offset, 54u);
  EXPECT_EQ(decoded.record.wire_length, 64u);
}

TEST(Network, WrongVersionIsRefused) {
  EXPECT_EQ(decode(ether(0x0800, ipv6(6, kTcp))).status, DecodeStatus::kBadIpVersion);
  EXPECT_EQ(decode(ether(0x86dd, ipv4(6, kTcp))).status, DecodeStatus::kBadIpVersion);
  EXPECT_EQ(decode(ether(0x0800, Bytes{0x05} + zeros(40))).status, DecodeStatus::kBadIpVersion);
}

TEST(Network, BadIpv4HeaderIsRefused) {
  Bytes short_ihl = ether(0x0800, ipv4(6, kTcp));
  short_ihl[14] = 0x44;
  EXPECT_EQ(decode(short_ihl).status, DecodeStatus::kBadIpHeader);
  Bytes long_ihl = ether(0x0800, ipv4(6, {}, {.length = 60}));
  long_ihl[14] = 0x4f;
  EXPECT_EQ(decode(long_ihl).status, DecodeStatus::kBadIpHeader);
  EXPECT_EQ(decode(raw(long_ihl, 1, 100)).status, DecodeStatus::kSnapped);
  EXPECT_EQ(decode_v4(kTcp, {.length = 19}).status, DecodeStatus::kBadIpHeader);
  EXPECT_EQ(decode_v4(kTcp, {.options = zeros(4), .length = 20}).status,
            DecodeStatus::kBadIpHeader);
  EXPECT_EQ(decode(ether(0x0800, first(ipv4(6, kTcp), 19))).status, DecodeStatus::kBadIpHeader);
  EXPECT_EQ(decode(ether(0x86dd, first(ipv6(6, kTcp), 39))).status, DecodeStatus::kBadIpHeader);
}

TEST(Network, NothingBehindTheLinkHeaderIsShort) {
  EXPECT_EQ(decode(ether(0x0800, {})).status, DecodeStatus::kShortLink);
  EXPECT_EQ(decode(raw(ether(0x0800, {}), 1, 60)).status, DecodeStatus::kSnapped);
}

TEST(Network, EveryExtensionHeaderIsSkipped) {
  for (const std::uint8_t kind : Bytes{0, 43, 60, 135, 139, 140}) {
    const Decoded decoded = decode_v6(kind, extension(17, kUdp, 3));
    EXPECT_EQ(decoded.text(), "2001:db8::1.5000 > 2001:db8::2.53") << int{kind};
    EXPECT_EQ(decoded.record.transport_length, 12u);
    EXPECT_EQ(decoded.record.ip_length, 40u + 32 + 12);
    EXPECT_EQ(decoded.record.payload_offset, 14u + 40 + 32 + 8);
  }
}

// RFC 4302, 2: the length counts 32-bit words minus 2, unlike the others.
TEST(Network, AuthenticationHeaderIsSkippedInBothVersions) {
  const Decoded v6 = decode_v6(ip_protocol::kAh, auth_header(17, kUdp));
  EXPECT_EQ(v6.text(), "2001:db8::1.5000 > 2001:db8::2.53");
  const Decoded v4 = decode_v4(auth_header(17, kUdp), {}, ip_protocol::kAh);
  EXPECT_EQ(v4.text(), "10.0.0.1.5000 > 10.0.0.2.53");
  EXPECT_EQ(v4.record.key.protocol, 17);
  EXPECT_EQ(v4.record.transport_length, 12u);
}

TEST(Network, ExtensionNumbersOverIpv4AreProtocols) {
  for (const std::uint8_t protocol : Bytes{0, 43, 44, 59, 60, 135, 139, 140}) {
    const Decoded decoded = decode_v4(zeros(16), {}, protocol);
    EXPECT_TRUE(decoded.ok());
    EXPECT_EQ(decoded.record.key.protocol, protocol);
    EXPECT_EQ(decoded.record.transport_length, 16u);
  }
}

TEST(Network, ExtensionBeyondThePacketIsBad) {
  EXPECT_EQ(decode_v6(0, Bytes{17, 200} + zeros(14)).status, DecodeStatus::kBadExtension);
  EXPECT_EQ(decode_v6(60, Bytes{17}).status, DecodeStatus::kBadExtension);
  EXPECT_EQ(decode_v6(44, first(fragment_header(17, 0, true, {}), 7)).status,
            DecodeStatus::kBadExtension);
  EXPECT_EQ(decode_v4(Bytes{6, 4, 0, 0}, {}, ip_protocol::kAh).status, DecodeStatus::kBadExtension);
  EXPECT_EQ(decode_v6(0, {}, {.length = 4}).status, DecodeStatus::kBadExtension);
}

TEST(Network, ExtensionBeyondTheCaptureIsSnapped) {
  const Bytes frame = ether(0x86dd, ipv6(0, extension(17, kUdp, 5)));
  EXPECT_EQ(decode_snapped(frame, 14 + 40 + 8).status, DecodeStatus::kSnapped);
}

TEST(Network, NoNextHeaderHasNoFlow) {
  EXPECT_EQ(decode_v6(59, zeros(4)).status, DecodeStatus::kUnsupportedL4);
  EXPECT_EQ(decode_v6(135, extension(59, {})).status, DecodeStatus::kUnsupportedL4);
}

TEST(Network, FortyExtensionHeadersAreTooDeep) {
  for (const auto& [count, expected] :
       {std::pair{20, DecodeStatus::kOk}, std::pair{40, DecodeStatus::kTooDeep}}) {
    Bytes payload = extension(17, kUdp);
    for (int i = 1; i < count; ++i) {
      payload = extension(60, payload);
    }
    EXPECT_EQ(decode_v6(60, payload).status, expected);
  }
}

// RFC 6946: an atomic fragment is a whole packet.
TEST(Network, AtomicFragmentIsNoFragment) {
  const Decoded decoded = decode_v6(44, fragment_header(17, 0, false, kUdp));
  EXPECT_EQ(decoded.text(), "2001:db8::1.5000 > 2001:db8::2.53");
  EXPECT_FALSE(decoded.record.is_fragment);
  EXPECT_EQ(decoded.record.transport_length, 12u);
}

TEST(Network, DontFragmentIsNoFragment) {
  EXPECT_FALSE(decode_v4(kTcp, {.fragment = 0x4000}).record.is_fragment);
}

}  // namespace
}  // namespace netml
