#include "netml/nn/layers.hpp"

#include <memory>

#include "gradient_check.hpp"

namespace netml::nn {
namespace {

using test::random_matrix;

std::unique_ptr<Dense> dense(std::size_t inputs, std::size_t outputs, std::uint64_t seed) {
  Rng rng(seed);
  return std::make_unique<Dense>(inputs, outputs, rng);
}

TEST(Dense, AddsItsBiasToTheProduct) {
  Dense layer(2, 3);
  layer.parameters()[0].value << 1, 2, 3, 4, 5, 6;
  layer.parameters()[1].value << 10, 20, 30;
  Batch input;
  input.values.resize(2, 2);
  input.values << 1, 1, 2, -1;
  Cache cache;
  layer.forward(input, cache);
  Matrix expected(2, 3);
  expected << 15, 27, 39, 8, 19, 30;
  EXPECT_EQ(cache.output.values, expected);
}

// Glorot, Bengio 2010: variance 2 / (inputs + outputs), hence reach sqrt(6 / 100).
TEST(Dense, BeginsWithGlorotsWeights) {
  const auto layer = dense(60, 40, 1);
  const Matrix& weight = layer->parameters()[0].value;
  const double reach = std::sqrt(0.06);
  EXPECT_LE(weight.cwiseAbs().maxCoeff(), reach);
  EXPECT_GE(weight.cwiseAbs().maxCoeff(), 0.99 * reach);
  EXPECT_NEAR(weight.squaredNorm() / 2400, 0.02, 0.001);
  EXPECT_EQ(layer->parameters()[1].value, Matrix::Zero(1, 40));
}

TEST(Network, NamesItsParametersByLayer) {
  Network network;
  network.add(dense(3, 2, 1));
  network.add(std::make_unique<Tanh>());
  network.add(dense(2, 1, 2));
  ASSERT_EQ(network.parameters().size(), 4u);
  EXPECT_EQ(network.parameters()[0]->name, "0.weight");
  EXPECT_EQ(network.parameters()[1]->name, "0.bias");
  EXPECT_EQ(network.parameters()[2]->name, "2.weight");
}

TEST(Network, GradientsAgreeWithCentralDifferences) {
  Network network;
  network.add(dense(5, 7, 1));
  network.add(std::make_unique<Tanh>());
  network.add(dense(7, 3, 2));
  network.add(std::make_unique<Tanh>());
  network.add(dense(3, 5, 3));
  for (Parameter* parameter : network.parameters()) {
    parameter->value += 0.1 * random_matrix(parameter->value.rows(), parameter->value.cols(), 4);
  }
  test::check_gradients(network, MeanSquaredError(), {random_matrix(11, 5, 5)},
                        random_matrix(11, 5, 6));
}

TEST(Network, GradientsAreAddedToWhatIsThere) {
  Network network;
  network.add(dense(3, 2, 1));
  const Batch input{random_matrix(4, 3, 2)};
  Network::Workspace workspace;
  network.forward(input, workspace);
  std::vector<Matrix> once = zero_gradients(network);
  network.backward(input, workspace, Matrix::Ones(4, 2), once);
  std::vector<Matrix> twice = once;
  network.backward(input, workspace, Matrix::Ones(4, 2), twice);
  EXPECT_LE((twice[0] - 2 * once[0]).norm(), 1e-14 * once[0].norm());
  EXPECT_EQ(once[1], Matrix::Constant(1, 2, 4));
  EXPECT_EQ(twice[1], Matrix::Constant(1, 2, 8));
}

// By hand: the differences are 1, -2, 0, 3; their squares' mean 14/4.
TEST(MeanSquaredError, IsTheMeanOverAllEntries) {
  Matrix output(2, 2), target(2, 2), gradient;
  output << 2, 1, 5, 3;
  target << 1, 3, 5, 0;
  EXPECT_EQ(MeanSquaredError().evaluate(output, target, &gradient), 3.5);
  Matrix expected(2, 2);
  expected << 0.5, -1, 0, 1.5;
  EXPECT_EQ(gradient, expected);
}

}  // namespace
}  // namespace netml::nn
