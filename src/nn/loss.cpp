#include "netml/nn/loss.hpp"

namespace netml::nn {

double MeanSquaredError::evaluate(const Matrix& output, const Matrix& target,
                                  Matrix* gradient) const {
  double sum = 0;
  for (Eigen::Index i = 0; i < output.size(); ++i) {
    const double difference = output.data()[i] - target.data()[i];
    sum += difference * difference;
  }
  const auto count = static_cast<double>(output.size());
  if (gradient != nullptr) {
    *gradient = (output - target) * (2.0 / count);
  }
  return sum / count;
}

}  // namespace netml::nn
