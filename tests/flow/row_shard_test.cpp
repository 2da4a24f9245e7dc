#include "netml/flow/row_shard.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace netml {
namespace {

FlowKey key_of(const char* a, int port_a, const char* b, int port_b, int protocol) {
  FlowKey key;
  key.addr_a = *parse_ip_address(a);
  key.addr_b = *parse_ip_address(b);
  key.port_a = static_cast<std::uint16_t>(port_a);
  key.port_b = static_cast<std::uint16_t>(port_b);
  key.protocol = static_cast<std::uint8_t>(protocol);
  return key;
}

// Numbers of an implementation in Python, made from the description in the header alone.
TEST(RowShard, TheHashIsWhatItsDescriptionSays) {
  EXPECT_EQ(public_flow_hash(key_of("10.0.0.1", 1234, "192.168.10.5", 443, 6)),
            0xd1673f3f62b345dfU);
  EXPECT_EQ(public_flow_hash(key_of("fe80::1", 5353, "ff02::fb", 5353, 17)), 0xa5d5009d4de66214U);
  EXPECT_EQ(public_flow_hash(key_of("8.8.8.8", 53, "10.0.0.1", 40000, 17)), 0x7f07936502c97491U);
}

TEST(RowShard, BothDirectionsAreInOneShard) {
  const FlowKey there = key_of("10.0.0.1", 1234, "192.168.10.5", 443, 6);
  const FlowKey back = key_of("192.168.10.5", 443, "10.0.0.1", 1234, 6);
  EXPECT_EQ(public_flow_hash(there), public_flow_hash(back));
  const FlowKey same_host = key_of("10.0.0.1", 2, "10.0.0.1", 1, 6);
  EXPECT_EQ(public_flow_hash(same_host), public_flow_hash(key_of("10.0.0.1", 1, "10.0.0.1", 2, 6)));
}

TEST(RowShard, EachFlowIsInOneOfThem) {
  constexpr std::uint64_t kShards = 7;
  std::vector<int> flows(kShards);
  for (int port = 0; port < 7000; ++port) {
    const FlowKey key = key_of("10.0.0.1", port, "10.0.0.2", 53, 17);
    int holders = 0;
    for (std::uint64_t number = 1; number <= kShards; ++number) {
      if (RowShard{number, kShards}.holds(key)) {
        ++holders;
        ++flows[number - 1];
      }
    }
    ASSERT_EQ(holders, 1);
    EXPECT_TRUE(RowShard().holds(key));
  }
  for (const int count : flows) {
    EXPECT_NEAR(count, 1000, 180);  // six deviations
  }
}

}  // namespace
}  // namespace netml
