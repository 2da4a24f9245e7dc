#include "netml/flow/epoch.hpp"

#include <gtest/gtest.h>

namespace netml {
namespace {

// RELIABILITY, section 5.
constexpr std::int64_t kHour = 3'600'000'000'000;
constexpr std::int64_t kNow = 1'500'000'000'000'000'000;

TEST(CaptureClock, IsTheLargestTimeSoFar) {
  CaptureClock clock;
  for (const auto& [ts, now] : {std::pair{-5, -5}, {10, 10}, {7, 10}, {10, 10}, {11, 11}}) {
    EXPECT_FALSE(clock.advance(ts));
    EXPECT_EQ(clock.now(), now);
  }
}

TEST(CaptureClock, AThousandEarlyPacketsInARowSetItBackToTheLatestOfThem) {
  CaptureClock clock;
  clock.advance(kNow + 100 * kHour);
  for (int i = 1; i < 1000; ++i) {
    EXPECT_FALSE(clock.advance(kNow + (i == 500 ? 77 : i % 7)));
    EXPECT_EQ(clock.now(), kNow + 100 * kHour);
  }
  EXPECT_TRUE(clock.advance(kNow));
  EXPECT_EQ(clock.now(), kNow + 77);
  EXPECT_FALSE(clock.advance(kNow + 78));
  EXPECT_EQ(clock.now(), kNow + 78);
}

TEST(CaptureClock, OnePacketWithinTheHourStartsTheCountAgain) {
  CaptureClock clock;
  clock.advance(kNow);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 999; ++i) {
      EXPECT_FALSE(clock.advance(kNow - 2 * kHour));
    }
    EXPECT_FALSE(clock.advance(kNow - kHour)) << "an hour is not more than an hour";
  }
  EXPECT_EQ(clock.now(), kNow);
}

TEST(CaptureClock, FarEndsOfTheRangeAreEarlyToo) {
  CaptureClock clock;
  clock.advance(INT64_MAX);
  for (int i = 0; i < 999; ++i) {
    EXPECT_FALSE(clock.advance(INT64_MIN));
  }
  EXPECT_TRUE(clock.advance(INT64_MIN));
  EXPECT_EQ(clock.now(), INT64_MIN);
}

}  // namespace
}  // namespace netml
