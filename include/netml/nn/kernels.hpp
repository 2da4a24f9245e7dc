#pragma once

#include <cstddef>
#include <span>

#include "netml/nn/layer.hpp"

// The loops that training and scoring spend their time in. They use AVX2 where the processor has
// it, never fused multiply-add, and give the same bits with and without: every entry has a sum of
// its own, in ascending order, whatever stands beside it. (Eigen's products take their order from
// the number of rows, so that a row's result would depend on the rows beside it.)

namespace netml::nn {

/// out = a · b, overwritten. a: [m × k], b: [k × n].
void multiply(const Matrix& a, const Matrix& b, Matrix& out);
/// out += aᵀ · b. a: [k × m], b: [k × n], out: [m × n].
void add_transposed_multiply(const Matrix& a, const Matrix& b, Matrix& out);

/// tanh of every value, in place; within 2 units in the last place. NaN stays NaN.
void tanh_all(std::span<double> values) noexcept;

/// For comparisons: the same without AVX2. Not while another thread computes.
void use_baseline_kernels(bool is_baseline) noexcept;

}  // namespace netml::nn
