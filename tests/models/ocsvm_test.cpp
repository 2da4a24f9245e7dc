#include <cmath>

#include <gtest/gtest.h>
#include <libsvm/svm.h>

#include "netml/core/error.hpp"
#include "netml/dataset/split.hpp"
#include "netml/models/metrics.hpp"

#include "models/support.hpp"
#include "support/reference.hpp"

namespace netml {
namespace {

using test::derived;
using test::fitted;
using test::normal_rows;
using test::sine_rows;

FitReport report_of(const Matrix& rows, const std::string& yaml) {
  return test::fit_report("ocsvm", rows, yaml);
}

// Reference: scikit-learn 1.2.1, tests/oracle/ocsvm.py.
TEST(Ocsvm, AgreesWithScikitLearn) {
  const Matrix train = sine_rows(40, 3);
  const Matrix probes = 2 * sine_rows(4, 3, 0.5);
  const auto scale = fitted(train, "{nu: 0.5, gamma: scale, score: raw}");
  EXPECT_NEAR(derived(report_of(train, "{nu: 0.5, gamma: scale}"), "gamma"), 0.6989271166227955,
              1e-15);
  EXPECT_NEAR(*scale->own_threshold(), -6.113772714459921, 6e-9);
  const std::vector<double> first = {1.9215859387608685, 1.3258847027369338, 1.998164761375583,
                                     1.9121761587944839};
  const auto given = fitted(train, "{nu: 0.1, gamma: 0.8, score: raw}");
  EXPECT_NEAR(*given->own_threshold(), -1.1208562733575298, 1e-9);
  const std::vector<double> second = {0.3180913631748856, 0.20579986983422904, 0.3267875087439045,
                                      0.31653314534791277};
  for (int i = 0; i < 4; ++i) {
    const auto k = static_cast<std::size_t>(i);
    EXPECT_NEAR(scale->score(probes)[i], -first[k], 1e-9 * first[k]);
    EXPECT_NEAR(given->score(probes)[i], -second[k], 1e-9 * second[k]);
  }
}

// Against libsvm's own prediction, the same problem in its dense form.
TEST(Ocsvm, AgreesWithLibsvmsPrediction) {
  const Matrix train = normal_rows(300, 8, 1);
  const Matrix probes = 1.5 * normal_rows(50, 8, 2);
  std::vector<std::vector<svm_node>> nodes;
  for (const Matrix* rows : {&train, &probes}) {
    for (Eigen::Index r = 0; r < rows->rows(); ++r) {
      nodes.emplace_back();
      for (Eigen::Index c = 0; c < rows->cols(); ++c) {
        nodes.back().push_back({static_cast<int>(c) + 1, (*rows)(r, c)});
      }
      nodes.back().push_back({-1, 0});
    }
  }
  std::vector<svm_node*> starts;
  for (auto& row : nodes) {
    starts.push_back(row.data());
  }
  std::vector<double> labels(300, 1.0);
  svm_problem problem{300, labels.data(), starts.data()};
  svm_parameter parameter{};
  parameter.svm_type = ONE_CLASS;
  parameter.kernel_type = RBF;
  parameter.gamma = 0.2;
  parameter.nu = 0.1;
  parameter.eps = 1e-3;
  parameter.cache_size = 100;
  parameter.shrinking = 1;
  const auto raw = fitted(train, "{nu: 0.1, gamma: 0.2, score: raw}");
  const auto log = fitted(train, "{nu: 0.1, gamma: 0.2}");
  svm_model* oracle = svm_train(&problem, &parameter);
  const Vector raw_scores = raw->score(probes);
  const Vector log_scores = log->score(probes);
  for (int i = 0; i < 50; ++i) {
    double f = 0;
    svm_predict_values(oracle, starts[300 + static_cast<std::size_t>(i)], &f);
    const double ours = -raw_scores[i] + *raw->own_threshold();
    EXPECT_NEAR(ours, f, 1e-9 * std::max(1.0, std::fabs(f)));
    EXPECT_EQ(log_scores[i] > 0, f < 0) << i;
    // s = log rho - log sum
    EXPECT_NEAR(log_scores[i], std::log(oracle->rho[0]) - std::log(f + oracle->rho[0]), 1e-8);
  }
  svm_free_and_destroy_model(&oracle);
}

// Reference: numpy.quantile(scipy.spatial.distance.pdist(rows), .05) = 0.22998531263701585.
TEST(Ocsvm, GammaAutoComesFromTheDistances) {
  EXPECT_NEAR(derived(report_of(sine_rows(40, 3), ""), "gamma"), 18.906006208591204, 1e-11);
}

TEST(Ocsvm, FarRowsScoreHigherAndDoNotTie) {
  const auto model = fitted(normal_rows(200, 4, 3));
  Matrix probes(4, 4);
  probes << 0, 0, 0, 0, 3, 3, 3, 3, 100, 100, 100, 100, 1e6, 1e6, 1e6, 1e6;
  const Vector scores = model->score(probes);
  EXPECT_LT(scores[0], scores[1]);
  EXPECT_LT(scores[1], scores[2]);
  EXPECT_LT(scores[2], scores[3]);
  Matrix beyond = Matrix::Constant(1, 4, 1e300);
  EXPECT_TRUE(std::isfinite(model->score(beyond)[0]));
}

TEST(Ocsvm, SmallestProblems) {
  EXPECT_TRUE(fitted(sine_rows(1, 1))->score(sine_rows(3, 1)).allFinite());
  EXPECT_TRUE(fitted(sine_rows(2, 1))->score(sine_rows(3, 1)).allFinite());
  EXPECT_TRUE(fitted(Matrix::Zero(20, 3))->score(sine_rows(3, 3)).allFinite());
  EXPECT_TRUE(fitted(sine_rows(30, 2), "nu: 1")->score(sine_rows(3, 2)).allFinite());
  EXPECT_NEAR(derived(report_of(sine_rows(2, 1), ""), "nu"), 0.5, 0);
}

TEST(Ocsvm, DuplicateRowsAreHarmless) {
  const Matrix once = normal_rows(60, 3, 4);
  Matrix twice(120, 3);
  twice << once, once;
  const Vector scores = fitted(twice)->score(once);
  EXPECT_TRUE(scores.allFinite());
}

TEST(Ocsvm, RowsWhoseSquaresOverflowAreRefused) {
  Matrix rows = normal_rows(20, 2, 1);
  rows(7, 1) = 1e160;
  EXPECT_THROW(fitted(rows, "gamma: 0.1"), DataError);
  rows(7, 1) = 1e150;
  EXPECT_NO_THROW(fitted(rows, "gamma: 0.1"));
}

TEST(Ocsvm, AboveTheLimitASubsampleIsUsedAndSaid) {
  const FitReport report = report_of(normal_rows(300, 2, 5), "max_rows: 100");
  EXPECT_EQ(report.rows_given, 300u);
  EXPECT_EQ(report.rows_used, 100u);
  EXPECT_EQ(report.warnings.size(), 1u);
  EXPECT_EQ(report_of(normal_rows(300, 2, 5), "max_rows: 0").rows_used, 300u);
}

TEST(Ocsvm, TheSameSeedGivesTheSameBits) {
  const Matrix rows = normal_rows(400, 5, 6);
  EXPECT_EQ(fitted(rows, "max_rows: 100", 7)->score(rows),
            fitted(rows, "max_rows: 100", 7)->score(rows));
  EXPECT_NE(fitted(rows, "max_rows: 100", 7)->score(rows),
            fitted(rows, "max_rows: 100", 8)->score(rows));
}

// Reference: netml 0.7.1 on its demo (scores-IAT.csv; RESULTS: AUC 0.632); solver tolerance 1e-3.
TEST(Ocsvm, ReproducesNetmlOnItsDemo) {
  const std::string folder = "reference/netml/golden/demo-labelled/";
  NETML_NEEDS_REFERENCE(folder);
  const auto read = [&](const std::string& name, std::size_t first) {
    std::vector<std::vector<double>> rows;
    CsvScanner scanner = CsvScanner::open(test::reference(folder + name));
    scanner.next();
    while (scanner.next()) {
      rows.emplace_back();
      for (std::size_t i = first; i < scanner.size(); ++i) {
        rows.back().push_back(std::stod(std::string(scanner[i])));
      }
    }
    return rows;
  };
  const auto features = read("IAT.csv", 7);
  const auto golden = read("scores-IAT.csv", 0);
  Matrix all(static_cast<Eigen::Index>(features.size()),
             static_cast<Eigen::Index>(features[0].size()));
  for (std::size_t r = 0; r < features.size(); ++r) {
    all.row(static_cast<Eigen::Index>(r)) =
        Eigen::Map<const Eigen::RowVectorXd>(features[r].data(), all.cols());
  }
  const Split split = netml_split(features.size(), 0.33, 42);
  const auto model = fitted(select_rows(all, split.train), "{nu: 0.5, gamma: scale, score: raw}");
  const Vector scores = model->score(select_rows(all, split.test));
  std::vector<int> labels;
  ASSERT_EQ(golden.size(), split.test.size());
  for (std::size_t i = 0; i < golden.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(golden[i][0]), split.test[i]);
    EXPECT_NEAR(scores[static_cast<Eigen::Index>(i)], golden[i][2], 1e-3 * std::fabs(golden[i][2]));
    labels.push_back(static_cast<int>(golden[i][1]));
  }
  EXPECT_NEAR(*roc_auc(values_of(scores), labels), 0.632, 1e-9);
}

}  // namespace
}  // namespace netml
