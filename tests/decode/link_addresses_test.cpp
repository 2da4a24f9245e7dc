#include "netml/decode/link_addresses.hpp"

#include <gtest/gtest.h>

#include "support/frames.hpp"
#include "support/link_frames.hpp"

namespace netml {
namespace {

using namespace test;

// "source>destination"; nothing for one that is absent.
std::string addresses(const Bytes& bytes, int link_type) {
  RawPacket packet;
  packet.bytes = bytes;
  packet.link_type = link_type;
  const LinkAddresses link = link_addresses(packet);
  return (link.source ? to_text(*link.source) : "") + ">" +
         (link.destination ? to_text(*link.destination) : "");
}

Bytes mac(std::uint8_t last) {
  return {0x0a, 0xbc, 0, 0, 0, last};
}

Bytes wlan(std::size_t control, const Bytes& behind = {}) {
  return u16(control) + zeros(2) + mac(1) + mac(2) + mac(3) + zeros(2) + behind;
}

TEST(LinkAddresses, Ethernet) {
  EXPECT_EQ(addresses(ether(0x0806, zeros(28)), 1), "02:00:00:00:00:01>02:00:00:00:00:02");
  EXPECT_EQ(addresses(ether(3, zeros(3)), 1), "02:00:00:00:00:01>02:00:00:00:00:02") << "802.3";
  EXPECT_EQ(addresses(first(ether(0x0800, {}), 13), 1), ">");
}

TEST(LinkAddresses, LinuxCookedKeepsTheSender) {
  const Bytes sll = u16(0) + u16(1) + u16(6) + mac(9) + zeros(2) + u16(0x0800);
  EXPECT_EQ(addresses(sll, 113), "0a:bc:00:00:00:09>");
  EXPECT_EQ(addresses(first(sll, 15), 113), ">");
  const Bytes none = u16(0) + u16(772) + u16(0) + zeros(8) + u16(0x0800);
  EXPECT_EQ(addresses(none, 113), ">");
  const Bytes sll2 = u16(0x0800) + zeros(2) + u32(1) + u16(1) + Bytes{0, 6} + mac(9) + zeros(2);
  EXPECT_EQ(addresses(sll2, 276), "0a:bc:00:00:00:09>");
}

// IEEE 802.11, table 9-30; the frame control's first byte is 08 for data, its second 1 to, 2 from
// the DS.
TEST(LinkAddresses, WlanByTheDsBits) {
  EXPECT_EQ(addresses(wlan(0x0800), 105), "0a:bc:00:00:00:02>0a:bc:00:00:00:01");
  EXPECT_EQ(addresses(wlan(0x0801), 105), "0a:bc:00:00:00:02>0a:bc:00:00:00:03");
  EXPECT_EQ(addresses(wlan(0x0802), 105), "0a:bc:00:00:00:03>0a:bc:00:00:00:01");
  EXPECT_EQ(addresses(wlan(0x0803, mac(4)), 105), "0a:bc:00:00:00:04>0a:bc:00:00:00:03");
  EXPECT_EQ(addresses(wlan(0x8000), 105), "0a:bc:00:00:00:02>0a:bc:00:00:00:01") << "beacon";
  EXPECT_EQ(addresses(wlan(0xd400), 105), ">") << "acknowledgment";
  const Bytes radiotap = Bytes{0, 0, 8, 0} + zeros(4);
  EXPECT_EQ(addresses(radiotap + wlan(0x0800), 127), "0a:bc:00:00:00:02>0a:bc:00:00:00:01");
}

TEST(LinkAddresses, OthersHaveNone) {
  EXPECT_EQ(addresses(ipv4(17, zeros(8)), 101), ">");
  EXPECT_EQ(addresses(zeros(64), 9), ">");
}

}  // namespace
}  // namespace netml
