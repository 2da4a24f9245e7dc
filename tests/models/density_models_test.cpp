// kde, knn, kres, gmm and pca against SciPy, NumPy and scikit-learn
// (tests/oracle/density_models.py).

#include "oracle/density_models.hpp"

#include <cmath>
#include <csignal>

#include <gtest/gtest.h>

#include "netml/core/error.hpp"
#include "netml/core/interrupt.hpp"
#include "netml/models/mixture.hpp"

#include "models/support.hpp"

namespace netml {
namespace {

using test::derived;
using test::fit_report;
using test::fitted_model;
using test::normal_rows;
using test::wave_rows;

Matrix probes() {
  Matrix rows(9, 6);
  rows << 2 * wave_rows(6, 6, 0.5), 50 * wave_rows(3, 6, 1.1);
  return rows;
}

// Within `tolerance` of each expected value, relative to its size or to 1.
void expect_near(const Vector& values, const std::vector<double>& expected, double tolerance) {
  ASSERT_EQ(static_cast<std::size_t>(values.size()), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(values[static_cast<Eigen::Index>(i)], expected[i],
                tolerance * std::max(1.0, std::fabs(expected[i])))
        << i;
  }
}

Vector scores(const std::string& name, const std::string& yaml, const Matrix& train) {
  return fitted_model(name, train, yaml)->score(probes());
}

TEST(Kde, AgreesWithTheDirectSum) {
  expect_near(scores("kde", "h: 0.3", wave_rows(200, 6)), oracle::kKde, 1e-10);
}

TEST(Kde, WidthsComeFromTheDistances) {
  EXPECT_NEAR(derived(fit_report("kde", wave_rows(200, 6), ""), "h"), oracle::kKdeAutoWidth[0],
              1e-12);
  EXPECT_NEAR(derived(fit_report("kde", wave_rows(60, 2), "h: loo"), "h"), oracle::kKdeLooWidth[0],
              1e-12);
}

TEST(Kde, DuplicatesDoNotDrawTheLeaveOneOutWidthToZero) {
  const Matrix once = normal_rows(80, 2, 1);
  Matrix twice(160, 2);
  twice << once, once;
  const double h = derived(fit_report("kde", twice, "h: loo"), "h");
  EXPECT_GT(h, 0.05);
  EXPECT_LT(h, 2);
}

TEST(Kde, TheLeaveOneOutWidthIsTheSameForAnyThreads) {
  const Matrix rows = normal_rows(700, 3, 2);
  const auto one = fitted_model("kde", rows, "h: loo", {.seed = 1, .threads = 1});
  const auto four = fitted_model("kde", rows, "h: loo", {.seed = 1, .threads = 4});
  EXPECT_EQ(one->score(rows), four->score(rows));
}

TEST(Knn, AgreesWithBruteForce) {
  expect_near(scores("knn", "", wave_rows(200, 6)), oracle::kKnn1, 1e-12);
  expect_near(scores("knn", "k: 5", wave_rows(200, 6)), oracle::kKnn5, 1e-12);
}

TEST(Knn, MoreNeighboursThanRowsAreAllRows) {
  const Matrix rows = wave_rows(7, 6);
  EXPECT_EQ(derived(fit_report("knn", rows, "k: 100"), "k"), 7);
  EXPECT_EQ(scores("knn", "k: 100", rows), scores("knn", "k: 7", rows));
  Matrix duplicate(2, 6);
  duplicate << rows.row(0), rows.row(0);
  EXPECT_EQ(fitted_model("knn", duplicate, "k: 2")->score(rows)[0], 0);
}

TEST(KernelResidual, AgreesWithNumpy) {
  const Vector all = scores("kres", "{sigma: 0.9, landmarks: 200}", wave_rows(200, 6));
  for (std::size_t i = 0; i < oracle::kKernelResidual.size(); ++i) {
    EXPECT_NEAR(1 - std::exp(-all[static_cast<Eigen::Index>(i)]), oracle::kKernelResidual[i], 1e-8);
  }
}

TEST(KernelResidual, TheCardSaysHowManyRowsWereLookedAt) {
  const FitReport report = fit_report("kres", normal_rows(100, 2, 5), "");
  ASSERT_EQ(report.derived.at(0).name, "sigma");
  EXPECT_EQ(report.derived[0].rule,
            "0.3-quantile of the distances between at most 2000 training rows");
}

TEST(KernelResidual, FarRowsDoNotTie) {
  const auto model = fitted_model("kres", normal_rows(500, 4, 3));
  Matrix far(4, 4);
  far << 10, 10, 10, 10, 100, 100, 100, 100, 1e4, 1e4, 1e4, 1e4, 1e6, 1e6, 1e6, 1e6;
  const Vector all = model->score(far);
  EXPECT_LT(all[0], all[1]);
  EXPECT_LT(all[1], all[2]);
  EXPECT_LT(all[2], all[3]);
}

void expect_mixture(Covariance kind, double reg, const std::vector<double>& fit_numbers,
                    const std::vector<double>& expected) {
  const Matrix waves = wave_rows(200, 6);
  Matrix rows = waves;
  for (Eigen::Index r = 0; r < rows.rows(); ++r) {
    rows.row(r).array() += 3.0 * static_cast<double>(r % 3);
  }
  Mixture start;
  start.covariance = kind;
  start.weights = Eigen::Vector3d(0.2, 0.3, 0.5);
  start.means = select_rows(rows, std::vector<std::size_t>{0, 67, 133});
  start.factors = Matrix::Ones(3, 6);
  if (kind == Covariance::kFull) {
    start.factors = Matrix::Identity(6, 6).replicate(3, 1);
  }
  MixtureOptions options;
  options.covariance = kind;
  options.regularisation = reg;
  const MixtureFit fit = fit_mixture(rows, start, options);
  EXPECT_TRUE(fit.is_converged);
  EXPECT_EQ(fit.steps, static_cast<int>(fit_numbers[0]));
  EXPECT_NEAR(fit.mean_log_likelihood, fit_numbers[1], 1e-9);
  Matrix judged(14, 6);
  judged << probes(), rows.topRows(5);
  std::vector<double> densities(14);
  fit.mixture.log_densities(judged, densities);
  expect_near(-Eigen::Map<const Vector>(densities.data(), 14), expected, 2e-9);
}

TEST(Gmm, ExpectationMaximisationAgreesWithScikitLearn) {
  expect_mixture(Covariance::kDiagonal, 0.1, oracle::kMixtureDiagFit, oracle::kMixtureDiag);
  expect_mixture(Covariance::kFull, 0.001, oracle::kMixtureFullFit, oracle::kMixtureFull);
}

// Three clouds far from one another.
Matrix three_clouds(int n) {
  Matrix rows = normal_rows(n, 2, 4);
  for (Eigen::Index r = 0; r < rows.rows(); ++r) {
    rows.row(r).array() += 20.0 * static_cast<double>(r % 3);
  }
  return rows;
}

TEST(Gmm, KMeansFindsSeparateClouds) {
  const Matrix rows = three_clouds(300);
  const std::vector<std::size_t> clusters = k_means(rows, 3, 10, 7, 1);
  for (std::size_t r = 3; r < clusters.size(); ++r) {
    EXPECT_EQ(clusters[r], clusters[r % 3]);
  }
  EXPECT_NE(clusters[0], clusters[1]);
  EXPECT_NE(clusters[1], clusters[2]);
  EXPECT_EQ(k_means(rows, 3, 10, 7, 4), clusters);
}

// Its steps are long, and there are up to a hundred of them.
TEST(Gmm, ASignalEndsATrainingBetweenStepsOfEm) {
  const Matrix rows = three_clouds(300);
  const std::vector<std::size_t> clusters = k_means(rows, 3, 1, 7, 1);
  for (const Covariance kind : {Covariance::kDiagonal, Covariance::kFull}) {
    MixtureOptions options;
    options.covariance = kind;
    options.threads = 2;
    const Mixture start = fit_mixture(rows, clusters, 3, options).mixture;
    interrupt::detail::pending_signal = SIGINT;
    EXPECT_NO_THROW(fit_mixture(rows, start, options));
    {
      const interrupt::Indivisible training;
      EXPECT_THROW(fit_mixture(rows, start, options), Interrupted);
      EXPECT_THROW(k_means(rows, 3, 1, 7, 1), Interrupted);
    }
    interrupt::detail::pending_signal = 0;
  }
}

TEST(Gmm, HowManyComponents) {
  EXPECT_EQ(derived(fit_report("gmm", normal_rows(100, 2, 5), ""), "k"), 5);
  EXPECT_EQ(derived(fit_report("gmm", normal_rows(1000, 2, 5), ""), "k"), 20);
  EXPECT_EQ(derived(fit_report("gmm", normal_rows(10, 2, 5), ""), "k"), 1);
  EXPECT_EQ(derived(fit_report("gmm", normal_rows(600, 2, 6), "{k: auto, reg: 1e-3}"), "k"), 1);
  const double chosen = derived(fit_report("gmm", three_clouds(600), "{k: auto, reg: 1e-3}"), "k");
  EXPECT_GE(chosen, 5);  // 2 are too few
  EXPECT_THROW(fit_report("gmm", normal_rows(5, 2, 5), "k: 6"), DataError);
  EXPECT_THROW(fit_report("gmm", normal_rows(5, 2, 5), "k: 2.5"), DataError);
}

TEST(Gmm, SingularCovariancesAreRegularisedAndSaid) {
  Matrix rows = 1e8 * normal_rows(50, 3, 8);
  rows.col(2) = rows.col(1);
  const FitReport report = fit_report("gmm", rows, "{covariance: full, k: 1, reg: 1e-12}");
  ASSERT_EQ(report.warnings.size(), 1U);
  EXPECT_NE(report.warnings[0].find("reg was raised to"), std::string::npos);
}

TEST(Gmm, FullCovariancesOfManyColumnsAreDiagonal) {
  const Matrix rows = normal_rows(30, 201, 9);
  EXPECT_EQ(fit_report("gmm", rows, "covariance: full").warnings.size(), 1U);
  EXPECT_EQ(fitted_model("gmm", rows, "covariance: full")->score(rows),
            fitted_model("gmm", rows, "covariance: diag")->score(rows));
}

// Both decompositions: of the covariance (n > 4d) and of the rows.
TEST(Pca, ReconstructionAgreesWithScikitLearn) {
  const Eigen::RowVectorXd spread = (Eigen::RowVectorXd(6) << 5, 3, 2, 1, 0.3, 0.1).finished();
  const auto compare = [&](int n, const std::vector<double>& kept,
                           const std::vector<double>& expected) {
    const Matrix rows = wave_rows(n, 6).array().rowwise() * spread.array();
    EXPECT_EQ(derived(fit_report("pca", rows, ""), "components"), kept[0]);
    const Vector all = scores("pca", "", rows);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const auto r = static_cast<Eigen::Index>(i);
      EXPECT_NEAR(all[r], expected[i], 1e-9 * std::max(1.0, probes().row(r).squaredNorm())) << i;
    }
  };
  compare(200, oracle::kKept200, oracle::kReconstruction200);
  compare(20, oracle::kKept20, oracle::kReconstruction20);
}

TEST(Pca, MahalanobisReachesWhereNoAxisDoes) {
  expect_near(scores("pca", "score: mahalanobis", wave_rows(200, 6)), oracle::kMahalanobis200,
              1e-9);
  expect_near(scores("pca", "score: mahalanobis", wave_rows(4, 6)), oracle::kMahalanobis4, 1e-9);
}

TEST(Pca, DistancesToTheTipsAreThoseOfNetml) {
  expect_near(scores("pca", "{score: components, standardize: yes}", wave_rows(200, 6)),
              oracle::kTips, 1e-9);
}

// c = a + b but for its last bits: its share divides the score, whatever the number of rows.
TEST(Pca, RoundingNoiseIsNoComponent) {
  for (const int n : {12, 13, 14, 20, 50, 400}) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      Matrix rows = normal_rows(n, 3, seed);
      rows.col(2) = rows.col(0) + rows.col(1);
      const char* yaml = "{score: components, standardize: yes}";
      EXPECT_EQ(derived(fit_report("pca", rows, yaml), "components"), 2) << n << ' ' << seed;
      EXPECT_LT(fitted_model("pca", rows, yaml)->score(rows).maxCoeff(), 1000) << n << ' ' << seed;
    }
  }
}

