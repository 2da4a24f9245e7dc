#include "netml/models/one_class_solver.hpp"

#include <gtest/gtest.h>
#include <libsvm/svm.h>

#include "models/support.hpp"

namespace netml {
namespace {

void be_quiet(const char*) {}

// libsvm's answer to the same problem, every entry of the rows a node.
OneClassSolution libsvm_solution(const Matrix& rows, const OneClassProblem& ours) {
  svm_set_print_string_function(be_quiet);
  std::vector<std::vector<svm_node>> nodes;
  std::vector<svm_node*> starts;
  for (Eigen::Index r = 0; r < rows.rows(); ++r) {
    nodes.emplace_back();
    for (Eigen::Index c = 0; c < rows.cols(); ++c) {
      nodes.back().push_back({static_cast<int>(c) + 1, rows(r, c)});
    }
    nodes.back().push_back({-1, 0});
  }
  for (auto& row : nodes) {
    starts.push_back(row.data());
  }
  std::vector<double> labels(nodes.size(), 1.0);
  svm_problem problem{static_cast<int>(nodes.size()), labels.data(), starts.data()};
  svm_parameter parameter{};
  parameter.svm_type = ONE_CLASS;
  parameter.kernel_type = RBF;
  parameter.gamma = ours.gamma;
  parameter.nu = ours.nu;
  parameter.eps = ours.tolerance;
  parameter.cache_size = 100;
  parameter.shrinking = 1;
  svm_model* model = svm_train(&problem, &parameter);
  OneClassSolution solution;
  solution.alpha.assign(nodes.size(), 0.0);
  solution.rho = model->rho[0];
  for (int i = 0; i < model->l; ++i) {
    solution.alpha[static_cast<std::size_t>(model->sv_indices[i]) - 1] = model->sv_coef[0][i];
  }
  svm_free_and_destroy_model(&model);
  return solution;
}

void expect_libsvm(const Matrix& rows, const OneClassProblem& problem) {
  const OneClassSolution expected = libsvm_solution(rows, problem);
  const OneClassSolution solution = solve_one_class(rows, problem);
  if (std::isinf(expected.rho)) {
    EXPECT_EQ(solution.rho, expected.rho);
  } else {
    EXPECT_NEAR(solution.rho, expected.rho, 1e-9 * expected.rho);
  }
  for (std::size_t i = 0; i < expected.alpha.size(); ++i) {
    EXPECT_NEAR(solution.alpha[i], expected.alpha[i], 1e-9) << i;
  }
}

// Clouds, so that many variables are set aside on the way.
Matrix clouds(int n, int d, std::uint64_t seed) {
  Matrix rows = test::normal_rows(n, d, seed);
  for (Eigen::Index r = 0; r < rows.rows(); ++r) {
    rows.row(r).array() = 0.4 * rows.row(r).array() + static_cast<double>(r % 4);
  }
  return rows;
}

TEST(OneClassSolver, TakesLibsvmsDecisions) {
  for (const double nu : {0.01, 0.05, 0.3, 0.5, 0.9}) {
    for (const double gamma : {0.01, 0.2, 3.0}) {
      expect_libsvm(clouds(400, 6, 1), {.gamma = gamma, .nu = nu});
      expect_libsvm(clouds(150, 3, 2), {.gamma = gamma, .nu = nu, .tolerance = 1e-8});
    }
  }
}

TEST(OneClassSolver, SetsAsideAndBringsBackAsLibsvmDoes) {
  expect_libsvm(clouds(2500, 8, 3), {.gamma = 0.1, .nu = 0.2});
  expect_libsvm(clouds(1500, 2, 4), {.gamma = 5, .nu = 0.5, .tolerance = 1e-5});
}

TEST(OneClassSolver, EdgesOfTheProblem) {
  expect_libsvm(clouds(1, 1, 5), {.nu = 1});
  expect_libsvm(clouds(2, 1, 5), {.nu = 0.5});
  expect_libsvm(clouds(60, 2, 5), {.nu = 1});
  expect_libsvm(Matrix::Zero(30, 2), {.nu = 0.3});
  Matrix twice(120, 3);
  twice << clouds(60, 3, 6), clouds(60, 3, 6);
  expect_libsvm(twice, {.gamma = 0.5, .nu = 0.25});
}

TEST(OneClassSolver, TheCacheDoesNotChangeABit) {
  const Matrix rows = clouds(600, 4, 7);
  const OneClassSolution large = solve_one_class(rows, {.gamma = 0.3, .nu = 0.3});
  const OneClassSolution small =
      solve_one_class(rows, {.gamma = 0.3, .nu = 0.3, .cache_bytes = 5 * 600 * sizeof(float)});
  EXPECT_EQ(small.alpha, large.alpha);
  EXPECT_EQ(small.rho, large.rho);
}

}  // namespace
}  // namespace netml
