#include <gtest/gtest.h>

#include "support/standard_decode.hpp"
#include "support/tunnel_frames.hpp"

namespace netml {
namespace {

using namespace test;

Decoded over_v4(std::uint8_t protocol, const Bytes& payload, const Ipv4Options& with = {}) {
  return decode(ether(0x0800, ipv4(protocol, payload, with)));
}

// RFC 9293, 3.1.
TEST(Transport, TcpFieldsAreThoseOfTheHeader) {
  const Decoded decoded = over_v4(6, tcp({.src = 1234,
                                          .dst = 443,
                                          .flags = 0xff,
                                          .seq = 0xfedcba98,
                                          .ack = 0x01234567,
                                          .window = 0xabcd,
                                          .options = zeros(12)},
                                         zeros(7)));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded.text(), "10.0.0.1.1234 > 10.0.0.2.443");
  EXPECT_EQ(decoded.record.key.protocol, 6);
  EXPECT_EQ(decoded.record.tcp_flags, 0xff);
  EXPECT_EQ(decoded.record.tcp_seq, 0xfedcba98u);
  EXPECT_EQ(decoded.record.tcp_ack, 0x01234567u);
  EXPECT_EQ(decoded.record.tcp_window, 0xabcd);
  EXPECT_EQ(decoded.record.transport_length, 39u);
  EXPECT_EQ(decoded.record.payload_length, 7u);
  EXPECT_EQ(decoded.record.payload_offset, 14u + 20 + 32);
}

TEST(Transport, TcpOptionsBeyondTheCaptureDoNotMatter) {
  const Bytes frame = ether(0x0800, ipv4(6, tcp({.options = zeros(40)}, zeros(100))));
  const Decoded decoded = decode_snapped(frame, 60);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded.record.payload_length, 100u);
  EXPECT_EQ(decoded.record.payload_offset, 60u);
  EXPECT_EQ(decoded.record.captured_length, 60u);
}

TEST(Transport, BadTcpOffsetIsRefused) {
  Bytes small = tcp(1, 2);
  small[12] = 0x40;
  EXPECT_EQ(over_v4(6, small).status, DecodeStatus::kBadL4Header);
  Bytes large = tcp(1, 2);
  large[12] = 0x60;
  EXPECT_EQ(over_v4(6, large).status, DecodeStatus::kBadL4Header);
}

TEST(Transport, HeaderAbsentFromThePacketIsShort) {
  EXPECT_EQ(over_v4(6, first(tcp(1, 2), 19)).status, DecodeStatus::kShortL4);
  EXPECT_EQ(over_v4(17, first(udp(1, 2), 7)).status, DecodeStatus::kShortL4);
  EXPECT_EQ(over_v4(132, first(sctp(1, 2), 11)).status, DecodeStatus::kShortL4);
  EXPECT_EQ(over_v4(1, first(icmp(8), 3)).status, DecodeStatus::kShortL4);
  EXPECT_EQ(decode(ether(0x0800, ipv4(6, first(tcp(1, 2), 10))) + zeros(16)).status,
            DecodeStatus::kShortL4);
}

TEST(Transport, HeaderBeyondTheFrameIsShortWhateverTheIpLengthSays) {
  EXPECT_EQ(over_v4(6, first(tcp(1, 2), 10), {.length = 40}).status, DecodeStatus::kShortL4);
}

TEST(Transport, HeaderBeyondTheCaptureIsSnapped) {
  for (const auto& [protocol, payload] :
       {std::pair{6, tcp(1, 2)}, std::pair{17, udp(1, 2)}, std::pair{132, sctp(1, 2)},
        std::pair{1, first(icmp(8), 4)}}) {
    const Bytes frame = ether(0x0800, ipv4(static_cast<std::uint8_t>(protocol), payload));
    EXPECT_EQ(decode_snapped(frame, frame.size() - 1).status, DecodeStatus::kSnapped) << protocol;
  }
}

// RFC 768.
TEST(Transport, UdpFieldsAreThoseOfTheHeader) {
  const Decoded decoded = over_v4(17, udp(5000, 53, zeros(9)));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded.text(), "10.0.0.1.5000 > 10.0.0.2.53");
  EXPECT_EQ(decoded.record.key.protocol, 17);
  EXPECT_EQ(decoded.record.transport_length, 17u);
  EXPECT_EQ(decoded.record.payload_length, 9u);
  EXPECT_EQ(decoded.record.payload_offset, 14u + 20 + 8);
  EXPECT_EQ(decoded.record.tcp_flags, 0);
  EXPECT_EQ(decoded.record.tcp_window, 0);
}

Decoded udp_with_length(std::size_t length, std::size_t payload) {
  Bytes segment = udp(5000, 53, zeros(payload));
  segment[4] = static_cast<std::uint8_t>(length >> 8);
  segment[5] = static_cast<std::uint8_t>(length);
  return over_v4(17, segment);
}

TEST(Transport, UdpLengthEndsThePayload) {
  EXPECT_EQ(udp_with_length(8 + 12, 20).record.payload_length, 12u);
  EXPECT_EQ(udp_with_length(8, 20).record.payload_length, 0u);
  EXPECT_EQ(udp_with_length(8 + 12, 20).record.transport_length, 28u);
}

TEST(Transport, UdpLengthNeverAddsPayload) {
  EXPECT_EQ(udp_with_length(2000, 20).record.payload_length, 20u);
}

