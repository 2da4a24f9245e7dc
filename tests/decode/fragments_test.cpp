#include "netml/decode/fragments.hpp"

#include <gtest/gtest.h>

#include "support/standard_decode.hpp"
#include "support/tunnel_frames.hpp"

namespace netml {
namespace {

using namespace test;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::size_t kMore = 0x2000;

/// One decoder that sees packets at times of the test's choice.
class Fragments : public ::testing::Test {
 protected:
  Decoded see(const Bytes& frame, std::int64_t ts_ns = 0) {
    RawPacket packet = raw(frame);
    packet.ts_ns = ts_ns;
    return decode_with(decoder_, packet);
  }
  /// The first 16 bytes of a UDP datagram of 48.
  Decoded see_first(const Ipv4Options& with = {}, std::int64_t ts_ns = 0) {
    return see(frame(with, 0, Bytes{0x13, 0x88, 0, 53, 0, 48, 0, 0} + zeros(8)), ts_ns);
  }
  Decoded see_later(const Ipv4Options& with = {}, std::int64_t ts_ns = 0) {
    return see(frame(with, 2, zeros(32)), ts_ns);
  }

  static Bytes frame(Ipv4Options with, std::size_t offset, const Bytes& payload,
                     std::uint8_t protocol = ip_protocol::kUdp) {
    with.fragment = offset == 0 ? kMore : offset;
    return ether(0x0800, ipv4(protocol, payload, with));
  }

