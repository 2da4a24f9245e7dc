#include "netml/dataset/scaler.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "netml/core/error.hpp"

namespace netml {
namespace {

const std::vector<std::string> kNames = {"a", "b"};

// 0 1 2 2 3 10 50 -4 and a constant column.
Matrix sample() {
  Matrix rows(8, 2);
  rows << 0, 3, 1, 3, 2, 3, 2, 3, 3, 3, 10, 3, 50, 3, -4, 3;
  return rows;
}

Matrix one(double a, double b) {
  Matrix row(1, 2);
  row << a, b;
  return row;
}

// Reference: numpy 1.24 mean() = 8.0 and std() = 16.28649747490233 of the sample.
TEST(Scaler, StandardIsMeanAndPopulationDeviationClippedAtFive) {
  const Scaler scaler = Scaler::fit(sample(), Scaling::kStandard, kNames);
  EXPECT_NEAR(scaler.transform(one(1, 3))(0, 0), (1 - 8.0) / 16.28649747490233, 1e-15);
  EXPECT_EQ(scaler.transform(one(1e9, 3))(0, 0), 5);
  EXPECT_EQ(scaler.transform(one(-1e300, 3))(0, 0), -5);
  EXPECT_TRUE(std::isnan(scaler.transform(one(NAN, 3))(0, 0)));
}

TEST(Scaler, AChangeInAConstantColumnCountsInRawUnits) {
  for (const Scaling scaling : {Scaling::kStandard, Scaling::kMinMax, Scaling::kRobust}) {
    const Scaler scaler = Scaler::fit(sample(), scaling, kNames);
    EXPECT_EQ(scaler.transform(one(0, 3))(0, 1), 0);
    EXPECT_EQ(scaler.transform(one(0, 4.5))(0, 1), 1.5);
  }
}

// A large offset: deviations of rounding size are no deviations.
TEST(Scaler, TinyDeviationsBesideALargeMeanAreConstant) {
  Matrix rows(2, 2);
  rows << 1e12, 0, 1e12 + 0.5, 1;
  EXPECT_EQ(Scaler::fit(rows, Scaling::kStandard, kNames).transform(one(1e12 + 1, 0))(0, 0), 0.75);
}

// Reference: numpy median 2.0, IQR 4.0 of the sample.
TEST(Scaler, MinMaxAndRobust) {
  EXPECT_DOUBLE_EQ(Scaler::fit(sample(), Scaling::kMinMax, kNames).transform(one(23, 3))(0, 0),
                   0.5);
  EXPECT_NEAR(Scaler::fit(sample(), Scaling::kRobust, kNames).transform(one(6, 3))(0, 0),
              4 / (4.0 / 1.349), 1e-15);
}

TEST(Scaler, RobustFallsBackToTheDeviationWithoutIqr) {
  Matrix rows(8, 1);
  rows << 1, 1, 1, 1, 1, 1, 1, 9;
  Matrix row(1, 1);
  row << 3;
  // numpy std() = 2.6457513110645907
  EXPECT_NEAR(Scaler::fit(rows, Scaling::kRobust, kNames).transform(row)(0, 0),
              2 / 2.6457513110645907, 1e-15);
}

TEST(Scaler, RankIsTheNormalScoreOfTheTrainingRanks) {
  const Scaler scaler = Scaler::fit(sample(), Scaling::kRank, kNames);
  // 2 has three values below and five at or below: (3 + 5 + 1) / 18 = .5
  EXPECT_EQ(scaler.transform(one(2, 3))(0, 0), 0);
  EXPECT_DOUBLE_EQ(scaler.transform(one(1e9, 3))(0, 0), normal_quantile(17.0 / 18));
  EXPECT_DOUBLE_EQ(scaler.transform(one(-1e9, 3))(0, 0), normal_quantile(1.0 / 18));
}

// Reference: scipy.stats.norm.ppf 1.10.1.
TEST(Scaler, NormalQuantileAgreesWithScipy) {
  EXPECT_EQ(normal_quantile(0.5), 0.0);
  EXPECT_NEAR(normal_quantile(0.1), -1.2815515655446004, 1e-15);
  EXPECT_NEAR(normal_quantile(0.3), -0.5244005127080409, 1e-15);
  EXPECT_NEAR(normal_quantile(0.02425), -1.972961051311885, 1e-14);
  EXPECT_NEAR(normal_quantile(1e-5), -4.264890793922825, 1e-14);
  EXPECT_NEAR(normal_quantile(1e-20), -9.262340089798409, 1e-14);
  EXPECT_NEAR(normal_quantile(1e-300), -37.0470962993612, 1e-12);
  EXPECT_NEAR(normal_quantile(0.999999), 4.753424308817087, 1e-10);
}

TEST(Scaler, SavedAndLoadedGivesTheSameBits) {
  for (const Scaling scaling :
       {Scaling::kStandard, Scaling::kMinMax, Scaling::kRobust, Scaling::kRank, Scaling::kNone}) {
    const Scaler scaler = Scaler::fit(sample(), scaling, kNames);
    std::vector<Array> arrays;
    ArrayWriter writer(arrays, "scaler.");
    scaler.save(writer);
    const std::string bytes = write_container("{}", arrays);
    const Container container = read_container(bytes, "t");
    const Scaler loaded = Scaler::load(ArrayReader(container, "scaler.", "t"), scaling, 2);
    EXPECT_EQ(loaded.transform(sample()), scaler.transform(sample())) << to_text(scaling);
    if (scaling != Scaling::kNone) {
      EXPECT_THROW(Scaler::load(ArrayReader(container, "scaler.", "t"), scaling, 3), ModelError);
    }
  }
}

TEST(Scaler, ValuesTooLargeToScaleAreNamed) {
  Matrix rows(2, 2);
  rows << 0, 1e308, 1, -1e308;
  EXPECT_THROW(Scaler::fit(rows, Scaling::kStandard, kNames), DataError);
}

TEST(Scaler, UnknownNamesGetASuggestion) {
  try {
    parse_scaling("standart");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'standard'?"), std::string::npos);
  }
}

}  // namespace
}  // namespace netml
