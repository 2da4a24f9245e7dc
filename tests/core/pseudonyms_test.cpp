#include "netml/core/pseudonyms.hpp"

#include <bit>
#include <numeric>

#include <gtest/gtest.h>

#include "netml/core/error.hpp"
#include "netml/core/ip_address.hpp"

#include "support/temp_folder.hpp"

namespace netml {
namespace {

// The key of Crypto-PAn's sample programme, and 0, 1, … 31.
constexpr PseudonymKey kSampleKey = {21,  34, 23,  141, 51, 164, 207, 128, 19,  10,  91,
                                     22,  73, 144, 125, 16, 216, 152, 143, 131, 121, 121,
                                     101, 39, 98,  87,  76, 45,  42,  132, 34,  2};
PseudonymKey counting_key() {
  PseudonymKey key{};
  std::iota(key.begin(), key.end(), std::uint8_t{0});
  return key;
}

// sample_trace_raw.dat and sample_trace_sanitized.dat of Crypto-PAn's source distribution.
TEST(Pseudonyms, EqualTheSampleTraceOfCryptoPan) {
  constexpr std::pair<const char*, const char*> kSample[] = {
      {"128.11.68.132", "135.242.180.132"},   {"129.118.74.4", "134.136.186.123"},
      {"130.132.252.244", "133.68.164.234"},  {"141.223.7.43", "141.167.8.160"},
      {"141.233.145.108", "141.129.237.235"}, {"152.163.225.39", "151.140.114.167"},
      {"156.29.3.236", "147.225.12.42"},      {"165.247.96.84", "162.9.99.234"},
      {"166.107.77.190", "160.132.178.185"},  {"192.102.249.13", "252.138.62.131"},
      {"192.215.32.125", "252.43.47.189"},    {"192.233.80.103", "252.25.108.8"},
      {"192.41.57.43", "252.222.221.184"},    {"193.150.244.223", "253.169.52.216"},
      {"195.205.63.100", "255.186.223.5"},    {"198.200.171.101", "249.199.68.213"},
      {"198.26.132.101", "249.36.123.202"},   {"198.36.213.5", "249.7.21.132"},
      {"198.51.77.238", "249.18.186.254"},    {"199.217.79.101", "248.38.184.213"},
      {"202.49.198.20", "245.206.7.234"},     {"203.12.160.252", "244.248.163.4"},
      {"204.184.162.189", "243.192.77.90"}};
  Pseudonyms pseudonyms(kSampleKey, PseudonymMode::kPrefix);
  for (const auto& [address, expected] : kSample) {
    EXPECT_EQ(pseudonyms.of(address), expected) << address;
  }
}

// Of IPv6 the sample has none; these numbers are common to the implementations of others
// (yacryptopan in Python, cryptopan in Go).
TEST(Pseudonyms, EqualOtherImplementationsForIpv6) {
  Pseudonyms sample(kSampleKey, PseudonymMode::kPrefix);
  EXPECT_EQ(sample.of("::1"), "78ff:f001:9fc0:20df:8380:b1f1:704:ed");
  EXPECT_EQ(sample.of("::2"), "78ff:f001:9fc0:20df:8380:b1f1:704:ef");
  EXPECT_EQ(sample.of("::ffff"), "78ff:f001:9fc0:20df:8380:b1f1:704:f838");
  Pseudonyms counting(counting_key(), PseudonymMode::kPrefix);
  EXPECT_EQ(counting.of("192.0.2.1"), "2.90.93.17");
  EXPECT_EQ(counting.of("2001:db8::1"), "dd92:2c44:3fc0:ff1e:7ff9:c7f0:8180:7e00");
}

std::size_t common_prefix(std::string_view a, std::string_view b) {
  const auto first = parse_ip_address(a), second = parse_ip_address(b);
  for (std::size_t i = 0; i < 16; ++i) {
    const auto difference = static_cast<std::uint8_t>(first->bytes[i] ^ second->bytes[i]);
    if (difference != 0) {
      return 8 * i + static_cast<std::size_t>(std::countl_zero(difference));
    }
  }
  return 128;
}

TEST(Pseudonyms, PrefixesStayAsLongAsTheyWere) {
  Pseudonyms pseudonyms(random_pseudonym_key(), PseudonymMode::kPrefix);
  const std::string v4[] = {"10.0.0.1", "10.0.0.2", "10.0.7.1", "10.128.0.1", "192.168.1.1"};
  const std::string v6[] = {"2001:db8::1", "2001:db8::2", "2001:db8:1::1", "fe80::1"};
  const auto check = [&](const auto& addresses) {
    for (const std::string& a : addresses) {
      for (const std::string& b : addresses) {
        const std::string first(pseudonyms.of(a)), second(pseudonyms.of(b));
        EXPECT_EQ(common_prefix(first, second), common_prefix(a, b)) << a << ' ' << b;
      }
    }
  };
  check(v4);
  check(v6);
}

// hashlib.blake2b(b"10.0.0.1", key=bytes(range(32)), digest_size=16).hexdigest()
TEST(Pseudonyms, DigestsAreBlake2bWithTheKey) {
  Pseudonyms pseudonyms(counting_key(), PseudonymMode::kDigest);
  EXPECT_EQ(pseudonyms.of("10.0.0.1"), "32199952660ecb89055e9fb27ef39436");
  EXPECT_EQ(pseudonyms.of("10.0.0.1"), "32199952660ecb89055e9fb27ef39436");  // remembered
  EXPECT_EQ(pseudonyms.of(""), "");
  EXPECT_NE(pseudonyms.of("10.0.0.2"), "32199952660ecb89055e9fb27ef39436");
  Pseudonyms other(random_pseudonym_key(), PseudonymMode::kDigest);
  EXPECT_NE(other.of("10.0.0.1"), "32199952660ecb89055e9fb27ef39436");
}

TEST(Pseudonyms, TextThatIsNoAddressIsADigestInEitherMode) {
  Pseudonyms digest(counting_key(), PseudonymMode::kDigest);
  Pseudonyms prefix(counting_key(), PseudonymMode::kPrefix);
  for (const char* text : {"00:11:22:33:44:55", "example.org", "10.0.0.1 ", "10.0.0", "\xff"}) {
    EXPECT_EQ(prefix.of(text), std::string(digest.of(text))) << text;
    EXPECT_EQ(prefix.of(text).size(), 32U) << text;
  }
}

TEST(Pseudonyms, ManyTextsInAnyOrderHaveOneEach) {
  Pseudonyms one(counting_key(), PseudonymMode::kPrefix),
      other(counting_key(), PseudonymMode::kPrefix);
  std::vector<std::string> expected;
  for (int i = 0; i < 5000; ++i) {  // more than are remembered
    expected.emplace_back(
        one.of("10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250)));
  }
  for (int i = 4999; i >= 0; --i) {
    ASSERT_EQ(other.of("10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250)),
              expected[static_cast<std::size_t>(i)]);
  }
}

TEST(PseudonymKey, IsBytesOrDigits) {
  const test::TempFolder folder;
  std::string bytes;
  for (const std::uint8_t byte : kSampleKey) {
    bytes += static_cast<char>(byte);
  }
  const std::string digits = "1522178D33a4cf80130a5b1649907d10d8988f837979652762574c2d2a842202";
  EXPECT_EQ(read_pseudonym_key(folder.write("bytes", bytes)), kSampleKey);
  for (const char* end : {"", "\n", "\r\n"}) {
    EXPECT_EQ(read_pseudonym_key(folder.write("digits", digits + end)), kSampleKey);
  }
  for (const std::string& wrong :
       {std::string(), std::string("secret\n"), bytes + "x", bytes.substr(1), digits + "\n\n",
        digits.substr(2), digits + "0", std::string(64, 'g'), std::string(5000, '0')}) {
    EXPECT_THROW(read_pseudonym_key(folder.write("wrong", wrong)), Error) << wrong.size();
  }
  EXPECT_THROW(read_pseudonym_key(folder.path("absent")), InputError);
  EXPECT_NE(random_pseudonym_key(), random_pseudonym_key());
}

}  // namespace
}  // namespace netml
