#include "netml/models/conformal.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "netml/core/error.hpp"
#include "netml/core/rng.hpp"

namespace netml {
namespace {

std::vector<double> ramp(std::size_t n) {
  std::vector<double> scores(n);
  std::iota(scores.begin(), scores.end(), 1.0);
  return scores;
}

// Reference: scipy.special.betainc, scipy.stats.beta.ppf (SciPy 1.10.1).
TEST(Beta, AgreesWithScipy) {
  EXPECT_NEAR(incomplete_beta(2, 3, .4), 0.5247999999999999, 1e-14);
  EXPECT_NEAR(incomplete_beta(.5, .5, .1), 0.2048327646991335, 1e-14);
  EXPECT_NEAR(incomplete_beta(10, 190, .05), 0.5388723226491478, 1e-12);
  EXPECT_NEAR(incomplete_beta(5000, 5001, .5), 0.5039893230700742, 1e-10);
  EXPECT_NEAR(incomplete_beta(1, 99, .02), 0.8646739225563744, 1e-12);
  EXPECT_NEAR(incomplete_beta(101, 9900, .012), 0.9661474272834606, 1e-10);
  EXPECT_NEAR(beta_quantile(.95, 1, 99), 0.029806673773350886, 1e-13);
  EXPECT_NEAR(beta_quantile(.95, 10, 190), 0.07759233355693325, 1e-12);
  EXPECT_NEAR(beta_quantile(.95, 8, 793), 0.016372027404704254, 1e-12);
  EXPECT_NEAR(beta_quantile(.95, 100, 9901), 0.011689166504789824, 1e-11);
  EXPECT_NEAR(beta_quantile(.5, 2, 3), 0.3857275681323895, 1e-14);
}

TEST(Conformal, PValuesCountScoresAtOrAbove) {
  const Calibration calibration({3, 1, 2, 2});
  EXPECT_EQ(calibration.scores(), (std::vector<double>{1, 2, 2, 3}));
  EXPECT_EQ(calibration.p_value(4), 1.0 / 5);
  EXPECT_EQ(calibration.p_value(2), 4.0 / 5);
  EXPECT_EQ(calibration.p_value(0), 1.0);
}

// FEATURES, section 5, worked out by hand: u = 10 (the tenth of eleven), k = 1, b = 10.
TEST(Conformal, TheTailGoesOnBeyondTheLargestScore) {
  const Calibration calibration({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20});
  EXPECT_EQ(calibration.tail_p_value(20), calibration.p_value(20));
  EXPECT_EQ(calibration.tail_p_value(3), calibration.p_value(3));
  EXPECT_NEAR(calibration.tail_p_value(50), 2. / 12 * std::exp(-4), 1e-15);
  EXPECT_LE(calibration.tail_p_value(20.001), 1. / 12);
  EXPECT_LT(calibration.tail_p_value(60), calibration.tail_p_value(50));
  EXPECT_EQ(Calibration({4, 4, 4}).tail_p_value(5), .25) << "no excess to go by";
}

TEST(Conformal, ThresholdAndPValueAreTheSameRule) {
  for (const std::size_t m : {1U, 7U, 19U, 99U, 100U, 199U, 800U}) {
    const Calibration calibration(ramp(m));
    for (const double alpha : {.01, .05, .1, .5, calibration.least_alpha()}) {
      if (!calibration.supports(alpha)) {
        EXPECT_LT(static_cast<double>(m + 1), 1 / alpha);
        continue;
      }
      const double threshold = calibration.threshold(alpha);
      for (int half = 1; half < 2 * (static_cast<int>(m) + 1); ++half) {
        const double s = half / 2.0;
        EXPECT_EQ(s > threshold, calibration.p_value(s) <= alpha) << m << " " << alpha << " " << s;
      }
    }
  }
}

TEST(Conformal, ThresholdIsTheKthSmallest) {
  EXPECT_EQ(Calibration(ramp(199)).threshold(.05), 190);  // ceil(.95 * 200)
  EXPECT_EQ(Calibration(ramp(99)).threshold(.01), 99);
  EXPECT_NEAR(Calibration(ramp(199)).rate_bound(.05), 0.07759233355693325, 1e-10);
  EXPECT_NEAR(Calibration(ramp(99)).rate_bound(.01), 0.029806673773350886, 1e-10);
}

TEST(Conformal, TheDefaultRateGivesWayAnAskedOneDoesNot) {
  const Calibration small(ramp(50));
  const AlphaChoice choice = choose_alpha(small, std::nullopt);
  EXPECT_EQ(choice.alpha, 1.0 / 51);
  EXPECT_NE(choice.warning.find("takes 99"), std::string::npos) << choice.warning;
  EXPECT_EQ(small.threshold(choice.alpha), 50);
  EXPECT_THROW(choose_alpha(small, .01), DataError);
  EXPECT_EQ(choose_alpha(small, .1).alpha, .1);
  EXPECT_EQ(choose_alpha(Calibration(ramp(99)), std::nullopt).alpha, .01);
  EXPECT_EQ(choose_alpha(Calibration(ramp(99)), std::nullopt).warning, "");
  EXPECT_THROW(choose_alpha(small, 0.0), UsageError);
  EXPECT_EQ(Calibration::needed(.01), 99u);
  EXPECT_EQ(Calibration::needed(.05), 19u);
  EXPECT_EQ(Calibration::needed(.3), 3u);
  for (const double tiny : {1e-19, 1e-20, 1e-300, 5e-324}) {
    EXPECT_EQ(Calibration::needed(tiny), 1'000'000'000'000'000'000U) << tiny;
  }
}

std::string refusal_of(std::size_t scores, double rate, std::size_t members = 1) {
  try {
    choose_alpha(Calibration(ramp(scores)), rate, members);
  } catch (const DataError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Conformal, ARefusedRateComesWithARemedyThatHelps) {
  EXPECT_EQ(refusal_of(9, .05),
            "a false-alarm rate of 0.05 takes at least 19 calibration flows, there are 9; train on "
            "more normal flows, or ask for at least 0.1");
  EXPECT_EQ(refusal_of(9, .1), "accepted");
  // More flows do not help: no model keeps so many scores.
  EXPECT_EQ(refusal_of(20000, 1e-5),
            "a false-alarm rate of 1e-05 takes at least 99999 calibration flows, and a model keeps "
            "at most 10000; ask for at least 9.999000099990002e-05");
  EXPECT_EQ(refusal_of(20000, 9.999000099990002e-05), "accepted");
  // A rate of 1 is none.
  EXPECT_EQ(
      refusal_of(2, .1, 3),
      "a false-alarm rate of 0.1 takes at least 29 calibration flows, because 3 members share "
      "it, there are 2; train on more normal flows, or choose one algorithm");
  EXPECT_EQ(refusal_of(2, 1e-5, 3).find("at least 1"), std::string::npos);
}

TEST(Conformal, LargeSetsKeepEvenlySpacedOrderStatistics) {
  const Calibration calibration(ramp(100000));
  EXPECT_EQ(calibration.size(), 10000u);
  EXPECT_EQ(calibration.scores().back(), 99992);  // rank ceil(10000 * 100001 / 10001)
  // Never below the threshold of all scores, 99001.
  EXPECT_GE(calibration.threshold(.01), 99001);
  EXPECT_LE(calibration.threshold(.01), 99011);
}

// Exchangeable scores: the realised false-alarm rate is alpha on average.
TEST(Conformal, RealisedFalseAlarmRateIsAlpha) {
  constexpr int kSets = 2000;
  constexpr int kTests = 200;
  Rng rng(1);
  double alarms = 0;
  for (int set = 0; set < kSets; ++set) {
    std::vector<double> scores(199);
    std::generate(scores.begin(), scores.end(), [&] { return rng.normal(); });
    const Calibration calibration(scores);
    const double threshold = calibration.threshold(.05);
    for (int i = 0; i < kTests; ++i) {
      alarms += rng.normal() > threshold ? 1 : 0;
    }
  }
  EXPECT_NEAR(alarms / (kSets * kTests), .05, .004);
}

// Benjamini and Hochberg (1995), section 4.1: the fifteen p-values of their example; at q = .05 the
// four smallest are rejected.
TEST(Fdr, TheExampleOfThePaper) {
  const std::vector<double> p = {.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344,
                                 .0459, .3240, .4262, .5719, .6528, .7590, 1.000};
  EXPECT_EQ(fdr_cutoff(p, .05), .0095);
  EXPECT_EQ(fdr_cutoff(p, 1), 1);
}

TEST(Fdr, RejectsNothingWhereNothingStandsOut) {
  EXPECT_EQ(fdr_cutoff({.5, .6, .9}, .1), 0);
  EXPECT_EQ(fdr_cutoff({}, .1), 0);
}

}  // namespace
}  // namespace netml
