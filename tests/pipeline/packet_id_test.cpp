#include "netml/pipeline/packet_id.hpp"

#include <gtest/gtest.h>

#include "netml/pipeline/packet_series.hpp"

#include "support/frames.hpp"
#include "support/tunnel_frames.hpp"

namespace netml {
namespace {

using namespace test;

std::string read(const std::string& text) {
  const auto id = parse_packet_id(text);
  return id ? to_text(*id) : "none";
}

PacketFacts facts(const Bytes& bytes, std::int64_t ts_ns = 0, bool decode_tunnels = false) {
  RawPacket packet;
  packet.bytes = bytes;
  packet.wire_length = static_cast<std::uint32_t>(bytes.size());
  packet.link_type = 1;
  packet.ts_ns = ts_ns;
  PacketFacts result = PacketFactsReader(decode_tunnels).read(packet);
  result.payload = {};
  return result;
}

// "from", "to" or nothing.
std::string direction(const std::string& id, const PacketFacts& packet) {
  const auto found = parse_packet_id(id)->direction_of(packet);
  return found ? std::string(to_text(*found)) : "";
}

TEST(PacketId, ReadsFlowsDevicesAndAddresses) {
  EXPECT_EQ(read("UDP 192.168.0.102:18826 192.168.0.105:26454"),
            "UDP 192.168.0.102:18826 192.168.0.105:26454");
  EXPECT_EQ(read("  tcp   [2001:DB8::1]:443 [::2]:5 "), "TCP [2001:db8::1]:443 [::2]:5");
  EXPECT_EQ(read("ICMP 10.0.0.1 10.0.0.2"), "ICMP 10.0.0.1 10.0.0.2");
  EXPECT_EQ(read("icmpv6 ::1 [::2]"), "ICMPv6 ::1 ::2");
  EXPECT_EQ(read("47 10.0.0.1 10.0.0.2"), "GRE 10.0.0.1 10.0.0.2");
  EXPECT_EQ(read("44:65:0D:56:cc:d3"), "44:65:0d:56:cc:d3");
  EXPECT_EQ(read("44-65-0d-56-cc-d3"), "44:65:0d:56:cc:d3");
  EXPECT_EQ(read("44650d56ccd3"), "44:65:0d:56:cc:d3");
  EXPECT_EQ(read("10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(read("[2001:db8::1]"), "2001:db8::1");
  EXPECT_EQ(read("::ffff:10.0.0.1"), "::ffff:10.0.0.1");
}

TEST(PacketId, RefusesAllElse) {
  for (const char* text :
       {"", "x", "UDP", "UDP 10.0.0.1:1", "UDP 10.0.0.1 10.0.0.2", "UDP 10.0.0.1:1 10.0.0.2:65536",
        "UDP 10.0.0.1:1 [::1]:2", "UDP ::1:1 ::2:2", "UDP 10.0.0.1:1 10.0.0.2:2 x",
        "XYZ 10.0.0.1:1 10.0.0.2:2", "256 10.0.0.1 10.0.0.2", "ICMP 10.0.0.1:0 10.0.0.2:0",
        "44:65:0d:56:cc", "44:65-0d:56:cc:d3", "44:65:0g:56:cc:d3", "44:65:0d:56:cc:d3:11",
        "[10.0.0.1]", "10.0.0.1/8", "10.0.0.300"}) {
    EXPECT_EQ(read(text), "none") << text;
  }
}

TEST(PacketId, FlowsHaveTwoDirections) {
  const PacketFacts there = facts(ether(0x0800, ipv4(17, udp(1, 2, zeros(4)))));
  const PacketFacts back = facts(ether(0x0800, ipv4(17, udp(2, 1, zeros(4)), {.reply = true})));
  EXPECT_EQ(direction("UDP 10.0.0.1:1 10.0.0.2:2", there), "from");
  EXPECT_EQ(direction("UDP 10.0.0.1:1 10.0.0.2:2", back), "to");
  EXPECT_EQ(direction("UDP 10.0.0.2:2 10.0.0.1:1", there), "to");
  EXPECT_EQ(direction("TCP 10.0.0.1:1 10.0.0.2:2", there), "");
  EXPECT_EQ(direction("UDP 10.0.0.1:2 10.0.0.2:1", there), "");
  EXPECT_EQ(to_text(*id_of(there, PacketId::Kind::kFlow)), "UDP 10.0.0.1:1 10.0.0.2:2");
}

TEST(PacketId, DevicesHaveIpPacketsOfAnyProtocol) {
  const PacketFacts ping = facts(ether(0x0800, ipv4(1, zeros(8))));
  EXPECT_EQ(direction("10.0.0.1", ping), "from");
  EXPECT_EQ(direction("10.0.0.2", ping), "to");
  EXPECT_EQ(direction("10.0.0.3", ping), "");
  EXPECT_EQ(direction("02:00:00:00:00:01", ping), "from");
  EXPECT_EQ(direction("02:00:00:00:00:02", ping), "to");
  EXPECT_EQ(direction("02:00:00:00:00:01", facts(ether(0x0806, zeros(28)))), "") << "ARP";
  // A cut transport header does not hide the device.
  const PacketFacts cut = facts(ether(0x0800, ipv4(17, zeros(3))));
  EXPECT_EQ(cut.status, DecodeStatus::kShortL4);
  EXPECT_EQ(direction("10.0.0.1", cut), "from");
  EXPECT_EQ(direction("UDP 10.0.0.1:0 10.0.0.2:0", cut), "");
}

TEST(PacketId, AMappedAddressIsNotTheOther) {
  const PacketFacts v4 = facts(ether(0x0800, ipv4(17, udp(1, 2, zeros(4)))));
  EXPECT_EQ(direction("::ffff:10.0.0.1", v4), "");
}

TEST(PacketSeries, GapsAreOfEachDirectionAndNeverNegative) {
  PacketSeries series(*parse_packet_id("UDP 10.0.0.1:1 10.0.0.2:2"));
  const auto gap = [&](std::int64_t ts_ns, bool reply) {
    const Bytes datagram = reply ? udp(2, 1, zeros(4)) : udp(1, 2, zeros(4));
    const auto entry =
        series.add(facts(ether(0x0800, ipv4(17, datagram, {.reply = reply})), ts_ns));
    return entry ? entry->iat_ns : -1;
  };
  EXPECT_EQ(gap(100, false), 0);
  EXPECT_EQ(gap(130, true), 0);
  EXPECT_EQ(gap(150, false), 50);
  EXPECT_EQ(gap(120, false), 0) << "late";
  EXPECT_EQ(gap(160, false), 10) << "since the latest";
  EXPECT_EQ(gap(131, true), 1);
  EXPECT_EQ(series.clock_steps_back(), 1U);
  series.start_input();
  EXPECT_EQ(gap(500, false), 0);
}

TEST(PacketSeries, SizeIsThatOfTheOutermostIpPacket) {
  const Bytes inner = ipv4(17, udp(1, 2, zeros(4)));
  const Bytes frame = ether(0x0800, ipv4(4, inner, {.first = 192})) + zeros(6);
  const auto size = [&](const std::string& id, bool decode_tunnels) {
    const auto entry = PacketSeries(*parse_packet_id(id)).add(facts(frame, 0, decode_tunnels));
    return entry ? entry->size : 0;
  };
  EXPECT_EQ(size("192.0.0.1", false), inner.size() + 20);
  EXPECT_EQ(size("10.0.0.1", false), 0U);
  EXPECT_EQ(size("UDP 10.0.0.1:1 10.0.0.2:2", true), inner.size() + 20);
}

}  // namespace
}  // namespace netml
