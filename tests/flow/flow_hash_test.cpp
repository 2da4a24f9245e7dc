#include "netml/flow/flow_hash.hpp"

#include <cstdint>
#include <set>

#include <gtest/gtest.h>

#include "support/flow_packets.hpp"

namespace netml {
namespace {

TEST(FlowHash, KeysThatCollideUnderXorFoldingDoNotCollideHere) {
  // a ^ b is the same for all of them, ports too.
  std::set<std::uint64_t> hashes;
  std::set<std::uint64_t> low_bits;
  constexpr int kKeys = 4096;
  for (int i = 0; i < kKeys; ++i) {
    FlowKey key = test::packet({}).key;
    const auto high = static_cast<std::uint8_t>(i >> 8), low = static_cast<std::uint8_t>(i);
    key.addr_a.bytes[14] = key.addr_b.bytes[14] = high;
    key.addr_a.bytes[15] = key.addr_b.bytes[15] = low;
    key.port_a = key.port_b = static_cast<std::uint16_t>(i);
    const std::uint64_t hash = flow_hash(test::kHashKey, key);
    hashes.insert(hash);
    low_bits.insert(hash & 0xffff);
  }
  EXPECT_EQ(hashes.size(), static_cast<std::size_t>(kKeys));
  // 65536 (1 - exp(-1/16)) = 3970 expected; six deviations below that is still far above folding.
  EXPECT_GT(low_bits.size(), 3900u);
}

// The words of the message as the header describes them.
TEST(FlowHash, IsSipHash13OfTheKeysFields) {
  FlowKey key = test::packet({}).key;  // 10.0.0.1.1001, 10.0.0.2.1002, TCP
  key.vlan = 0x0fff;
  key.tunnel_id = 8;
  const std::uint64_t last = 0x8fff0406'03ea03e9U;
  SipHash13 v4(test::kHashKey);
  v4.add(0x0200000a'0100000aU);
  EXPECT_EQ(flow_hash(test::kHashKey, key), v4.end(last));
  EXPECT_EQ(FlowHash(test::kHashKey)(key), flow_hash(test::kHashKey, key));
  key.ip_version = 6;
  SipHash13 v6(test::kHashKey);
  for (const std::uint64_t word : {std::uint64_t{0}, std::uint64_t{0x0100000a'ffff0000U},
                                   std::uint64_t{0}, std::uint64_t{0x0200000a'ffff0000U}}) {
    v6.add(word);
  }
  EXPECT_EQ(flow_hash(test::kHashKey, key), v6.end(last ^ 0x00000002'00000000U << 8));
}

TEST(FlowHash, EveryBitOfAnIpv6AddressCounts) {
  FlowKey key = test::packet({}).key;
  key.ip_version = 6;
  std::set<std::uint64_t> hashes = {flow_hash(test::kHashKey, key)};
  for (std::size_t bit = 0; bit < 128; ++bit) {
    for (IpAddress* address : {&key.addr_a, &key.addr_b}) {
      address->bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
      hashes.insert(flow_hash(test::kHashKey, key));
      address->bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    }
  }
  EXPECT_EQ(hashes.size(), 257u);
}

TEST(FlowHash, DependsOnTheSecretKeyAndOnEveryFieldOfTheFlowKey) {
  const FlowKey key = test::packet({}).key;
  const std::uint64_t hash = flow_hash(test::kHashKey, key);
  EXPECT_EQ(hash, flow_hash(test::kHashKey, key));
  EXPECT_NE(hash, flow_hash({1, 2}, key));
  for (int field = 0; field < 8; ++field) {
    FlowKey other = key;
    switch (field) {
      case 0:
        other.addr_a.bytes[15] ^= 1U;
        break;
      case 1:
        other.addr_b.bytes[12] ^= 1U;
        break;
      case 2:
        ++other.port_a;
        break;
      case 3:
        ++other.port_b;
        break;
      case 4:
        ++other.protocol;
        break;
      case 5:
        other.ip_version = 6;
        break;
      case 6:
        ++other.vlan;
        break;
      case 7:
        ++other.tunnel_id;
        break;
    }
    EXPECT_NE(hash, flow_hash(test::kHashKey, other)) << field;
  }
}

}  // namespace
}  // namespace netml
