#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "netml/dataset/matrix.hpp"

namespace netml {

// Arithmetic on eight rows side by side: lane r of every value belongs to row r and no operation
// mixes lanes, so that a row's result depends neither on the rows beside it nor on the width of the
// machine's registers (SSE2, AVX2 and AVX-512 are chosen at run time and give the same bits: there
// is no fused multiply-add, and every sum has one order).

inline constexpr std::size_t kLanes = 8;

struct alignas(64) Lanes {
  double of[kLanes];
};

/// Rows in lanes: for each group of eight rows, columns × Lanes. The last group is filled up with
/// copies of the last row.
class LaneRows {
 public:
  explicit LaneRows(const Eigen::Ref<const Matrix>& rows);

  std::size_t groups() const noexcept { return groups_; }
  const Lanes* group(std::size_t number) const { return values_.data() + number * columns_; }
  /// How many of a group's lanes are rows.
  std::size_t used(std::size_t number) const noexcept {
    return number + 1 < groups_ ? kLanes : rows_ - number * kLanes;
  }

 private:
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  std::size_t groups_ = 0;
  std::vector<Lanes> values_;
};

/// distances[i] = |x - rows_i|^2, summed in the order of columns. `x`: columns × Lanes; `rows`:
/// [count × columns], row-major.
void lane_squared_distances(const Lanes* x, const double* rows, std::size_t count,
                            std::size_t columns, Lanes* distances);

/// The same of ((x_j - mean_j) * weight_j)^2, summed over j. `means`, `weights`: [count × columns].
void lane_weighted_distances(const Lanes* x, const double* means, const double* weights,
                             std::size_t count, std::size_t columns, Lanes* distances);

/// products[i] = sum_j matrix_ij x_j, in the order of j. `matrix`: [count × columns], row-major.
void lane_products(const Lanes* x, const double* matrix, std::size_t count, std::size_t columns,
                   Lanes* products);

/// dots[g] = sum_j row_j x_gj for each group g of eight rows, in the order of j. `x`: groups of
/// columns × Lanes, one behind the other.
void lane_dots(const Lanes* x, std::size_t groups, const double* row, std::size_t columns,
               Lanes* dots);

/// z of L z = x: `factor` is lower triangular, [columns × columns], row-major.
void lane_solve_lower(const Lanes* x, const double* factor, std::size_t columns, Lanes* z);

/// A running log(sum(exp(e))).
struct LaneLogSum {
  Lanes largest;  ///< of the exponents so far; -DBL_MAX: all were -infinity, or none came
  Lanes sum;      ///< of exp(e - largest)
  LaneLogSum();
  /// Lane r; nothing but -infinity gives -DBL_MAX.
  double value(std::size_t r) const;
};

/// Adds exp(offset_i - factor * distances_i), i = 0 … count - 1. `offsets` may be nullptr: 0.
void lane_add_exponentials(const Lanes* distances, const double* offsets, double factor,
                           std::size_t count, LaneLogSum& sum);

/// sum += weight_i * exp(-factor * distances_i) as it is; what underflows is 0.
void lane_add_kernels(const Lanes* distances, const double* weights, double factor,
                      std::size_t count, Lanes& sum);

/// values_i = exp(values_i - shift), per lane. Requires: values_i <= shift,
/// but for rounding.
void lane_exponentials(Lanes* values, const Lanes& shift, std::size_t count);

/// sums[i * b_count + j] += a_i b_j.
void lane_add_outer(const Lanes* a, std::size_t a_count, const Lanes* b, std::size_t b_count,
                    Lanes* sums);

/// sums[c] += weight (x_c - mean_c)^2.
void lane_add_squares(const Lanes& weight, const Lanes* x, const double* mean, std::size_t columns,
                      Lanes* sums);

/// For comparisons: the same with the plainest instructions of the processor's family.
void lane_use_baseline(bool baseline);

}  // namespace netml
