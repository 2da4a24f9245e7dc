#include "netml/nn/trainer.hpp"

#include <memory>

#include <Eigen/Eigenvalues>
#include <gtest/gtest.h>

#include "netml/nn/layers.hpp"

#include "gradient_check.hpp"

namespace netml::nn {
namespace {

using test::random_matrix;

Network linear_autoencoder(std::size_t columns, std::size_t code) {
  Rng rng(1);
  Network network;
  network.add(std::make_unique<Dense>(columns, code, rng));
  network.add(std::make_unique<Dense>(code, columns, rng));
  return network;
}

// Rows near a plane: two strong directions, the rest weak.
Matrix rows_near_a_plane(Eigen::Index count) {
  Matrix rows = random_matrix(count, 6, 2);
  for (Eigen::Index c = 2; c < 6; ++c) {
    rows.col(c) *= 0.05;
  }
  const Matrix mixed = rows * random_matrix(6, 6, 3);
  return mixed.rowwise() - mixed.colwise().mean();
}

double loss_of(const Network& network, const Matrix& rows) {
  Network::Workspace workspace;
  return MeanSquaredError().evaluate(network.forward({rows}, workspace), rows, nullptr);
}

TEST(Trainer, ALinearAutoencoderSpansThePrincipalComponents) {
  const Matrix rows = rows_near_a_plane(400);
  Network network = linear_autoencoder(6, 2);
  TrainerOptions options{.max_epochs = 300, .validation_fraction = 0, .patience = 0};
  for (const double rate : {1e-2, 1e-3, 1e-4}) {
    options.adam.learning_rate = rate;
    train(network, MeanSquaredError(), SelfTargets(rows), options);
  }

  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(rows.transpose() * rows);
  const Eigen::MatrixXd components = solver.eigenvectors().rightCols(2);
  // The decoder's rows, less their part in the span.
  const Eigen::MatrixXd decoder = network.parameters()[2]->value.transpose();
  const Eigen::MatrixXd outside = decoder - components * (components.transpose() * decoder);
  EXPECT_LE(outside.norm(), 0.01 * decoder.norm());
  const double least = solver.eigenvalues().head(4).sum() / static_cast<double>(rows.size());
  EXPECT_GE(loss_of(network, rows), least * (1 - 1e-9));  // Eckart-Young: nothing linear is better
  EXPECT_LE(loss_of(network, rows), least * 1.01);
}

TEST(Trainer, TheLossDecreases) {
  const Matrix rows = random_matrix(300, 4, 5);
  Network network = linear_autoencoder(4, 3);
  const double before = loss_of(network, rows);
  double share = 0;
  const TrainerReport report = train(network, MeanSquaredError(), SelfTargets(rows),
                                     {.max_epochs = 30, .patience = 30}, [&](double done) {
                                       EXPECT_GT(done, share);
                                       share = done;
                                     });
  EXPECT_EQ(share, 1);
  EXPECT_EQ(report.epochs, 30u);
  EXPECT_EQ(report.held_out, 30u);
  EXPECT_LT(loss_of(network, rows), 0.8 * before);
}

TEST(Trainer, StopsWithoutGainAndRestoresTheBestWeights) {
  // A learning rate far too high: the loss soon gets worse.
  const Matrix rows = random_matrix(300, 4, 5);
  Network network = linear_autoencoder(4, 3);
  TrainerOptions options{.max_epochs = 200, .validation_fraction = 0.5, .patience = 4};
  options.adam.learning_rate = 0.5;
  const TrainerReport report = train(network, MeanSquaredError(), SelfTargets(rows), options);
  EXPECT_LT(report.epochs, 200u);
  EXPECT_LE(report.best_epoch + 4, report.epochs);

  // Training up to the best epoch only gives the same weights.
  Network again = linear_autoencoder(4, 3);
  options.max_epochs = report.best_epoch;
  options.patience = 0;
  train(again, MeanSquaredError(), SelfTargets(rows), options);
  for (std::size_t i = 0; i < network.parameters().size(); ++i) {
    EXPECT_EQ(network.parameters()[i]->value, again.parameters()[i]->value) << i;
  }
}

TEST(Trainer, TheSeedDecidesEveryBit) {
  const Matrix rows = random_matrix(100, 4, 5);
  const auto weights = [&](std::uint64_t seed) {
    Network network = linear_autoencoder(4, 3);
    train(network, MeanSquaredError(), SelfTargets(rows), {.max_epochs = 5, .seed = seed});
    return network.parameters()[0]->value;
  };
  EXPECT_EQ(weights(1), weights(1));
  EXPECT_NE(weights(1), weights(2));
}

TEST(Trainer, OneExampleIsEnough) {
  const Matrix row = random_matrix(1, 4, 5);
  Network network = linear_autoencoder(4, 2);
  const double before = loss_of(network, row);
  const TrainerReport report = train(network, MeanSquaredError(), SelfTargets(row), {});
  EXPECT_EQ(report.held_out, 0u);
  EXPECT_LT(loss_of(network, row), before);
}

}  // namespace
}  // namespace netml::nn