// A deviation of 1e-10 is small, and no noise.
TEST(Pca, SmallComponentsKeepTheirShare) {
  for (const int n : {12, 400}) {
    Matrix rows = normal_rows(n, 3, 1);
    rows.col(2) *= 1e-10;
    EXPECT_EQ(derived(fit_report("pca", rows, "score: components"), "components"), 3) << n;
  }
}

TEST(Pca, ToKeepEverythingIsRefusedWhereAskedFor) {
  const Matrix rows = normal_rows(200, 3, 10);
  EXPECT_THROW(fit_report("pca", rows, "share: 1"), DataError);
  const FitReport report = fit_report("pca", rows, "");
  EXPECT_EQ(derived(report, "components"), 2);
  EXPECT_EQ(report.warnings.size(), 1U);
  EXPECT_NO_THROW(fit_report("pca", rows, "share: 0.5"));
}

TEST(Kernels, AboveTheLimitASubsampleIsUsedAndSaid) {
  for (const char* name : {"kde", "knn"}) {
    const FitReport report = fit_report(name, normal_rows(300, 2, 5), "max_rows: 100");
    EXPECT_EQ(report.rows_given, 300U);
    EXPECT_EQ(report.rows_used, 100U);
    ASSERT_EQ(report.warnings.size(), 1U);
    EXPECT_EQ(report.warnings[0].rfind(std::string(name) + ": 300 training rows", 0), 0U);
    EXPECT_EQ(fit_report(name, normal_rows(300, 2, 5), "max_rows: 0").rows_used, 300U);
  }
}

TEST(Kernels, ValuesBeyondDistancesAreRefused) {
  Matrix rows = normal_rows(20, 2, 1);
  rows(7, 1) = 1e160;
  for (const char* name : {"kde", "knn", "kres", "gmm", "pca"}) {
    EXPECT_THROW(fitted_model(name, rows), DataError) << name;
  }
}

}  // namespace
}  // namespace netml
