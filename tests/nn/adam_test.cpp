#include "netml/nn/adam.hpp"

#include <memory>

#include <gtest/gtest.h>

#include "netml/nn/layers.hpp"

namespace netml::nn {
namespace {

Network one_weight(double value) {
  Network network;
  network.add(std::make_unique<Dense>(1, 1));
  network.parameters()[0]->value(0, 0) = value;
  return network;
}

std::vector<Matrix> gradient(double value) {
  return {Matrix::Constant(1, 1, value), Matrix::Zero(1, 1)};
}

// By hand. Step 1: both corrected moments are g and g^2, so w moves by rate · g / (|g| + epsilon).
// Step 2 with gradient h: m = (.1·.9 g + .1 h) / (1 - .81), v = (.001·.999 g^2 + .001 h^2) /
// (1 - .998001).
TEST(Adam, FirstTwoStepsByHand) {
  Network network = one_weight(0.5);
  Adam adam(network, {});
  adam.step(network, gradient(-0.25));
  const double after_one = 0.5 + 1e-3 * 0.25 / (0.25 + 1e-8);
  EXPECT_NEAR(network.parameters()[0]->value(0, 0), after_one, 1e-16);
  EXPECT_EQ(network.parameters()[1]->value(0, 0), 0);
  adam.step(network, gradient(0.5));
  const double m = (0.09 * -0.25 + 0.1 * 0.5) / 0.19;
  const double v = (0.000999 * 0.0625 + 0.001 * 0.25) / 0.001999;
  EXPECT_NEAR(network.parameters()[0]->value(0, 0), after_one - 1e-3 * m / (std::sqrt(v) + 1e-8),
              1e-15);
}

TEST(Adam, WeightDecayJoinsTheGradient) {
  Network network = one_weight(0.5);
  Adam adam(network, {.weight_decay = 0.1});
  adam.step(network, gradient(0));
  // The gradient is .05, its sign alone counts in the first step.
  EXPECT_NEAR(network.parameters()[0]->value(0, 0), 0.5 - 1e-3 * 0.05 / (0.05 + 1e-8), 1e-16);
}

}  // namespace
}  // namespace netml::nn
