#include "netml/core/ip_address.hpp"

#include <gtest/gtest.h>

namespace netml {
namespace {

TEST(IpAddress, TextOfVersionSixIsRfc5952s) {
  // RFC 5952, sections 4.1 to 4.3.
  const std::pair<const char*, const char*> cases[] = {
      {"2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"},
      {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
      {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
      {"2001:DB8::ABCD", "2001:db8::abcd"},
      {"::", "::"},
      {"::1", "::1"}};
  for (const auto& [text, canonical] : cases) {
    const auto address = parse_ip_address(text);
    ASSERT_TRUE(address.has_value()) << text;
    EXPECT_EQ(to_text(*address, 6), canonical);
  }
}

TEST(IpAddress, VersionFourIsKeptMapped) {
  const auto address = parse_ip_address("192.168.0.255");
  ASSERT_TRUE(address.has_value());
  EXPECT_TRUE(address->is_mapped_ipv4());
  EXPECT_EQ(to_text(*address, 4), "192.168.0.255");
  EXPECT_EQ(to_text(*address, 6), "::ffff:192.168.0.255");
  EXPECT_EQ(parse_ip_address("::ffff:192.168.0.255"), address);
  EXPECT_FALSE(parse_ip_address("::1")->is_mapped_ipv4());
}

TEST(IpAddress, NothingButAnAddressIsRead) {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv, " 1.2.3.4"sv, "1.2.3.4 "sv, "1.2.3"sv, "1.2.3.256"sv, "1.2.3.4/8"sv, "fe80::1%eth0"sv,
        "1:2:3:4:5:6:7"sv, "::1::"sv, "1.2.3.4\0"sv, "12345::"sv,
        "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"sv}) {
    EXPECT_EQ(parse_ip_address(text), std::nullopt) << text;
  }
}

TEST(IpAddress, OrderIsThatOfTheBytes) {
  EXPECT_LT(*parse_ip_address("9.255.255.255"), *parse_ip_address("10.0.0.0"));
  EXPECT_LT(*parse_ip_address("::1"), *parse_ip_address("0.0.0.0"));
  EXPECT_LT(*parse_ip_address("255.255.255.255"), *parse_ip_address("2001:db8::"));
}

}  // namespace
}  // namespace netml
