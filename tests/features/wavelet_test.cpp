#include <cmath>

#include <gtest/gtest.h>

#include "netml/core/error.hpp"

#include "support/feature_rows.hpp"

namespace netml {
namespace {

using test::kSecond;
using test::number;
using test::PacketSpec;

Recipe recipe(const std::string& set, std::int64_t active_s = 8) {
  Recipe with = test::recipe_of({set});
  with.policy.active_timeout_ns = active_s * kSecond;
  return with;
}

TEST(Wavelet, HasFourStatisticsPerSeriesAndDirection) {
  EXPECT_EQ(FeatureSet(recipe("wavelet:3")).schema().size(), 6u + 2 * 4 * 4);
  EXPECT_EQ(FeatureSet(recipe("wavelet")).schema().size(), 6u + 2 * 4 * 5);
}

TEST(Wavelet, OneLevelByHand) {
  // Two slots of 4 s. The first packet is left out: 100 IP bytes in slot 0, 300 in slot 1.
  const Table table = test::feature_rows(
      {PacketSpec{.at = 0, .size = 514}, PacketSpec{.at = 1, .size = 114},
       PacketSpec{.at = 4, .size = 314}, PacketSpec{.at = 7.9, .from = 2, .to = 1, .size = 64}},
      recipe("wavelet:1"));
  ASSERT_EQ(table.row_count(), 1u);
  const double root = std::sqrt(2.0);
  // a = (400, 400) / sqrt 2, d = (-200, 200) / sqrt 2.
  EXPECT_NEAR(number(table, "udps.f_u_k_0"), 400 / root, 1e-9);
  EXPECT_NEAR(number(table, "udps.f_u_k_1"), 200 / root, 1e-9);
  EXPECT_NEAR(number(table, "udps.f_sigma_k_0"), 0, 1e-9);
  EXPECT_NEAR(number(table, "udps.f_sigma_k_1"), 200 / root, 1e-9);
  EXPECT_NEAR(number(table, "udps.f_p_k_0"), 0.8, 1e-9);
  EXPECT_NEAR(number(table, "udps.f_p_k_1"), 0.2, 1e-9);
  EXPECT_NEAR(number(table, "udps.f_S_k_0"), std::log(2.0), 1e-6);
  // Backward: 50 bytes in slot 1, a = (50, 50) / sqrt 2, d = (-50, 50) / sqrt 2.
  EXPECT_NEAR(number(table, "udps.b_u_k_0"), 50 / root, 1e-9);
  EXPECT_NEAR(number(table, "udps.b_p_k_1"), 0.5, 1e-9);
}

TEST(Wavelet, EnergyIsThatOfTheSlots) {
  // Parseval of the undecimated transform: each level doubles the energy, half of it details.
  std::vector<PacketSpec> packets;
  for (int i = 0; i < 32; ++i) {
    packets.push_back({.at = i * 0.25, .size = static_cast<std::uint32_t>(60 + i * i % 97)});
  }
  const Table table = test::feature_rows(packets, recipe("wavelet:5"));
  double share = 0;
  for (int k = 0; k <= 5; ++k) {
    share += number(table, "udps.f_p_k_" + std::to_string(k));
  }
  EXPECT_NEAR(share, 1, 1e-9);
}

TEST(Wavelet, AFlowOfOnePacketIsAllZero) {
  const Table table = test::feature_rows({PacketSpec{}}, recipe("wavelet:2"));
  for (std::size_t column = 6; column < table.schema().size(); ++column) {
    EXPECT_EQ(table.number(0, column), 0);
    EXPECT_FALSE(std::signbit(table.number(0, column)));
  }
}

TEST(Wavelet, RefusesWhatItCannotDo) {
  for (const char* set : {"wavelet:0", "wavelet:13", "wavelet:x", "wavelet:", "wavelet:3:4"}) {
    EXPECT_THROW(FeatureSet{recipe(set)}, UsageError) << set;
  }
  Recipe endless = recipe("wavelet");
  endless.policy.active_timeout_ns = kNoTimeout;
  EXPECT_THROW(FeatureSet{endless}, UsageError);
}

}  // namespace
}  // namespace netml
