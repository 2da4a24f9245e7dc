#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace netml::nn {

/// Row-major, like the matrices of `dataset`.
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// What flows between layers: one row per position, one column per unit.
///
/// Of sequences, row t * (rows / steps) + s is step t of sequence s, so that one step of all
/// sequences is a run of rows, and the step before it the run above. Plain rows have one step.
struct Batch {
  Matrix values;
  Eigen::Index steps = 1;

  Eigen::Index rows() const { return values.rows(); }
};

/// A matrix that a layer learns. Vectors are matrices of one row.
struct Parameter {
  std::string name;  ///< "weight", "bias"; within a network "0.weight"
  Matrix value;
};

/// What forward() leaves for backward(). Owned by the caller and used again for the next batch, so
/// that a fitted network is constant and may be used by several threads, each with its own.
struct Cache {
  Batch output;
  std::vector<Matrix> inner;  ///< as the layer needs it: gates, masks
};

/// A differentiable function of a batch with parameters.
class Layer {
 public:
  virtual ~Layer() = default;

  /// In an order that never changes; that of gradients in backward().
  virtual std::span<Parameter> parameters() = 0;
  std::span<const Parameter> parameters() const { return const_cast<Layer*>(this)->parameters(); }

  /// Fills cache.output. Each row depends on its own sequence only, bit for bit.
  virtual void forward(const Batch& input, Cache& cache) const = 0;

  /// For the `input` and `cache` of the last forward(). `output_gradient`: of the loss, for
  /// cache.output. Adds to `gradients` (one per parameter, of its shape) and, unless it is null,
  /// overwrites `input_gradient`. Sums run over rows in ascending order.
  virtual void backward(const Batch& input, Cache& cache, const Matrix& output_gradient,
                        std::span<Matrix> gradients, Matrix* input_gradient) const = 0;
};

}  // namespace netml::nn