  PacketDecoder decoder_{DecodeOptions{}};
};

TEST_F(Fragments, LaterOneJoinsTheFlowOfTheFirst) {
  const Decoded head = see_first();
  const Decoded tail = see_later();
  ASSERT_TRUE(head.ok());
  ASSERT_TRUE(tail.ok());
  EXPECT_EQ(head.text(), "10.0.0.1.5000 > 10.0.0.2.53");
  EXPECT_EQ(tail.record.key, head.record.key);
  EXPECT_TRUE(head.record.is_fragment);
  EXPECT_TRUE(tail.record.is_fragment);
  EXPECT_EQ(head.record.payload_length, 8u);
  EXPECT_EQ(tail.record.payload_length, 32u);
  EXPECT_EQ(tail.record.payload_offset, 34u);
  EXPECT_EQ(tail.record.ip_length, 52u);
}

TEST_F(Fragments, DirectionsAreDatagramsOfTheirOwn) {
  const Decoded there = see_first();
  const Bytes answer = Bytes{0, 53, 0x13, 0x88, 0, 48, 0, 0} + zeros(8);
  const Decoded back = see(frame({.reply = true}, 0, answer));
  EXPECT_EQ(there.record.key, back.record.key);
  const Decoded there_tail = see_later();
  const Decoded back_tail = see_later({.reply = true});
  EXPECT_EQ(back_tail.record.key, back.record.key);
  EXPECT_FALSE(there_tail.record.from_b);
  EXPECT_TRUE(back_tail.record.from_b);
}

TEST_F(Fragments, PerDirectionKeepsTheDirections) {
  decoder_ = PacketDecoder(DecodeOptions{.per_direction = true});
  see_first({.reply = true});
  EXPECT_EQ(see_later({.reply = true}).text(), "10.0.0.2.5000 > 10.0.0.1.53");
}

TEST_F(Fragments, DuplicatesAndOverlapsJoinToo) {
  const Decoded head = see_first();
  see_first();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(see_later().record.key, head.record.key);
  }
  EXPECT_EQ(see(frame({}, 1, zeros(100))).record.key, head.record.key);
}

TEST_F(Fragments, BeforeTheFirstThereIsNoFlow) {
  EXPECT_EQ(see_later().status, DecodeStatus::kFragmentNoPorts);
  see_first();
  EXPECT_TRUE(see_later().ok());
}

TEST_F(Fragments, OtherDatagramsHaveNoFlow) {
  see_first();
  EXPECT_EQ(see_later({.id = 2}).status, DecodeStatus::kFragmentNoPorts);
  EXPECT_EQ(see_later({.reply = true}).status, DecodeStatus::kFragmentNoPorts);
  EXPECT_EQ(see(frame({}, 2, zeros(8), ip_protocol::kTcp)).status, DecodeStatus::kFragmentNoPorts);
  const Bytes tagged = ether(0x8100, tag(5, 0x0800, ipv4(17, zeros(8), {.fragment = 2})));
  EXPECT_EQ(see(tagged).status, DecodeStatus::kFragmentNoPorts);
}

TEST_F(Fragments, FirstIsForgottenAfterThirtySeconds) {
  see_first({}, kSecond);
  EXPECT_TRUE(see_later({}, 31 * kSecond).ok());
  EXPECT_EQ(see_later({}, 31 * kSecond + 1).status, DecodeStatus::kFragmentNoPorts);
}

TEST_F(Fragments, TimeMayGoBackAndReachItsEnds) {
  see_first({}, 100 * kSecond);
  EXPECT_TRUE(see_later({}, 0).ok());
  see_first({}, INT64_MIN);
  EXPECT_EQ(see_later({}, INT64_MAX).status, DecodeStatus::kFragmentNoPorts);
}

TEST_F(Fragments, IdentificationThatIsUsedAgainIsANewDatagram) {
  see_first();
  const Bytes other = Bytes{0, 7, 0, 9, 0, 48, 0, 0} + zeros(8);
  const Decoded head = see(frame({}, 0, other), 40 * kSecond);
  EXPECT_EQ(see_later({}, 41 * kSecond).record.key, head.record.key);
}

TEST_F(Fragments, NewInputForgetsThem) {
  see_first();
  decoder_.start_input();
  EXPECT_EQ(see_later().status, DecodeStatus::kFragmentNoPorts);
}

TEST_F(Fragments, FirstWithoutWholeHeaderIsNotRemembered) {
  EXPECT_EQ(see(frame({}, 0, zeros(16), ip_protocol::kTcp)).status, DecodeStatus::kShortL4);
  EXPECT_EQ(see(frame({}, 2, zeros(8), ip_protocol::kTcp)).status, DecodeStatus::kFragmentNoPorts);
}

TEST_F(Fragments, ProtocolsWithoutPortsNeedTheirFirstToo) {
  EXPECT_EQ(see(frame({}, 2, zeros(8), ip_protocol::kIcmp)).status, DecodeStatus::kFragmentNoPorts);
  const Decoded head = see(frame({}, 0, icmp(8, zeros(8)), ip_protocol::kIcmp));
  const Decoded tail = see(frame({}, 2, zeros(8), ip_protocol::kIcmp));
  EXPECT_EQ(tail.record.key, head.record.key);
  EXPECT_EQ(tail.record.icmp_type, 0);
}

// RFC 8200, 4.5: the next header of a later fragment does not identify the datagram.
TEST_F(Fragments, Ipv6FragmentsJoin) {
  const auto v6 = [](const Bytes& payload) { return ether(0x86dd, ipv6(44, payload)); };
  const Decoded head = see(v6(fragment_header(17, 0, true, udp(5000, 53, zeros(8)))));
  const Decoded tail = see(v6(fragment_header(60, 2, false, zeros(8))));
  EXPECT_EQ(head.text(), "2001:db8::1.5000 > 2001:db8::2.53");
  ASSERT_TRUE(tail.ok());
  EXPECT_EQ(tail.record.key, head.record.key);
  EXPECT_TRUE(tail.record.is_fragment);
  EXPECT_EQ(tail.record.transport_length, 8u);
  EXPECT_EQ(see(v6(fragment_header(17, 2, false, zeros(8), 2))).status,
            DecodeStatus::kFragmentNoPorts);
}

TEST_F(Fragments, Ipv6FirstFragmentMayHoldExtensions) {
  const auto v6 = [](const Bytes& payload) { return ether(0x86dd, ipv6(44, payload)); };
  const Decoded head =
      see(v6(fragment_header(60, 0, true, extension(17, udp(5000, 53, zeros(8))))));
  EXPECT_EQ(see(v6(fragment_header(60, 3, false, zeros(8)))).record.key, head.record.key);
}

TEST_F(Fragments, FragmentedTunnelPacketsStayOuter) {
  const Bytes inner = vxlan(ether(0x0800, ipv4(6, tcp(1, 2))));
  const Decoded head = see(frame({}, 0, udp(5555, port::kVxlan, inner)));
  const Decoded tail = see(frame({}, 20, zeros(32)));
  EXPECT_EQ(head.text(), "10.0.0.1.5555 > 10.0.0.2.4789");
  EXPECT_EQ(head.record.key.tunnel_id, 0u);
  EXPECT_EQ(tail.record.key, head.record.key);
  const Decoded gre_head = see(frame({}, 0, gre(0x0800, ipv4(6, tcp(1, 2))), ip_protocol::kGre));
  EXPECT_EQ(gre_head.record.key.protocol, ip_protocol::kGre);
  EXPECT_EQ(see(frame({}, 9, zeros(8), ip_protocol::kGre)).record.key, gre_head.record.key);
}

TEST_F(Fragments, FragmentsInsideATunnelJoinInside) {
  const auto inside = [](const Bytes& frame) {
    return ether(0x0800, ipv4(17, udp(5555, port::kVxlan, vxlan(frame)), {.first = 192}));
  };
  const Decoded head = see(inside(frame({}, 0, udp(5000, 53, zeros(8)))));
  const Decoded tail = see(inside(frame({}, 2, zeros(8))));
  EXPECT_EQ(head.text(), "10.0.0.1.5000 > 10.0.0.2.53");
  EXPECT_EQ(head.tunnel(), TunnelKind::kVxlan);
  EXPECT_EQ(tail.record.key, head.record.key);
}

TEST_F(Fragments, SameDatagramInsideAndOutsideATunnelIsKeptApart) {
  const auto inside = [](const Bytes& frame) {
    return ether(0x0800, ipv4(17, udp(5555, port::kVxlan, vxlan(frame)), {.first = 192}));
  };
  const Bytes head_frame = frame({}, 0, udp(5000, 53, zeros(8)));
  const Bytes tail_frame = frame({}, 2, zeros(8));
  see(head_frame);
  see(inside(head_frame));
  EXPECT_EQ(see(tail_frame).tunnel(), TunnelKind::kNone);
  EXPECT_EQ(see(inside(tail_frame)).tunnel(), TunnelKind::kVxlan);
}

FragmentKey datagram(std::uint32_t id) {
  FragmentKey key;
  key.identification = id;
  return key;
}

constexpr std::uint32_t kMost = 65'536;

TEST(FragmentTable, OldestLeavesFirstAtTheLimit) {
  FragmentTable table(random_hash_key(), kMost);
  for (std::uint32_t id = 0; id <= kMost; ++id) {
    table.remember(datagram(id), {}, 0);
  }
  EXPECT_EQ(table.size(), kMost);
  EXPECT_EQ(table.find(datagram(0), 0), nullptr);
  EXPECT_NE(table.find(datagram(1), 0), nullptr);
  EXPECT_NE(table.find(datagram(kMost), 0), nullptr);
}

TEST(FragmentTable, DatagramSeenAgainIsYoung) {
  FragmentTable table(random_hash_key(), kMost);
  for (std::uint32_t id = 0; id < kMost; ++id) {
    table.remember(datagram(id), {}, 0);
  }
  table.remember(datagram(0), {}, 1);
  table.remember(datagram(1'000'000), {}, 1);
  EXPECT_NE(table.find(datagram(0), 1), nullptr);
  EXPECT_EQ(table.find(datagram(1), 1), nullptr);
}

}  // namespace
}  // namespace netml
