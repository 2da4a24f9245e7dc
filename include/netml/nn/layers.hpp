#pragma once

#include <array>
#include <cstddef>

#include "netml/core/rng.hpp"
#include "netml/nn/layer.hpp"

namespace netml::nn {

/// output = input · weight + bias.  weight: [inputs × outputs], bias: [1 × outputs].
class Dense : public Layer {
 public:
  /// Glorot-uniform weights (Glorot, Bengio 2010): +-sqrt(6 / (inputs + outputs)), drawn row by
  /// row; bias 0.
  Dense(std::size_t inputs, std::size_t outputs, Rng& rng);
  /// All 0, to be filled in.
  Dense(std::size_t inputs, std::size_t outputs);

  std::span<Parameter> parameters() override { return parameters_; }
  void forward(const Batch& input, Cache& cache) const override;
  void backward(const Batch& input, Cache& cache, const Matrix& output_gradient,
                std::span<Matrix> gradients, Matrix* input_gradient) const override;

 private:
  const Matrix& weight() const { return parameters_[0].value; }
  const Matrix& bias() const { return parameters_[1].value; }

  std::array<Parameter, 2> parameters_;
};

/// The hyperbolic tangent of every entry.
class Tanh : public Layer {
 public:
  std::span<Parameter> parameters() override { return {}; }
  void forward(const Batch& input, Cache& cache) const override;
  void backward(const Batch& input, Cache& cache, const Matrix& output_gradient,
                std::span<Matrix> gradients, Matrix* input_gradient) const override;
};

}  // namespace netml::nn
