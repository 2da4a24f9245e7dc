#include "netml/models/explanation.hpp"

#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "support.hpp"
#include "support/sanitizers.hpp"

namespace netml {
namespace {

Detector trained(const Matrix& rows) {
  Detector detector = test::small_detector(rows);
  detector.reference.rows = rows;
  detector.reference.keys.clear();
  for (Eigen::Index i = 0; i < rows.rows(); ++i) {
    detector.reference.keys.push_back("row-" + std::to_string(i));
  }
  return detector;
}

TEST(Explanation, NamesTheColumnThatIsOff) {
  const Matrix rows = test::normal_rows(200, 5, 1);
  const Detector detector = trained(rows);
  Matrix probe = rows.row(17);
  probe(0, 3) += 8;
  const Explanation explanation = Explainer(detector).explain(row_of(probe, 0), 5);
  ASSERT_FALSE(explanation.reasons.empty());
  EXPECT_EQ(explanation.reasons[0].column, 3U);
  EXPECT_GT(explanation.reasons[0].share, .8);
  EXPECT_EQ(explanation.reasons[0].value, probe(0, 3));
}

TEST(Explanation, SharesSumToOneAndTheStrongestComesFirst) {
  const Detector detector = trained(test::normal_rows(200, 5, 1));
  const Matrix probe = Matrix::Constant(1, 5, 4.0);
  const Explanation explanation = Explainer(detector).explain(row_of(probe, 0), 5);
  double sum = 0, before = 1;
  for (const Reason& reason : explanation.reasons) {
    EXPECT_LE(reason.share, before);
    before = reason.share;
    sum += reason.share;
  }
  EXPECT_NEAR(sum, 1, 1e-12);
  EXPECT_EQ(Explainer(detector).explain(row_of(probe, 0), 2).reasons.size(), 2U);
}

TEST(Explanation, TheNearestReferenceRowIsThatOfTheScaledRows) {
  Matrix rows = test::normal_rows(50, 2, 1);
  rows.col(1) *= 1e6;  // its scale must not decide
  const Detector detector = trained(rows);
  const Matrix probe = rows.row(31);
  const Explanation explanation = Explainer(detector).explain(row_of(probe, 0), 5);
  EXPECT_EQ(explanation.like, 31U);
  EXPECT_TRUE(explanation.reasons.empty());  // the row itself: nothing to replace
  EXPECT_EQ(Explainer(detector).like(explanation), "row-31");
}

// More columns than are replaced at once; some have the nearest row's value.
TEST(Explanation, ManyColumnsHaveTheSharesOfTheDefinition) {
  constexpr Eigen::Index kColumns = 300;
  for (const char* algorithm : {"knn", "if", "pca"}) {
    const Matrix rows = test::normal_rows(80, kColumns, 3);
    Detector detector = test::small_detector(rows, "", algorithm);
    detector.reference.rows = rows.topRows(1);
    detector.reference.keys = {""};
    Matrix probe = 3 * test::normal_rows(1, kColumns, 4);
    probe.leftCols(20) = rows.topLeftCorner(1, 20);
    const double whole = detector.score(probe)[0].score;
    std::vector<double> raised;
    for (Eigen::Index j = 0; j < kColumns; ++j) {
      Matrix replaced = probe;
      replaced(0, j) = rows(0, j);
      raised.push_back(std::max(0.0, whole - detector.score(replaced)[0].score));
    }
    const double sum = std::accumulate(raised.begin(), raised.end(), 0.0);
    const Explanation explanation = Explainer(detector).explain(row_of(probe, 0), kColumns);
    const auto positive =
        std::count_if(raised.begin(), raised.end(), [](double e) { return e > 0; });
    EXPECT_EQ(explanation.reasons.size(), static_cast<std::size_t>(positive));
    for (const Reason& reason : explanation.reasons) {
      EXPECT_EQ(reason.share, raised[reason.column] / sum) << algorithm;
    }
  }
}

// 128 MiB is what the square of the columns would take, once.
TEST(Explanation, MemoryIsThatOfAFewRows) {
  constexpr Eigen::Index kColumns = 4096;
  const Detector detector = test::small_detector(test::normal_rows(20, kColumns, 1), "", "knn");
  const Explainer explainer(detector);
  const Matrix probe = Matrix::Constant(1, kColumns, 9.0);
  const auto largest_kib = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
  };
  const long before = largest_kib();
  EXPECT_FALSE(explainer.explain(row_of(probe, 0), 1).reasons.empty());
  if (test::kHasSanitizer) {
    GTEST_SKIP() << "memory is not measured: a sanitizer keeps memory of its own";
  }
  EXPECT_LT(largest_kib() - before, 64 << 10);
}

TEST(Explanation, TheTextIsOneSafeLine) {
  Detector detector = trained(test::normal_rows(100, 2, 1));
  detector.columns[0] = "a\nb";
  Matrix probe = Matrix::Zero(1, 2);
  probe(0, 0) = 9.123456789;
  const Explainer explainer(detector);
  const std::string text = explainer.reasons(explainer.explain(row_of(probe, 0), 1)).at(0);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_NE(text.find("a\\x0ab=9.12346 (normal "), std::string::npos) << text;
}

TEST(Explanation, AModelWithoutReferenceRowsExplainsNothing) {
  Detector detector = trained(test::normal_rows(100, 2, 1));
  detector.reference = {};
  detector.reference.rows = Matrix(0, 2);
  const Matrix probe = Matrix::Constant(1, 2, 5.0);
  const Explanation explanation = Explainer(detector).explain(row_of(probe, 0), 5);
  EXPECT_TRUE(explanation.reasons.empty());
  EXPECT_EQ(Explainer(detector).like(explanation), "");
}

}  // namespace
}  // namespace netml
