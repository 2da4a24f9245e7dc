#include "netml/core/byte_reader.hpp"

#include <array>
#include <numeric>

#include <gtest/gtest.h>

namespace netml {
namespace {

std::array<std::uint8_t, 16> counting() {
  std::array<std::uint8_t, 16> bytes{};
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{1});
  return bytes;
}

TEST(ByteReader, ReadsBothByteOrders) {
  const auto bytes = counting();
  ByteReader big(bytes);
  EXPECT_EQ(big.u8(), 0x01);
  EXPECT_EQ(big.u16be(), 0x0203);
  EXPECT_EQ(big.u32be(), 0x04050607u);
  EXPECT_EQ(big.u64be(), 0x08090a0b0c0d0e0fu);
  ByteReader little(bytes);
  EXPECT_EQ(little.u16le(), 0x0201);
  EXPECT_EQ(little.u32le(), 0x06050403u);
  EXPECT_EQ(little.u64le(), 0x0e0d0c0b0a090807u);
  EXPECT_TRUE(little.ok());
  EXPECT_EQ(little.remaining(), 2u);
}

TEST(ByteReader, AShortReadEmptiesItForGood) {
  const auto bytes = counting();
  ByteReader reader(std::span<const std::uint8_t>(bytes).first(3));
  EXPECT_EQ(reader.u32be(), 0u);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.remaining(), 0u);
  EXPECT_EQ(reader.u8(), 0) << "what is left is not read either";
  EXPECT_TRUE(reader.take(0).empty());
  EXPECT_FALSE(reader.ok());
}

TEST(ByteReader, TakeAndSkipStayInside) {
  const auto bytes = counting();
  ByteReader reader(bytes);
  EXPECT_EQ(reader.take(2)[1], 2);
  reader.skip(13);
  EXPECT_EQ(reader.peek(), 16);
  EXPECT_EQ(reader.peek(1), 0);
  EXPECT_TRUE(reader.ok()) << "peeking beyond the end is no failure";
  EXPECT_TRUE(reader.take(SIZE_MAX).empty());
  EXPECT_FALSE(reader.ok());
  ByteReader other(bytes);
  other.skip(SIZE_MAX);
  EXPECT_FALSE(other.ok());
}

TEST(ByteReader, AViewOnlyShrinks) {
  const auto bytes = counting();
  ByteReader reader(bytes);
  reader.shrink(4);
  EXPECT_EQ(reader.remaining(), 4u);
  reader.shrink(100);
  EXPECT_EQ(reader.remaining(), 4u);
  reader.u8();
  reader.shrink(1);
  EXPECT_EQ(reader.rest()[0], 2);
  EXPECT_EQ(reader.rest().size(), 1u);
}

TEST(ByteReader, FixedBytesReadAtOffsetsWithoutMoving) {
  const auto bytes = counting();
  ByteReader reader(bytes);
  reader.skip(1);
  const FixedBytes<15> fixed = reader.fixed<15>();
  EXPECT_EQ(fixed.u8<14>(), 0x10);
  EXPECT_EQ(fixed.u16be<1>(), 0x0304);
  EXPECT_EQ(fixed.u32be<11>(), 0x0d0e0f10u);
  EXPECT_EQ(fixed.u64be<0>(), 0x0203040506070809u);
  EXPECT_EQ((fixed.part<5, 4>().u16be<2>()), 0x090a);
  EXPECT_EQ((fixed.part<5, 4>().all()[3]), 0x0a);
  EXPECT_EQ(reader.remaining(), 15u);
}

TEST(ByteReader, NothingHoldsNothing) {
  ByteReader reader;
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.remaining(), 0u);
  EXPECT_EQ(reader.peek(), 0);
  EXPECT_EQ(reader.u8(), 0);
  EXPECT_FALSE(reader.ok());
}

}  // namespace
}  // namespace netml
