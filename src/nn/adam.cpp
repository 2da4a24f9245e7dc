#include "netml/nn/adam.hpp"

namespace netml::nn {

Adam::Adam(const Network& network, const AdamOptions& options)
    : options_(options), first_(zero_gradients(network)), second_(first_) {}

void Adam::step(Network& network, std::span<const Matrix> gradients) {
  beta1_power_ *= options_.beta1;
  beta2_power_ *= options_.beta2;
  const double rate = options_.learning_rate / (1 - beta1_power_);
  const double correction = 1 / (1 - beta2_power_);
  const std::span<Parameter* const> parameters = network.parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    auto value = parameters[i]->value.array();
    auto first = first_[i].array();
    auto second = second_[i].array();
    const auto gradient = gradients[i].array() + options_.weight_decay * value;
    first = options_.beta1 * first + (1 - options_.beta1) * gradient;
    second = options_.beta2 * second + (1 - options_.beta2) * gradient.square();
    value -= rate * first / ((correction * second).sqrt() + options_.epsilon);
  }
}

}  // namespace netml::nn
