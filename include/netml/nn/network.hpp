#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "netml/nn/layer.hpp"

namespace netml::nn {

/// Layers one behind the other.
class Network {
 public:
  /// What the layers leave for backward(), and the gradients between them. See Cache.
  struct Workspace {
    std::vector<Cache> caches;
    std::vector<Matrix> between;
  };

  /// Its parameters are called "<number of the layer>.<name>" from now on.
  void add(std::unique_ptr<Layer> layer);

  /// All parameters, in the order of the layers. Valid until a layer is added.
  std::span<Parameter* const> parameters() { return parameters_; }
  std::span<const Parameter* const> parameters() const {
    return {parameters_.data(), parameters_.size()};
  }

  /// The last layer's output, which lives in the workspace. Requires: at least one layer.
  const Matrix& forward(const Batch& input, Workspace& workspace) const;
  /// After forward() of the same input: adds to `gradients`, one per parameter.
  void backward(const Batch& input, Workspace& workspace, const Matrix& output_gradient,
                std::span<Matrix> gradients) const;

 private:
  std::vector<std::unique_ptr<Layer>> layers_;
  std::vector<Parameter*> parameters_;
  std::vector<std::size_t> first_parameter_;  // of each layer
};

/// Zeros in the shape of the parameters.
std::vector<Matrix> zero_gradients(const Network& network);

}  // namespace netml::nn
