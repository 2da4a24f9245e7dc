#include "netml/models/evaluation.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "netml/core/rng.hpp"
#include "netml/models/metrics.hpp"

namespace netml {
namespace {

struct Sample {
  std::vector<double> scores;
  std::vector<int> labels;
};

// Abnormal rows lie `shift` deviations above normal ones; `steps` makes ties.
Sample sample(std::size_t normal, std::size_t abnormal, double shift, double steps = 0) {
  Rng rng(3);
  Sample rows;
  for (std::size_t i = 0; i < normal + abnormal; ++i) {
    const bool is_abnormal = i % 3 == 0 ? rows.labels.size() < abnormal * 3 : i >= normal;
    const double value = rng.normal() + (is_abnormal ? shift : 0);
    rows.scores.push_back(steps > 0 ? std::round(value * steps) : value);
    rows.labels.push_back(is_abnormal ? 1 : 0);
  }
  return rows;
}

TEST(Evaluation, ItsNumbersAreThoseOfTheMetrics) {
  for (const double steps : {0.0, 4.0}) {
    const Sample rows = sample(700, 300, 1.5, steps);
    const auto evaluation = evaluate(rows.scores, rows.labels, 42);
    ASSERT_TRUE(evaluation);
    EXPECT_NEAR(evaluation->auc.value, *roc_auc(rows.scores, rows.labels), 1e-12);
    EXPECT_NEAR(evaluation->average_precision.value, *average_precision(rows.scores, rows.labels),
                1e-12);
    EXPECT_EQ(evaluation->tpr_at_fpr_001.value, *tpr_at_fpr(rows.scores, rows.labels, .01));
    EXPECT_EQ(evaluation->tpr_at_fpr_0001.value, *tpr_at_fpr(rows.scores, rows.labels, .001));
    EXPECT_EQ(evaluation->tpr_at_fpr_005.value, *tpr_at_fpr(rows.scores, rows.labels, .05));
    for (const CurvePoint& point : evaluation->roc) {
      EXPECT_EQ(point.y, *tpr_at_fpr(rows.scores, rows.labels, point.x)) << point.x;
    }
  }
}

TEST(Evaluation, IntervalsEncloseTheValueAndNarrowWithMoreRows) {
  const Sample few = sample(60, 30, 1.5), many = sample(6000, 3000, 1.5);
  const auto narrow = evaluate(many.scores, many.labels, 42);
  const auto wide = evaluate(few.scores, few.labels, 42);
  for (const auto* one : {&narrow, &wide}) {
    EXPECT_LT((*one)->auc.low, (*one)->auc.value);
    EXPECT_GT((*one)->auc.high, (*one)->auc.value);
  }
  EXPECT_LT(narrow->auc.high - narrow->auc.low, (wide->auc.high - wide->auc.low) / 3);
}

// The standard error of an AUC by Hanley and McNeil (1982), formula 2, is close to the bootstrap's.
TEST(Evaluation, TheIntervalOfTheAucIsThatOfHanleyAndMcNeil) {
  const Sample rows = sample(2000, 1000, 1.0);
  const auto evaluation = evaluate(rows.scores, rows.labels, 42);
  const double a = evaluation->auc.value, q1 = a / (2 - a), q2 = 2 * a * a / (1 + a);
  const auto n = static_cast<double>(evaluation->normal);
  const auto m = static_cast<double>(evaluation->abnormal);
  const double error =
      std::sqrt((a * (1 - a) + (m - 1) * (q1 - a * a) + (n - 1) * (q2 - a * a)) / (n * m));
  EXPECT_NEAR(evaluation->auc.high - evaluation->auc.low, 2 * 1.96 * error, error);
}

TEST(Evaluation, PerfectScoresLeaveNoDoubt) {
  const std::vector<double> scores = {1, 2, 3, 10, 11};
  const std::vector<int> labels = {0, 0, 0, 1, 1};
  const auto evaluation = evaluate(scores, labels, 1);
  EXPECT_EQ(evaluation->auc.value, 1);
  EXPECT_EQ(evaluation->auc.low, 1);
  for (const CurvePoint& point : evaluation->roc) {
    EXPECT_EQ(point.y, 1);
  }
  for (const CurvePoint& point : evaluation->precision_recall) {
    EXPECT_EQ(point.y, 1);
    EXPECT_EQ(point.low, 1);
  }
}

TEST(Evaluation, OneClassAloneGivesNothing) {
  const std::vector<double> scores = {1, 2};
  EXPECT_FALSE(evaluate(scores, std::vector<int>{0, 0}, 1));
  EXPECT_FALSE(evaluate(scores, std::vector<int>{1, 1}, 1));
  EXPECT_FALSE(evaluate({}, {}, 1));
}

TEST(Evaluation, TheSameSeedGivesTheSameBits) {
  const Sample rows = sample(200, 100, 1);
  const auto first = evaluate(rows.scores, rows.labels, 7),
             again = evaluate(rows.scores, rows.labels, 7);
  EXPECT_EQ(first->auc.low, again->auc.low);
  EXPECT_EQ(first->roc[30].high, again->roc[30].high);
  EXPECT_NE(first->auc.low, evaluate(rows.scores, rows.labels, 8)->auc.low);
}

}  // namespace
}  // namespace netml
