#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netml/core/rng.hpp"
#include "netml/nn/loss.hpp"
#include "netml/nn/network.hpp"

namespace netml::nn::test {

/// Standard normal entries.
inline Matrix random_matrix(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  Rng rng(seed);
  Matrix matrix(rows, columns);
  for (Eigen::Index i = 0; i < matrix.size(); ++i) {
    matrix.data()[i] = rng.normal();
  }
  return matrix;
}

/// Holds every gradient of a network against central differences of the loss, h = 1e-5. The
/// largest error must be below 1e-6 of the largest entry of its matrix.
inline void check_gradients(Network& network, const Loss& loss, const Batch& input,
                            const Matrix& target) {
  constexpr double kStep = 1e-5;
  Network::Workspace workspace;
  Matrix output_gradient;
  loss.evaluate(network.forward(input, workspace), target, &output_gradient);
  std::vector<Matrix> gradients = zero_gradients(network);
  network.backward(input, workspace, output_gradient, gradients);
  for (std::size_t p = 0; p < gradients.size(); ++p) {
    Parameter& parameter = *network.parameters()[p];
    double error = 0;
    for (Eigen::Index i = 0; i < parameter.value.size(); ++i) {
      double& entry = parameter.value.data()[i];
      const double before = entry;
      const auto loss_at = [&](double value) {
        entry = value;
        return loss.evaluate(network.forward(input, workspace), target, nullptr);
      };
      const double numeric = (loss_at(before + kStep) - loss_at(before - kStep)) / (2 * kStep);
      entry = before;
      error = std::max(error, std::fabs(numeric - gradients[p].data()[i]));
    }
    const double largest = gradients[p].cwiseAbs().maxCoeff();
    EXPECT_GT(largest, 0) << parameter.name;
    EXPECT_LE(error, 1e-6 * largest) << parameter.name;
  }
}

}  // namespace netml::nn::test
