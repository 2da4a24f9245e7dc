#include "netml/nn/layers.hpp"

#include <cmath>

#include "netml/nn/kernels.hpp"

namespace netml::nn {

Dense::Dense(std::size_t inputs, std::size_t outputs) {
  const auto rows = static_cast<Eigen::Index>(inputs);
  const auto columns = static_cast<Eigen::Index>(outputs);
  parameters_[0] = {"weight", Matrix::Zero(rows, columns)};
  parameters_[1] = {"bias", Matrix::Zero(1, columns)};
}

Dense::Dense(std::size_t inputs, std::size_t outputs, Rng& rng) : Dense(inputs, outputs) {
  const double reach = std::sqrt(6.0 / static_cast<double>(inputs + outputs));
  Matrix& weight = parameters_[0].value;
  for (Eigen::Index i = 0; i < weight.size(); ++i) {
    weight.data()[i] = (2 * rng.uniform() - 1) * reach;
  }
}

void Dense::forward(const Batch& input, Cache& cache) const {
  multiply(input.values, weight(), cache.output.values);
  cache.output.values.rowwise() += bias().row(0);
  cache.output.steps = input.steps;
}

void Dense::backward(const Batch& input, Cache& cache, const Matrix& output_gradient,
                     std::span<Matrix> gradients, Matrix* input_gradient) const {
  add_transposed_multiply(input.values, output_gradient, gradients[0]);
  for (Eigen::Index r = 0; r < output_gradient.rows(); ++r) {
    gradients[1].row(0) += output_gradient.row(r);
  }
  if (input_gradient != nullptr) {
    cache.inner.resize(1);
    cache.inner[0] = weight().transpose();
    multiply(output_gradient, cache.inner[0], *input_gradient);
  }
}

void Tanh::forward(const Batch& input, Cache& cache) const {
  cache.output = input;
  Matrix& values = cache.output.values;
  tanh_all({values.data(), static_cast<std::size_t>(values.size())});
}

void Tanh::backward(const Batch&, Cache& cache, const Matrix& output_gradient, std::span<Matrix>,
                    Matrix* input_gradient) const {
  if (input_gradient != nullptr) {
    // d tanh(x) / dx = 1 - tanh(x)^2
    const auto& output = cache.output.values;
    *input_gradient = output_gradient.array() * (1.0 - output.array() * output.array());
  }
}

}  // namespace netml::nn
