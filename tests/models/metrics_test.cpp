#include "netml/models/metrics.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace netml {
namespace {

// Reference: scikit-learn 1.2.1 roc_auc_score, average_precision_score (tests/oracle/ocsvm.py).
TEST(Metrics, AgreeWithScikitLearn) {
  const std::vector<double> scores = {0.1, 0.4, 0.35, 0.8, 0.4, 0.9, 0.2, 0.4};
  const std::vector<int> labels = {0, 0, 1, 1, 1, 0, 0, 1};
  EXPECT_DOUBLE_EQ(*roc_auc(scores, labels), 0.625);
  EXPECT_DOUBLE_EQ(*average_precision(scores, labels), 0.5916666666666667);
}

TEST(Metrics, APerfectRankingIsExactlyOne) {
  std::vector<double> scores = {0};
  std::vector<int> labels = {0};
  for (int abnormal = 1; abnormal <= 200; ++abnormal) {
    scores.push_back(abnormal);
    labels.push_back(1);
    EXPECT_EQ(*average_precision(scores, labels), 1) << abnormal;
    EXPECT_EQ(*roc_auc(scores, labels), 1) << abnormal;
  }
}

TEST(Metrics, OneClassHasNone) {
  const std::vector<double> scores = {1, 2};
  EXPECT_FALSE(roc_auc(scores, std::vector<int>{0, 0}));
  EXPECT_FALSE(average_precision(scores, std::vector<int>{1, 1}));
  EXPECT_FALSE(tpr_at_fpr({}, {}, .01));
}

TEST(Metrics, TprAtFprTakesWholeTies) {
  const std::vector<double> scores = {5, 4, 4, 3, 2, 1};
  const std::vector<int> labels = {1, 1, 0, 1, 0, 0};
  EXPECT_DOUBLE_EQ(*tpr_at_fpr(scores, labels, .01), 1.0 / 3);
  EXPECT_DOUBLE_EQ(*tpr_at_fpr(scores, labels, .34), 1.0);
}

}  // namespace
}  // namespace netml
