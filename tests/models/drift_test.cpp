#include "netml/models/drift.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "support.hpp"

namespace netml {
namespace {

std::vector<double> values(int n, std::uint64_t seed, double shift, double steps = 0) {
  Rng rng(seed);
  std::vector<double> list;
  for (int i = 0; i < n; ++i) {
    const double value = rng.normal() + shift;
    list.push_back(steps > 0 ? std::round(value * steps) : value);
  }
  return list;
}

double share_up_to(const std::vector<double>& list, double x) {
  return static_cast<double>(
             std::count_if(list.begin(), list.end(), [&](double value) { return value <= x; })) /
         static_cast<double>(list.size());
}

SampleComparison compared(const std::vector<double>& sample, const std::vector<double>& list) {
  SampleComparison comparison(sample);
  for (const double value : list) {
    comparison.add(value);
  }
  return comparison;
}

TEST(Drift, TheKsDistanceIsThatOfTheTwoSamples) {
  for (const double steps : {0.0, 2.0}) {
    const auto sample = values(200, 1, 0, steps), list = values(333, 2, .4, steps);
    double largest = 0;
    for (const auto* edges : {&sample, &list}) {
      for (const double edge : *edges) {
        for (const double x : {edge, std::nextafter(edge, -1e9)}) {
          largest = std::max(largest, std::fabs(share_up_to(sample, x) - share_up_to(list, x)));
        }
      }
    }
    EXPECT_DOUBLE_EQ(compared(sample, list).ks_distance(), largest);
  }
}

TEST(Drift, SamplesThatDoNotMeetAreAsFarApartAsCanBe) {
  EXPECT_EQ(compared({1, 2, 3}, {4, 5}).ks_distance(), 1);
  EXPECT_EQ(compared({1, 2, 3}, {0, -1}).ks_distance(), 1);
  EXPECT_EQ(compared({1, 2, 3}, {1, 2, 3}).ks_distance(), 0);
}

TEST(Drift, ThePValueFollowsKolmogorov) {
  EXPECT_GT(compared(values(1000, 1, 0), values(1000, 2, 0)).ks_p_value(), .001);
  EXPECT_LT(compared(values(1000, 1, 0), values(1000, 2, .5)).ks_p_value(), 1e-6);
  // 100 against 100 with distance .2: scipy 1.10.1,
  // scipy.special.kolmogorov((sqrt(50) + .12 + .11 / sqrt(50)) * .2).
  std::vector<double> sample, list;
  for (int i = 0; i < 100; ++i) {
    sample.push_back(i);
    list.push_back(i + 20);
  }
  const SampleComparison comparison = compared(sample, list);
  EXPECT_DOUBLE_EQ(comparison.ks_distance(), .2);
  EXPECT_NEAR(comparison.ks_p_value(), 0.03137665215307253, 1e-12);
}

TEST(Drift, TheStabilityIndexComparesDeciles) {
  std::vector<double> sample;
  for (int i = 1; i <= 1000; ++i) {
    sample.push_back(i);
  }
  EXPECT_NEAR(compared(sample, sample).stability_index(), 0, 1e-12);
  // Everything beyond the last edge: one bin has all, nine have none.
  const double none = (1e-4 - .1) * std::log(1e-4 / .1), all = (1 - .1) * std::log(1 / .1);
  EXPECT_NEAR(compared(sample, std::vector<double>(50, 5000.0)).stability_index(), 9 * none + all,
              .02);
}

TEST(Drift, AConstantColumnMovesInBothDirections) {
  const std::vector<double> constant(100, 3.0);
  EXPECT_EQ(compared(constant, constant).stability_index(), 0);
  EXPECT_GT(compared(constant, std::vector<double>(100, 2.0)).stability_index(), 1);
  EXPECT_GT(compared(constant, std::vector<double>(100, 4.0)).stability_index(), 1);
}

DriftReport report_of(const Detector& detector, const Matrix& rows) {
  DriftCheck check(detector);
  const std::vector<RowScore> answers = detector.score(rows);
  for (std::size_t r = 0; r < row_count(rows); ++r) {
    check.add(row_of(rows, r), answers[r]);
  }
  return check.report();
}

Detector trained(int n) {
  const Matrix all = test::normal_rows(n, 4, 1);
  Detector detector = test::small_detector(all.topRows(n / 2));
  const Matrix held_out = all.bottomRows(n / 2);
  const Vector scores = detector.raw_scores(held_out);
  detector.calibration = Calibration({scores.begin(), scores.end()});
  detector.reference.rows = all.topRows(n / 2);
  detector.reference.keys.assign(static_cast<std::size_t>(n / 2), "");
  return detector;
}

TEST(Drift, RowsLikeTheTrainingRowsHaveNotDrifted) {
  const Detector detector = trained(1000);
  int alarms = 0;
  for (std::uint64_t seed = 10; seed < 60; ++seed) {
    alarms += report_of(detector, test::normal_rows(400, 4, seed)).has_drifted ? 1 : 0;
  }
  EXPECT_EQ(alarms, 0);
}

TEST(Drift, ShiftedRowsHave) {
  const Detector detector = trained(1000);
  const DriftReport report = report_of(detector, test::normal_rows(400, 4, 99).array() + 1.5);
  EXPECT_TRUE(report.has_drifted);
  EXPECT_EQ(report.moved, 4U);
  EXPECT_GT(*report.share_p_tenth, .2);
  EXPECT_NE(drift_line(report).find("4 of 4 columns have moved"), std::string::npos);
}

// scipy 1.10.1, scipy.stats.binom.interval(.99, n, p); beyond 10^6 it may differ by a few trials.
TEST(Drift, TheRangeOfASharePerChanceIsBinomial) {
  const auto expect_range = [](std::uint64_t n, double chance, double low, double high,
                               double tolerance = 1e-12) {
    const ShareRange range = binomial_range(n, chance, .99);
    EXPECT_NEAR(range.low * static_cast<double>(n), low, tolerance) << n << ' ' << chance;
    EXPECT_NEAR(range.high * static_cast<double>(n), high, tolerance) << n << ' ' << chance;
  };
  expect_range(1, .5, 0, 1);
  expect_range(10, .1, 0, 4);
  expect_range(100, .5, 37, 63);
  expect_range(100, .1, 3, 18);
  expect_range(604, .5, 270, 334);
  expect_range(604, .1, 42, 80);
  expect_range(1'000'000, .5, 498712, 501288, 1e-6);
  expect_range(2'000'000, .1, 198908, 201094, 3);
}

TEST(Drift, SharesStandBesideTheirRange) {
  const Detector detector = trained(1000);
  const DriftReport like = report_of(detector, test::normal_rows(400, 4, 11));
  ASSERT_TRUE(like.range_p_half && like.range_p_tenth);
  EXPECT_EQ(like.range_p_half->low, binomial_range(400, .5, .99).low);
  EXPECT_EQ(like.range_p_tenth->high, binomial_range(400, .1, .99).high);
  EXPECT_NE(shares_line(like).find(" % of the flows (by chance 43.5 to 56.5 %) and at most 0.1"),
            std::string::npos)
      << shares_line(like);
  const DriftReport shifted = report_of(detector, test::normal_rows(400, 4, 99).array() + 1.5);
  EXPECT_GT(*shifted.share_p_half, shifted.range_p_half->high);
  EXPECT_EQ(shares_line(DriftCheck(detector).report()), "");
}

TEST(Drift, ADoubtHasAReason) {
  Detector detector = trained(1000);
  EXPECT_EQ(report_of(detector, test::normal_rows(100, 4, 99)).doubt, "");
  EXPECT_EQ(report_of(detector, test::normal_rows(99, 4, 99)).doubt,
            "99 flows with a score are too few, it takes 100");
  detector.calibration = Calibration();
  const DriftReport report = report_of(detector, test::normal_rows(200, 4, 99));
  EXPECT_FALSE(report.is_conclusive);
  EXPECT_EQ(report.doubt, "the model has no calibration scores");
}

TEST(Drift, FewRowsSayNothing) {
  const Detector detector = trained(1000);
  const DriftReport report = report_of(detector, test::normal_rows(99, 4, 99).array() + 5);
  EXPECT_FALSE(report.is_conclusive);
  EXPECT_FALSE(report.has_drifted);
}

TEST(Drift, NoRowsGiveAReport) {
  const Detector detector = trained(1000);
  const DriftReport report = DriftCheck(detector).report();
  EXPECT_EQ(report.rows, 0U);
  EXPECT_FALSE(report.has_drifted);
  EXPECT_EQ(report.columns.size(), 4U);
}

}  // namespace
}  // namespace netml
