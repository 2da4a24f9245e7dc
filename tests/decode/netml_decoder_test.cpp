#include "netml/decode/netml_decoder.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <string>

#include <gtest/gtest.h>

#include "support/frames.hpp"

namespace netml {
namespace {

using namespace test;

/// "src:port > dst:port protocol", "ipv6" for the key without addresses, "-" for not counted.
std::string key_of(const Bytes& frame, int link_type = 1) {
  NetmlPacket packet;
  if (decode_netml(raw(frame, link_type), packet) != DecodeStatus::kOk) {
    return "-";
  }
  const NetmlKey& key = packet.key;
  if (!key.has_addresses()) {
    return key.src_port == -1 && key.dst_port == -1 && key.protocol == -1 ? "ipv6" : "bad";
  }
  return to_text(key.src, 4) + ":" + std::to_string(key.src_port) + " > " + to_text(key.dst, 4) +
         ":" + std::to_string(key.dst_port) + " " + std::to_string(key.protocol);
}

NetmlPacket decode(const Bytes& frame, int link_type = 1) {
  NetmlPacket packet;
  EXPECT_EQ(decode_netml(raw(frame, link_type), packet), DecodeStatus::kOk);
  return packet;
}

DecodeStatus status_of(const Bytes& frame, int link_type = 1, std::size_t wire_length = 0) {
  NetmlPacket packet;
  return decode_netml(raw(frame, link_type, wire_length), packet);
}

const Bytes kTcp = tcp(1, 2, tcp_flag::kSyn | tcp_flag::kEce);
const Bytes kPlain = ipv4(6, kTcp);
const Bytes kInner = ipv4(6, kTcp, {.first = 192, .ttl = 3});
const Bytes kInnerUdp = ipv4(17, udp(3, 4), {.first = 192, .ttl = 3});
constexpr const char* kPlainKey = "10.0.0.1:1 > 10.0.0.2:2 6";

TEST(NetmlDecoder, LinkLayersGiveTheSameKey) {
  EXPECT_EQ(key_of(ether(0x0800, kPlain)), kPlainKey);
  EXPECT_EQ(key_of(ether(0x8100, tag(5, 0x0800, kPlain))), kPlainKey);
  EXPECT_EQ(key_of(ether(0x88a8, tag(5, 0x8100, tag(6, 0x0800, kPlain)))), kPlainKey);
  EXPECT_EQ(key_of(snap(0x0800, kPlain)), kPlainKey);
  EXPECT_EQ(key_of(ether(0x8864, pppoe(0x21, kPlain))), kPlainKey);
  EXPECT_EQ(key_of(zeros(14) + u16(0x0800) + kPlain, 113), kPlainKey);
  EXPECT_EQ(key_of(u16(0x0800) + zeros(18) + kPlain, 276), kPlainKey);
  EXPECT_EQ(key_of(Bytes{2, 0, 0, 0} + kPlain, 0), kPlainKey);
  EXPECT_EQ(key_of(Bytes{0, 0, 0, 2} + kPlain, 0), kPlainKey);
  EXPECT_EQ(key_of(Bytes{0, 0x21} + kPlain, 9), kPlainKey);
  EXPECT_EQ(key_of(Bytes{0x21} + kPlain, 9), kPlainKey);
  EXPECT_EQ(key_of(Bytes{0xff, 3, 0, 0x21} + kPlain, 9), kPlainKey);
  EXPECT_EQ(key_of(Bytes{0xff, 3, 0, 0x21} + kPlain, 50), kPlainKey);
  for (const int raw_ip : {12, 14, 101, 228}) {
    EXPECT_EQ(key_of(kPlain, raw_ip), kPlainKey) << raw_ip;
  }
  EXPECT_EQ(key_of(ipv6(6, kTcp), 101), "ipv6");
  EXPECT_EQ(key_of(ipv6(6, kTcp), 229), "ipv6");
  EXPECT_EQ(key_of(kPlain, 147), "-");
}

TEST(NetmlDecoder, Wlan) {
  const Bytes body = Bytes{0xaa, 0xaa, 3, 0, 0, 0, 8, 0} + kPlain;
  EXPECT_EQ(key_of(Bytes{8, 1} + zeros(22) + body, 105), kPlainKey);
  EXPECT_EQ(key_of(Bytes{0x88, 3} + zeros(30) + body, 105), kPlainKey);
  EXPECT_EQ(key_of(Bytes{0, 0, 8, 0, 0, 0, 0, 0} + Bytes{8, 1} + zeros(22) + body, 127), kPlainKey);
  EXPECT_EQ(status_of(Bytes{8, 0x41} + zeros(22) + body, 105), DecodeStatus::kEncryptedWlan);
}

TEST(NetmlDecoder, TunnelsMixOuterAddressesAndInnerPorts) {
  EXPECT_EQ(key_of(ether(0x0800, ipv4(4, kInner))), kPlainKey);
  EXPECT_EQ(key_of(ether(0x0800, ipv4(41, ipv6(6, kTcp)))), kPlainKey);
  EXPECT_EQ(key_of(ether(0x86dd, ipv6(4, kInner))), "192.0.0.1:1 > 192.0.0.2:2 6");
  EXPECT_EQ(key_of(ether(0x86dd, ipv6(41, ipv6(6, kTcp)))), "ipv6");
  EXPECT_EQ(key_of(ether(0x0800, ipv4(47, Bytes{0, 0, 8, 0} + kInner))), kPlainKey);
  EXPECT_EQ(key_of(ether(0x0800, ipv4(47, Bytes{0xb0, 0, 8, 0} + zeros(12) + kInner))), kPlainKey);
  EXPECT_EQ(key_of(ether(0x0800, ipv4(47, Bytes{0, 0, 0x65, 0x58} + ether(0x0800, kInner)))),
            kPlainKey);
  EXPECT_EQ(key_of(ether(0x0800, ipv4(47, Bytes{0x30, 0x81, 0x88, 0x0b} + zeros(12) + Bytes{0x21} +
                                              kInner))),
            kPlainKey);
  EXPECT_EQ(key_of(ether(0x0800, ipv4(47, Bytes{0x40, 0, 8, 0} + zeros(4) + kInner))), "-");
  EXPECT_EQ(key_of(ether(0x0800, ipv4(47, Bytes{0, 0, 0x88, 0x47} + zeros(4) + kInner))), "-");
}

TEST(NetmlDecoder, UdpTunnels) {
  const Bytes vxlan = Bytes{8, 0, 0, 0, 0, 0, 7, 0};
  const auto over_udp = [](std::size_t port, const Bytes& payload) {
    return ether(0x0800, ipv4(17, udp(5000, port, payload)));
  };
  EXPECT_EQ(key_of(over_udp(4789, vxlan + ether(0x0800, kInner))), kPlainKey);
  EXPECT_EQ(key_of(over_udp(4789, vxlan + ether(0x0800, kInnerUdp))),
            "10.0.0.1:5000 > 10.0.0.2:4789 17");
  EXPECT_EQ(key_of(over_udp(4790, Bytes{0x0c, 0, 0, 1, 0, 0, 7, 0} + kInner)), kPlainKey);
  const Bytes ppp = Bytes{0xff, 3, 0, 0x21} + kInner;
  EXPECT_EQ(key_of(over_udp(1701, Bytes{0, 2, 0, 1, 0, 2} + ppp)), kPlainKey);
  EXPECT_EQ(key_of(over_udp(1701, Bytes{0x4a, 2} + zeros(14) + ppp)), kPlainKey);
  EXPECT_EQ(key_of(over_udp(2152, Bytes{0x30, 0xff, 0, 0, 0, 0, 0, 1} + kInner)),
            "10.0.0.1:5000 > 10.0.0.2:2152 17");
}

TEST(NetmlDecoder, NotCounted) {
  EXPECT_EQ(status_of({}), DecodeStatus::kEmpty);
  EXPECT_EQ(status_of(ether(0x0806, zeros(46))), DecodeStatus::kNotIp);
  EXPECT_EQ(status_of(ether(0x8847, Bytes{0, 0, 1, 9} + kPlain)), DecodeStatus::kNotIp);
  // Quotations in ICMP errors do not count.
  EXPECT_EQ(status_of(ether(0x0800, ipv4(1, Bytes{3, 3} + zeros(6) + kPlain))),
            DecodeStatus::kUnsupportedL4);
  EXPECT_EQ(status_of(ether(0x0800, ipv4(132, zeros(20)))), DecodeStatus::kUnsupportedL4);
  EXPECT_EQ(status_of(ether(0x0800, ipv4(6, kTcp, {.fragment = 100}))),
            DecodeStatus::kFragmentNoPorts);
  EXPECT_EQ(status_of(ether(0x0800, first(kPlain, 19))), DecodeStatus::kBadIpHeader);
}

TEST(NetmlDecoder, Fragments) {
  EXPECT_EQ(key_of(ether(0x0800, ipv4(6, kTcp, {.fragment = 0x2000}))), kPlainKey);
  // IPv6 in a later fragment is dissected all the same.
  EXPECT_EQ(key_of(ether(0x0800, ipv4(41, ipv6(6, kTcp), {.fragment = 100}))), kPlainKey);
  const Bytes fragment = {6, 0, 0, 1, 0, 0, 0, 9};
  EXPECT_EQ(key_of(ether(0x86dd, ipv6(44, fragment + kTcp))), "ipv6");
  EXPECT_EQ(key_of(ether(0x86dd, ipv6(44, Bytes{6, 0, 0, 9, 0, 0, 0, 9} + kTcp))), "-");
}

TEST(NetmlDecoder, Ipv6ExtensionHeaders) {
  const Bytes options = Bytes{6, 1} + zeros(14);
  EXPECT_EQ(key_of(ether(0x86dd, ipv6(0, options + kTcp))), "ipv6");
  EXPECT_EQ(key_of(ether(0x86dd, ipv6(60, options + kTcp))), "ipv6");
  EXPECT_EQ(key_of(ether(0x86dd, ipv6(43, options + kTcp))), "ipv6");
  EXPECT_EQ(key_of(ether(0x86dd, ipv6(51, Bytes{6, 1} + zeros(10) + kTcp))), "-");
  EXPECT_EQ(key_of(ether(0x86dd, ipv6(51, Bytes{41, 1} + zeros(10) + ipv6(6, kTcp)))), "ipv6");
  Bytes jumbo = ether(0x86dd, ipv6(0, Bytes{6, 0, 0xc2, 4, 0, 1, 0, 0} + kTcp));
  jumbo[14 + 4] = jumbo[14 + 5] = 0;
  EXPECT_EQ(key_of(jumbo), "ipv6");
  jumbo[14 + 40 + 2] = 1;  // no jumbo option: nothing but the options belongs to the packet
  EXPECT_EQ(key_of(jumbo), "-");
}

/// IPv6 headers in one another, each with payload length 0 and hop-by-hop options; at the frame's
/// end a jumbo option, `shift` bytes from where those headers look for it.
Bytes nested_jumbo(std::size_t levels, std::size_t shift = 0) {
  Bytes frame = ether(0x86dd, {});
  for (std::size_t level = 1; level <= levels; ++level) {
    Bytes header =
        ipv6(0, Bytes{level == levels ? ip_protocol::kTcp : ip_protocol::kIpv6} + zeros(7));
    header[4] = header[5] = 0;
    frame = std::move(frame) + header;
  }
  frame = std::move(frame) + kTcp + zeros(12);
  frame[frame.size() - 10 + shift] = 0xc2;
  frame[frame.size() - 5] = 1;  // longer than any frame
  return frame;
}

TEST(NetmlDecoder, OneJumboOptionServesAllHeadersAroundIt) {
  for (std::size_t levels = 1; levels <= 20; ++levels) {
    EXPECT_EQ(key_of(nested_jumbo(levels)), "ipv6") << levels;
    for (const std::size_t shift : {1U, 2U, 3U}) {
      EXPECT_EQ(key_of(nested_jumbo(levels, shift)), "-") << levels;
    }
  }
}

// The outer header's option lies behind the end that it sets for the inner one, which then has 22
// bytes: an offset where it would look for an option, so that it runs over the end; with 24 not.
TEST(NetmlDecoder, JumboOptionBehindTheEnd) {
  for (const std::uint8_t more : Bytes{0, 2}) {
    Bytes inner = ipv6(0, Bytes{ip_protocol::kTcp} + zeros(7) + kTcp);
    inner[4] = inner[5] = 0;
    Bytes outer = ipv6(0, Bytes{ip_protocol::kIpv6} + zeros(7) + inner + zeros(24));
    outer[4] = outer[5] = 0;
    outer[40 + 8 + 40 + 40 + 2] = 0xc2;
    outer[40 + 8 + 40 + 40 + 4] = static_cast<std::uint8_t>(40 + 22 + more);
    NetmlPacket packet;
    const DecodeStatus status = decode_netml(raw(ether(0x86dd, outer)), packet);
    EXPECT_EQ(status, more == 0 ? DecodeStatus::kBadExtension : DecodeStatus::kUnsupportedL4)
        << int{more};
  }
}

double seconds_to_decode(const Bytes& frame, int times) {
  const std::clock_t before = std::clock();
  for (int i = 0; i < times; ++i) {
    EXPECT_EQ(key_of(frame), "ipv6");
  }
  return static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
}

// 16 times as long where every header looks through the rest of the frame.
TEST(NetmlDecoder, FourTimesAsManyHeadersTakeFourTimesAsLong) {
  const Bytes quarter = nested_jumbo(340), whole = nested_jumbo(1360);
  double best = 100;
  for (int i = 0; i < 5; ++i) {
    best = std::min(best, seconds_to_decode(whole, 100) / seconds_to_decode(quarter, 100));
  }
  EXPECT_LT(best, 8);
}

TEST(NetmlDecoder, CutTcpHeaders) {
  for (std::size_t left = 0; left <= 20; ++left) {
    const bool counts = left == 2 || left == 4 || left == 8 || left == 12 || left == 14 ||
                        left == 16 || left == 18 || left == 20;
    const Bytes frame = first(ether(0x0800, kPlain), 34 + left);
    EXPECT_EQ(key_of(frame) != "-", counts) << left;
  }
  EXPECT_EQ(key_of(first(ether(0x0800, kPlain), 34 + 2)), "10.0.0.1:1 > 10.0.0.2:80 6");
  EXPECT_EQ(decode(first(ether(0x0800, kPlain), 34 + 12)).tcp_flags, tcp_flag::kSyn);
  EXPECT_EQ(decode(first(ether(0x0800, kPlain), 34 + 14)).tcp_flags,
            tcp_flag::kSyn | tcp_flag::kEce);
  EXPECT_EQ(status_of(first(ether(0x0800, kPlain), 34 + 3), 1, 54), DecodeStatus::kSnapped);
}

TEST(NetmlDecoder, CutUdpHeaders) {
  for (std::size_t left = 0; left <= 8; ++left) {
    const Bytes frame = first(ether(0x0800, ipv4(17, udp(1, 2))), 34 + left);
    EXPECT_EQ(key_of(frame) != "-", left == 6 || left == 8) << left;
  }
}

TEST(NetmlDecoder, TheTotalLengthCutsButZeroDoesNot) {
  Bytes frame = ether(0x0800, kPlain + zeros(6));
  EXPECT_EQ(key_of(frame), kPlainKey);
  frame[14 + 3] = 20 + 13;
  EXPECT_EQ(key_of(frame), "-");
  frame[14 + 3] = 0;
  EXPECT_EQ(key_of(frame), kPlainKey);
  // A header length of 4 words makes the options a slice from the end: the last 4 bytes remain.
  Bytes short_header = ether(0x0800, kPlain);
  short_header[14] = 0x44;
  EXPECT_EQ(key_of(short_header), "10.0.0.1:0 > 10.0.0.2:0 6");
}

TEST(NetmlDecoder, HeaderFeatureLooksRightBehindTheLinkHeader) {
  const std::uint8_t flags = tcp_flag::kSyn | tcp_flag::kEce;
  const auto expect = [](const NetmlPacket& packet, int tcp_flags, int ttl) {
    EXPECT_EQ(packet.tcp_flags, tcp_flags);
    EXPECT_EQ(packet.ttl, ttl);
  };
  expect(decode(ether(0x0800, kPlain)), flags, 64);
  expect(decode(zeros(14) + u16(0x0800) + kPlain, 113), flags, 64);
  expect(decode(Bytes{2, 0, 0, 0} + kPlain, 0), flags, 64);
  expect(decode(ether(0x8100, tag(5, 0x0800, kPlain))), 0, 64);
  expect(decode(snap(0x0800, kPlain)), 0, 64);
  expect(decode(ether(0x8864, pppoe(0x21, kPlain))), 0, 64);
  expect(decode(ether(0x0800, ipv4(4, kInner))), 0, 64);
  expect(decode(ether(0x0800, ipv4(41, ipv6(6, kTcp)))), 0, 64);
  expect(decode(ether(0x86dd, ipv6(4, kInner))), 0, 3);
  // Where the original raises: the real values.
  expect(decode(ether(0x86dd, ipv6(6, kTcp))), flags, 60);
  expect(decode(kPlain, 101), flags, 64);
  expect(decode(ipv6(17, udp(1, 2)), 101), 0, 60);
}

TEST(NetmlDecoder, SizeIsTheCapturedLengthUpTo65535) {
  EXPECT_EQ(decode(ether(0x0800, kPlain + zeros(6))).size, 60u);
  EXPECT_EQ(decode(ether(0x0800, kPlain) + zeros(70000)).size, 65535u);
  EXPECT_TRUE(decode(ether(0x0800, kPlain)).has_tcp);
  EXPECT_FALSE(decode(ether(0x0800, ipv4(17, udp(1, 2)))).has_tcp);
}

TEST(NetmlDecoder, TimeIsTheNearestDouble) {
  const auto time = [](std::int64_t seconds, std::int64_t ns) {
    RawPacket packet;
    packet.seconds = seconds;
    packet.subsecond_ns = ns;
    return netml_time(packet);
  };
  EXPECT_EQ(time(1600000000, 721456000), 1600000000.721456);
  EXPECT_EQ(time(1600000000, 123456789), 1600000000.123456789);
  EXPECT_EQ(time(1483225200, 999999999), 1483225200.999999999);
  EXPECT_EQ(time(0, 1), 1e-9);
  EXPECT_EQ(time(4294967295, 999999000), 4294967295.999999);
  // 32-bit fields are unsigned in the original; readers may hand them over as signed.
  EXPECT_EQ(time(-1, 0), 4294967295.0);
  EXPECT_EQ(time(10, -1000), 10 + 4294.967295);
  EXPECT_TRUE(std::isfinite(time(INT64_MAX, INT64_MAX)));
  EXPECT_TRUE(std::isfinite(time(INT64_MIN, INT64_MIN)));
}

}  // namespace
}  // namespace netml
