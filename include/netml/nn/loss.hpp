#pragma once

#include "netml/nn/layer.hpp"

namespace netml::nn {

/// What training makes small: a mean over the rows of a batch.
class Loss {
 public:
  virtual ~Loss() = default;
  /// The loss and, unless it is null, its derivative by `output`. Sums run over rows in ascending
  /// order. Requires: at least one row.
  virtual double evaluate(const Matrix& output, const Matrix& target, Matrix* gradient) const = 0;
};

/// Mean of (output - target)^2 over all entries.
class MeanSquaredError : public Loss {
 public:
  double evaluate(const Matrix& output, const Matrix& target, Matrix* gradient) const override;
};

}  // namespace netml::nn
