#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netml/nn/network.hpp"

namespace netml::nn {

struct AdamOptions {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;  ///< times the parameter, added to its gradient (as PyTorch's Adam)
};

/// Kingma, Ba 2015, algorithm 1: moments of the gradient, both corrected for their start at 0.
class Adam {
 public:
  Adam(const Network& network, const AdamOptions& options);

  /// One step against `gradients`, one per parameter of that network.
  void step(Network& network, std::span<const Matrix> gradients);

 private:
  AdamOptions options_;
  std::vector<Matrix> first_;
  std::vector<Matrix> second_;
  double beta1_power_ = 1;  // beta1 to the number of steps
  double beta2_power_ = 1;
};

}  // namespace netml::nn
