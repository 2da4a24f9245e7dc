#pragma once

#include <list>
#include <vector>

#include "lane_kernels.hpp"

namespace netml {

/// Columns of the kernel matrix exp(-gamma |x - y|^2) of some rows, as floats; the least recently
/// used give way when the cache is full. Rows have places that can be exchanged.
class KernelColumns {
 public:
  KernelColumns(const Matrix& rows, double gamma, std::size_t cache_bytes);

  /// The kernel of the row at `place` with the rows at all places. Lives until the second next call
  /// for another place.
  const float* column(std::size_t place);

  /// Place p gets what was at order[p]. Also in the columns that are cached.
  void reorder(const std::vector<std::size_t>& order);

 private:
  struct Column {
    std::vector<float> values;             // empty: not cached
    std::list<std::size_t>::iterator use;  // in uses_
  };
  void compute(std::size_t row, std::vector<float>& values);

  const Matrix& rows_;
  double gamma_;
  std::size_t most_columns_;
  LaneRows lanes_;
  std::vector<double> squares_;      // |x|^2
  std::vector<std::size_t> row_at_;  // place -> row
  std::vector<Column> columns_;      // by row
  std::list<std::size_t> uses_;      // rows, the most recently used first
  std::vector<Lanes> products_;
};

}  // namespace netml
