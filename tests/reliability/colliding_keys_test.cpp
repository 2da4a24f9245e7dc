// The keys of the hash flooding test collide indeed: by implementations of the hashes that were not
// used to find them.
#include "colliding_keys.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <zlib.h>

namespace netml::test {
namespace {

constexpr std::size_t kCount = 20000;

std::vector<std::uint8_t> bytes_of(const TcpKey& key, bool is_mapped) {
  std::vector<std::uint8_t> bytes;
  for (const std::uint32_t address : {key.source, key.destination}) {
    if (is_mapped) {
      bytes.insert(bytes.end(), 10, 0);
      bytes.insert(bytes.end(), {0xff, 0xff});
    }
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes.push_back(static_cast<std::uint8_t>(address >> shift));
    }
  }
  for (const std::uint16_t port : {key.source_port, key.destination_port}) {
    bytes.push_back(static_cast<std::uint8_t>(port >> 8));
    bytes.push_back(static_cast<std::uint8_t>(port & 0xff));
  }
  bytes.push_back(6);
  return bytes;
}

// draft-eastlake-fnv, with the constants of its section 5.
std::uint32_t fnv32(const std::vector<std::uint8_t>& bytes) {
  std::uint32_t hash = 2166136261U;
  for (const std::uint8_t byte : bytes) {
    hash = (hash ^ byte) * 16777619U;
  }
  return hash;
}

std::uint64_t fnv64(const std::vector<std::uint8_t>& bytes) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const std::uint8_t byte : bytes) {
    hash = (hash ^ byte) * 1099511628211ULL;
  }
  return hash;
}

// How many different values the keys have.
template <typename Hash>
std::size_t values(const std::vector<TcpKey>& keys, Hash hash) {
  std::set<std::uint64_t> seen;
  for (const TcpKey& key : keys) {
    seen.insert(hash(key));
  }
  return seen.size();
}

// Keys in the larger of the two groups that share one value.
template <typename Hash>
std::size_t largest_group(const std::vector<TcpKey>& keys, Hash hash) {
  std::multiset<std::uint64_t> all;
  for (const TcpKey& key : keys) {
    all.insert(hash(key));
  }
  std::size_t largest = 0;
  for (auto at = all.begin(); at != all.end(); at = all.upper_bound(*at)) {
    largest = std::max(largest, all.count(*at));
  }
  return largest;
}

TEST(CollidingKeys, AreDistinctAndOrdered) {
  for (const char* kind : {"random", "fnv1a32", "fnv1a64", "crc32", "xor", "low-bits"}) {
    const std::vector<TcpKey> keys = colliding_keys(kind, kCount);
    ASSERT_EQ(keys.size(), kCount) << kind;
    std::set<std::vector<std::uint8_t>> distinct;
    for (const TcpKey& key : keys) {
      distinct.insert(bytes_of(key, false));
      ASSERT_LT(key.source, key.destination) << kind;
    }
    EXPECT_EQ(distinct.size(), kCount) << kind;
  }
  EXPECT_TRUE(colliding_keys("sha1", kCount).empty());
}

TEST(CollidingKeys, CollideUnderFnv) {
  const auto keys32 = colliding_keys("fnv1a32", kCount);
  const auto keys64 = colliding_keys("fnv1a64", kCount);
  for (const bool is_mapped : {false, true}) {
    const auto hash32 = [&](const TcpKey& key) { return fnv32(bytes_of(key, is_mapped)); };
    const auto hash64 = [&](const TcpKey& key) { return fnv64(bytes_of(key, is_mapped)) << 32; };
    EXPECT_GE(largest_group(keys32, hash32), kCount / 2);
    EXPECT_GE(largest_group(keys64, hash64), kCount / 2);
    EXPECT_LT(largest_group(colliding_keys("random", kCount), hash32), 5U);
  }
}

TEST(CollidingKeys, CollideUnderCrc32) {
  const auto keys = colliding_keys("crc32", kCount);
  for (const bool is_mapped : {false, true}) {
    EXPECT_EQ(values(keys,
                     [&](const TcpKey& key) {
                       const auto bytes = bytes_of(key, is_mapped);
                       return crc32(0, bytes.data(), static_cast<uInt>(bytes.size()));
                     }),
              1U);
  }
}

TEST(CollidingKeys, CollideUnderFolding) {
  EXPECT_EQ(
      values(
          colliding_keys("xor", kCount),
          [](const TcpKey& key) {
            return (key.source ^ key.destination) |
                   std::uint64_t{static_cast<std::uint16_t>(key.source_port ^ key.destination_port)}
                       << 32;
          }),
      1U);
  EXPECT_EQ(values(colliding_keys("low-bits", kCount),
                   [](const TcpKey& key) {
                     return ((key.source | key.destination) & 0xfffff) |
                            ((key.source_port | key.destination_port) & 0xfffU);
                   }),
            1U);
}

}  // namespace
}  // namespace netml::test
