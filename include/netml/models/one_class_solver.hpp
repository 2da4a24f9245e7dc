#pragma once

#include <functional>

#include "netml/dataset/matrix.hpp"

namespace netml {

struct OneClassProblem {
  double gamma = 1;  ///< kernel exp(-gamma |x - y|^2)
  double nu = 0.5;   ///< 1/n <= nu <= 1
  double tolerance = 1e-3;
  std::size_t cache_bytes = std::size_t{200} << 20;
  std::function<void(double)> progress = {};  ///< may be empty; see FitContext::tell
};

struct OneClassSolution {
  std::vector<double> alpha;  ///< [n], between 0 and 1, of sum nu n
  double rho = 0;             ///< infinite where every alpha is at its bound (nu = 1)
};

/// min 1/2 a'Ka, 0 <= a_i <= 1, sum a = nu n, by sequential minimal optimisation with second-order
/// choice of pairs and shrinking (Fan, Chen, Lin 2005; Chang and Lin 2011, sections 4 and 5).
///
/// It takes libsvm's decisions in libsvm's order, on kernel values rounded to float as there, so
/// that alpha and rho come out as libsvm's to the last bit; but rows are dense and a column of the
/// kernel is computed eight rows at a time. Requires: squares of the rows inside the range of
/// doubles.
OneClassSolution solve_one_class(const Matrix& rows, const OneClassProblem& problem);

}  // namespace netml