// 0: a jumbogram (RFC 2675, 4) or segmentation offload; 1 to 7 are impossible.
TEST(Transport, UdpLengthBelowItsHeaderIsIgnored) {
  for (const std::size_t length : {0U, 1U, 7U}) {
    const Decoded decoded = udp_with_length(length, 20);
    EXPECT_TRUE(decoded.ok());
    EXPECT_EQ(decoded.record.payload_length, 20u);
  }
}

// RFC 9260, 3.1.
TEST(Transport, SctpHasPorts) {
  const Decoded decoded = over_v4(132, sctp(12345, 36412, zeros(16)));
  EXPECT_EQ(decoded.text(), "10.0.0.1.12345 > 10.0.0.2.36412");
  EXPECT_EQ(decoded.record.key.protocol, 132);
  EXPECT_EQ(decoded.record.transport_length, 28u);
}

// RFC 792; RFC 4443, 2.1.
TEST(Transport, IcmpHasATypeAndNoPorts) {
  const Decoded v4 = over_v4(1, icmp(8, zeros(56)));
  ASSERT_TRUE(v4.ok());
  EXPECT_EQ(v4.record.icmp_type, 8);
  EXPECT_EQ(v4.record.icmp_code, 0);
  EXPECT_EQ(over_v4(1, Bytes{3, 13, 0, 0, 0, 0, 0, 0}).record.icmp_code, 13);
  EXPECT_EQ(v4.record.key.port_a, 0);
  EXPECT_EQ(v4.record.key.port_b, 0);
  EXPECT_EQ(v4.record.transport_length, 64u);
  EXPECT_EQ(v4.record.payload_length, 56u);
  EXPECT_EQ(v4.record.payload_offset, 14u + 20 + 8);
  const Decoded v6 = decode(ether(0x86dd, ipv6(58, icmp(135, zeros(16)))));
  EXPECT_EQ(v6.record.icmp_type, 135);
  EXPECT_EQ(v6.record.key.protocol, 58);
}

TEST(Transport, IcmpOfFourBytesHasNoPayload) {
  const Decoded decoded = over_v4(1, first(icmp(3), 4));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded.record.icmp_type, 3);
  EXPECT_EQ(decoded.record.payload_length, 0u);
  EXPECT_EQ(decoded.record.payload_offset, 38u);
}

TEST(Transport, OtherProtocolsAreFlowsWithoutPorts) {
  for (const std::uint8_t protocol : Bytes{2, 46, 50, 89, 103, 112, 255}) {
    const Decoded decoded = over_v4(protocol, zeros(24));
    ASSERT_TRUE(decoded.ok()) << int{protocol};
    EXPECT_EQ(decoded.text(), "10.0.0.1 > 10.0.0.2");
    EXPECT_EQ(decoded.record.key.protocol, protocol);
    EXPECT_EQ(decoded.record.payload_length, 24u);
    EXPECT_EQ(decoded.record.payload_offset, 34u);
    EXPECT_EQ(decoded.tunnel(), TunnelKind::kNone);
  }
  EXPECT_TRUE(over_v4(103, {}).ok());
}

TEST(Transport, BothDirectionsShareTheKey) {
  const Decoded there = over_v4(6, tcp(40000, 80));
  const Decoded back = over_v4(6, tcp(80, 40000), {.reply = true});
  EXPECT_EQ(there.record.key, back.record.key);
  EXPECT_FALSE(there.record.from_b);
  EXPECT_TRUE(back.record.from_b);
  EXPECT_EQ(back.text(), "10.0.0.2.80 > 10.0.0.1.40000");
}

TEST(Transport, EqualAddressesAreOrderedByPort) {
  Bytes frame = ether(0x0800, ipv4(17, udp(9, 5)));
  frame[14 + 19] = 1;
  const Decoded decoded = decode(frame);
  EXPECT_EQ(decoded.record.key.port_a, 5);
  EXPECT_EQ(decoded.record.key.port_b, 9);
  EXPECT_TRUE(decoded.record.from_b);
}

TEST(Transport, EqualEndpointsAreForward) {
  Bytes frame = ether(0x0800, ipv4(17, udp(5, 5)));
  frame[14 + 19] = 1;
  EXPECT_FALSE(decode(frame).record.from_b);
}

TEST(Transport, AddressOrderIsByUnsignedBytes) {
  Bytes frame = ether(0x0800, ipv4(17, udp(1, 2)));
  frame[14 + 12] = 200;
  const Decoded decoded = decode(frame);
  EXPECT_TRUE(decoded.record.from_b);
  EXPECT_EQ(decoded.text(), "200.0.0.1.1 > 10.0.0.2.2");
}

TEST(Transport, PerDirectionKeepsSourceAndDestinationApart) {
  const DecodeOptions options{.per_direction = true};
  const Decoded there = decode(ether(0x0800, ipv4(6, tcp(40000, 80))), 1, options);
  const Decoded back = decode(ether(0x0800, ipv4(6, tcp(80, 40000), {.reply = true})), 1, options);
  EXPECT_NE(there.record.key, back.record.key);
  EXPECT_FALSE(back.record.from_b);
  EXPECT_EQ(back.text(), "10.0.0.2.80 > 10.0.0.1.40000");
}

}  // namespace
}  // namespace netml
