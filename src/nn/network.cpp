#include "netml/nn/network.hpp"

#include <string>

namespace netml::nn {

void Network::add(std::unique_ptr<Layer> layer) {
  first_parameter_.push_back(parameters_.size());
  for (Parameter& parameter : layer->parameters()) {
    parameter.name = std::to_string(layers_.size()) + "." + parameter.name;
    parameters_.push_back(&parameter);
  }
  layers_.push_back(std::move(layer));
}

const Matrix& Network::forward(const Batch& input, Workspace& workspace) const {
  workspace.caches.resize(layers_.size());
  const Batch* current = &input;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    layers_[i]->forward(*current, workspace.caches[i]);
    current = &workspace.caches[i].output;
  }
  return current->values;
}

void Network::backward(const Batch& input, Workspace& workspace, const Matrix& output_gradient,
                       std::span<Matrix> gradients) const {
  workspace.between.resize(layers_.size());
  const Matrix* gradient = &output_gradient;
  for (std::size_t i = layers_.size(); i-- > 0;) {
    const Batch& layer_input = i == 0 ? input : workspace.caches[i - 1].output;
    Matrix* input_gradient = i == 0 ? nullptr : &workspace.between[i];
    layers_[i]->backward(layer_input, workspace.caches[i], *gradient,
                         gradients.subspan(first_parameter_[i], layers_[i]->parameters().size()),
                         input_gradient);
    gradient = input_gradient;
  }
}

std::vector<Matrix> zero_gradients(const Network& network) {
  std::vector<Matrix> gradients;
  for (const Parameter* parameter : network.parameters()) {
    gradients.push_back(Matrix::Zero(parameter->value.rows(), parameter->value.cols()));
  }
  return gradients;
}

}  // namespace netml::nn
