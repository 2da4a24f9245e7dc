// quantile, running_stats and rng.

#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "netml/core/quantile.hpp"
#include "netml/core/rng.hpp"
#include "netml/core/running_stats.hpp"

namespace netml {
namespace {

TEST(Quantile, EqualsNumpysLinearRule) {
  // numpy.quantile([15, 20, 35, 40, 50], q), numpy 1.24.
  const double values[] = {50, 15, 40, 20, 35};
  for (const auto& [q, expected] : {std::pair{0.0, 15.0},
                                    {0.1, 17.0},
                                    {0.25, 20.0},
                                    {0.4, 29.0},
                                    {0.5, 35.0},
                                    {0.75, 40.0},
                                    {0.9, 46.0},
                                    {1.0, 50.0}}) {
    EXPECT_DOUBLE_EQ(quantile(values, q), expected) << q;
  }
}

TEST(Quantile, OfOneValueIsThatValue) {
  const double value[] = {7};
  for (const double q : {0.0, 0.3, 1.0}) {
    EXPECT_EQ(quantile(value, q), 7);
  }
}

TEST(Quantile, InterpolatesFromTheNearerNeighbour) {
  // numpy's _lerp: from the upper one where the weight is at least a half.
  const double values[] = {0.1, 0.7};
  EXPECT_EQ(quantile_sorted(values, 0.75), 0.7 - (0.7 - 0.1) * 0.25);
  EXPECT_EQ(quantile_sorted(values, 0.25), 0.1 + (0.7 - 0.1) * 0.25);
}

TEST(Quantile, IsFiniteWhereDifferencesAreNot) {
  const double values[] = {-1.7e308, -1e308, 1e308, 1.7e308};
  double last = values[0];
  for (const double q : {0.0, 0.01, 0.3, 0.4, 0.5, 0.6, 0.7, 0.99, 1.0}) {
    const double value = quantile_sorted(values, q);
    EXPECT_TRUE(std::isfinite(value)) << q;
    EXPECT_GE(value, last) << q;
    last = value;
  }
  EXPECT_EQ(quantile_sorted(values, 0.5), 0);
}

TEST(RunningStats, EqualTwoPasses) {
  Rng rng(5);
  std::vector<double> values;
  RunningStats stats;
  for (int i = 0; i < 1000; ++i) {
    values.push_back(1e9 + rng.uniform());
    stats.add(values.back(), values.size());
  }
  long double sum = 0, squares = 0;
  for (const double value : values) {
    sum += value;
  }
  for (const double value : values) {
    squares += (value - sum / 1000) * (value - sum / 1000);
  }
  EXPECT_NEAR(stats.mean, static_cast<double>(sum / 1000), 1e-6);
  // The mean carries 1e-7 of rounding, the deviations are about 0.3.
  EXPECT_NEAR(stats.population_deviation(1000), std::sqrt(static_cast<double>(squares) / 1000),
              1e-7);
  EXPECT_EQ(stats.minimum, *std::min_element(values.begin(), values.end()));
  EXPECT_EQ(stats.maximum, *std::max_element(values.begin(), values.end()));
}

TEST(RunningStats, ExtremesOfNegativeValues) {
  RunningStats stats;
  EXPECT_EQ(stats.population_deviation(0), 0);
  stats.add(-5, 1);
  EXPECT_EQ(stats.minimum, -5);
  EXPECT_EQ(stats.maximum, -5);
  EXPECT_EQ(stats.population_deviation(1), 0);
}

TEST(Rng, IsTheStandardsMersenneTwister) {
  // [rand.predef]: the 10000th number of a default-seeded mt19937_64.
  Rng rng(5489);
  for (int i = 1; i < 10000; ++i) {
    rng.bits();
  }
  EXPECT_EQ(rng.bits(), 9981545732273789042u);
}

TEST(Rng, StreamsAreThoseOfSplitmix64) {
  // Steele, Lea, Flood 2014; first outputs of the public domain splitmix64.c for seed 0.
  EXPECT_EQ(derive_seed(0, 0), 0xe220a8397b1dcdafu);
  EXPECT_EQ(derive_seed(0, 1), 0x6e789e6aa1b965f4u);
  EXPECT_EQ(derive_seed(0, 2), 0x06c45d188009454fu);
}

TEST(Rng, NumbersStayInTheirRanges) {
  Rng rng(1);
  for (int i = 0; i < 10000; ++i) {
    const double u = rng.uniform();
    ASSERT_TRUE(u >= 0 && u < 1);
    ASSERT_LT(rng.below(7), 7u);
    ASSERT_EQ(rng.below(1), 0u);
    ASSERT_TRUE(std::isfinite(rng.normal()));
  }
  EXPECT_LT(rng.below(UINT64_MAX), UINT64_MAX);
}

TEST(Rng, BelowIsUniformAlsoForBoundsThatDoNotDivideTheRange) {
  Rng rng(2);
  constexpr std::uint64_t kBound = std::uint64_t{3} << 62;  // modulo alone would favour a third
  int low = 0;
  for (int i = 0; i < 30000; ++i) {
    low += rng.below(kBound) < kBound / 3 ? 1 : 0;
  }
  EXPECT_NEAR(low, 10000, 500) << "six deviations of 82";
}

TEST(Rng, NormalHasItsMoments) {
  Rng rng(3);
  RunningStats stats;
  for (std::uint64_t i = 1; i <= 100000; ++i) {
    stats.add(rng.normal(), i);
  }
  EXPECT_NEAR(stats.mean, 0, 0.02);
  EXPECT_NEAR(stats.population_deviation(100000), 1, 0.02);
}

TEST(Rng, SamplesAndPermutationsAreDistinctIndices) {
  Rng rng(4);
  const auto whole = permutation(100, rng);
  EXPECT_EQ(std::set<std::size_t>(whole.begin(), whole.end()).size(), 100u);
  EXPECT_EQ(*std::max_element(whole.begin(), whole.end()), 99u);
  const auto some = sample_without_replacement(100, 10, rng);
  EXPECT_EQ(std::set<std::size_t>(some.begin(), some.end()).size(), 10u);
  EXPECT_TRUE(permutation(0, rng).empty());
  Rng same(4);
  EXPECT_EQ(permutation(100, same), whole);
}

}  // namespace
}  // namespace netml
