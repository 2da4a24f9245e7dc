// sip_hash and sha256.

#include <array>
#include <fstream>
#include <numeric>

#include <gtest/gtest.h>

#include "netml/core/error.hpp"
#include "netml/core/sha256.hpp"
#include "netml/core/sip_hash.hpp"

#include "support/temp_folder.hpp"

namespace netml {
namespace {

// Key 00 01 … 0f as in the SipHash paper.
constexpr HashKey kPaperKey = {0x0706050403020100U, 0x0f0e0d0c0b0a0908U};

template <std::size_t kCount>
std::uint64_t hash_of_counting_bytes() {
  std::array<std::uint8_t, kCount> message{};
  std::iota(message.begin(), message.end(), std::uint8_t{0});
  return sip_hash(kPaperKey, message);
}

TEST(SipHash13, EqualsThePublishedVectors) {
  // Low halves: lib/test_siphash.c of Linux (hsiphash on 64-bit systems) for 0 and 8 bytes; whole
  // values: an implementation that gives the paper's a129ca6149be45e5 for SipHash-2-4 of 15 bytes.
  EXPECT_EQ(SipHash13(kPaperKey).finish(0), 0xabac0158050fc4dcU);
  EXPECT_EQ(hash_of_counting_bytes<8>(), 0x369095118d299a8eU);
  EXPECT_EQ(hash_of_counting_bytes<16>(), 0xcc4fdd1a7d908b66U);
  EXPECT_EQ(hash_of_counting_bytes<24>(), 0xf464aeb267349c8cU);
  EXPECT_EQ(hash_of_counting_bytes<40>(), 0xc1d2363299e41531U);
}

TEST(SipHash13, KeysAreSecretAndNew) {
  EXPECT_NE(random_hash_key(), random_hash_key());
  EXPECT_NE(sip_hash(HashKey{1, 0}, std::uint64_t{7}), sip_hash(HashKey{0, 1}, std::uint64_t{7}));
}

TEST(Sha256, PiecesOfAnySizeGiveTheSameDigest) {
  const std::string text(1000, 'x');
  for (const std::size_t piece : {1u, 55u, 56u, 63u, 64u, 65u, 127u}) {
    Sha256 hash;
    for (std::size_t i = 0; i < text.size(); i += piece) {
      hash.add(std::string_view(text).substr(i, piece));
    }
    EXPECT_EQ(hash.hex(), sha256_hex(text)) << piece;
  }
}

TEST(Sha256, OfAFile) {
  const test::TempFolder folder;
  EXPECT_EQ(sha256_of_file(folder.write("a", "abc")), sha256_hex("abc"));
  EXPECT_EQ(sha256_of_file(folder.path()), "");
  EXPECT_EQ(sha256_of_file(folder.path("absent")), "");
  EXPECT_EQ(sha256_of_file("/dev/null"), "") << "not a regular file";
  // A regular file that opens and cannot be read: nothing is mapped at address 0.
  EXPECT_THROW(sha256_of_file("/proc/self/mem"), InputError);
}

}  // namespace
}  // namespace netml
