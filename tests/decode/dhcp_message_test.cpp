#include "netml/decode/dhcp_message.hpp"

#include <gtest/gtest.h>

#include "support/dhcp_frames.hpp"

namespace netml {
namespace {

using namespace test;

std::vector<Bytes> options_of(const Bytes& bytes) {
  std::vector<Bytes> list;
  DhcpOptions options(bytes);
  for (DhcpOption option; options.next(option);) {
    list.push_back(Bytes{option.code} + Bytes(option.data.begin(), option.data.end()));
  }
  return list;
}

TEST(DhcpMessage, FieldsAreWhereRfc2131HasThem) {
  const Bytes bytes = test::dhcp({1, 2}, {.client_address = {10, 0, 0, 9},
                                          .hardware_address = {0xa, 0xb, 0xc, 0xd, 0xe, 0xf}});
  ASSERT_EQ(bytes.size(), 242u);
  DhcpMessage message;
  ASSERT_TRUE(DhcpMessage::read(bytes, message));
  EXPECT_EQ(message.operation, 1);
  EXPECT_EQ(message.hardware_length, 6);
  EXPECT_EQ(message.client_address, (std::array<std::uint8_t, 4>{10, 0, 0, 9}));
  EXPECT_EQ(message.hardware_address[5], 0xf);
  EXPECT_EQ(message.magic, DhcpMessage::kMagic);
  EXPECT_EQ(message.options.size(), 2u);
}

TEST(DhcpMessage, OneThatEndsBeforeItsOptionsIsNone) {
  const Bytes bytes = test::dhcp({});
  DhcpMessage message;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DhcpMessage::read(test::first(bytes, size), message)) << size;
  }
  EXPECT_TRUE(DhcpMessage::read(bytes, message));
}

TEST(DhcpOptions, PaddingIsLeftOutAndTheEndMarkEnds) {
  EXPECT_EQ(options_of({0, 53, 1, 3, 0, 0, 12, 0, 255, 60, 1, 7}),
            (std::vector<Bytes>{{53, 3}, {12}}));
  EXPECT_TRUE(options_of({}).empty());
  EXPECT_TRUE(options_of({0, 0, 0}).empty());
}

TEST(DhcpOptions, WhatIsCutShortEndsTheList) {
  EXPECT_EQ(options_of({12, 4, 'a', 'b'}), (std::vector<Bytes>{{12, 'a', 'b'}}));
  EXPECT_EQ(options_of({53, 1, 1, 12}), (std::vector<Bytes>{{53, 1}}));
}

}  // namespace
}  // namespace netml
