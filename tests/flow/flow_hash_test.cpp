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
