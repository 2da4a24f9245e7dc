#include "netml/nn/kernels.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "gradient_check.hpp"

namespace netml::nn {
namespace {

using test::random_matrix;

// The definition: every entry a sum over k in ascending order, starting from what is there.
Matrix plain_product(const Matrix& a, const Matrix& b, Matrix out) {
  for (Eigen::Index i = 0; i < a.rows(); ++i) {
    for (Eigen::Index j = 0; j < b.cols(); ++j) {
      for (Eigen::Index k = 0; k < a.cols(); ++k) {
        out(i, j) += b(k, j) * a(i, k);
      }
    }
  }
  return out;
}

class Kernels : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override { use_baseline_kernels(GetParam()); }
  void TearDown() override { use_baseline_kernels(false); }
};

TEST_P(Kernels, ProductsAreTheirDefinitionToTheLastBit) {
  std::uint64_t seed = 0;
  for (const int m : {1, 3, 4, 9, 64}) {
    for (const int k : {1, 2, 17}) {
      for (const int n : {1, 3, 4, 5, 8, 11, 16, 30}) {
        const Matrix a = random_matrix(m, k, ++seed);
        const Matrix b = random_matrix(k, n, ++seed);
        Matrix out;
        multiply(a, b, out);
        ASSERT_EQ(out, plain_product(a, b, Matrix::Zero(m, n))) << m << " " << k << " " << n;
        const Matrix before = random_matrix(m, n, ++seed);
        Matrix sum = before;
        add_transposed_multiply(a.transpose(), b, sum);
        ASSERT_EQ(sum, plain_product(a, b, before)) << m << " " << k << " " << n;
      }
    }
  }
}

TEST_P(Kernels, ARowsProductDoesNotDependOnTheRowsBesideIt) {
  const Matrix a = random_matrix(37, 40, 1);
  const Matrix b = random_matrix(40, 30, 2);
  Matrix all, one;
  multiply(a, b, all);
  for (Eigen::Index i = 0; i < a.rows(); ++i) {
    multiply(a.row(i), b, one);
    ASSERT_EQ(one.row(0), all.row(i)) << i;
  }
}

// Reference: the C library's tanh, itself within 2 units in the last place.
TEST_P(Kernels, TanhIsAccurateEverywhere) {
  std::vector<double> values;
  Rng rng(3);
  for (int i = 0; i < 200001; ++i) {
    values.push_back((rng.uniform() < 0.5 ? -1 : 1) * std::exp(rng.uniform() * 40 - 36));
  }
  std::vector<double> results = values;
  tanh_all(results);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double expected = std::tanh(values[i]);
    const double last_place =
        std::nextafter(std::fabs(expected), std::numeric_limits<double>::infinity()) -
        std::fabs(expected);
    ASSERT_LE(std::fabs(results[i] - expected), 4 * last_place) << values[i];
    ASSERT_LE(std::fabs(results[i]), 1) << values[i];
  }
}

TEST_P(Kernels, TanhOfExceptionalValues) {
  const double infinity = std::numeric_limits<double>::infinity();
  std::vector<double> values = {0.0, -0.0, infinity, -infinity, NAN, 1e308, -1e308, 5e-324, 1e-300};
  tanh_all(values);
  EXPECT_EQ(values[0], 0);
  EXPECT_FALSE(std::signbit(values[0]));
  EXPECT_TRUE(std::signbit(values[1]));
  EXPECT_EQ(values[2], 1);
  EXPECT_EQ(values[3], -1);
  EXPECT_TRUE(std::isnan(values[4]));
  EXPECT_EQ(values[5], 1);
  EXPECT_EQ(values[6], -1);
  EXPECT_EQ(values[7], 5e-324);
  EXPECT_EQ(values[8], 1e-300);
}

INSTANTIATE_TEST_SUITE_P(Instructions, Kernels, testing::Bool(), [](const auto& kind) {
  return kind.param ? "Baseline" : "BestOfThisMachine";
});

TEST(KernelsOfBothKinds, TanhHasTheSameBits) {
  Matrix best = 3 * random_matrix(1, 10001, 4);
  Matrix baseline = best;
  const auto values = [](Matrix& m) {
    return std::span<double>(m.data(), static_cast<std::size_t>(m.size()));
  };
  tanh_all(values(best));
  use_baseline_kernels(true);
  tanh_all(values(baseline));
  use_baseline_kernels(false);
  EXPECT_EQ(best, baseline);
}

}  // namespace
}  // namespace netml::nn
