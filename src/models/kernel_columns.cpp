#include "kernel_columns.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace netml {

KernelColumns::KernelColumns(const Matrix& rows, double gamma, std::size_t cache_bytes)
    : rows_(rows),
      gamma_(gamma),
      most_columns_(std::max<std::size_t>(2, cache_bytes / (row_count(rows) * sizeof(float)))),
      lanes_(rows),
      squares_(row_count(rows)),
      row_at_(row_count(rows)),
      columns_(row_count(rows)),
      products_(lanes_.groups()) {
  std::iota(row_at_.begin(), row_at_.end(), std::size_t{0});
  for (std::size_t r = 0; r < squares_.size(); ++r) {
    for (const double value : row_of(rows, r)) {
      squares_[r] += value * value;
    }
  }
}

const float* KernelColumns::column(std::size_t place) {
  const std::size_t row = row_at_[place];
  Column& column = columns_[row];
  if (!column.values.empty()) {
    uses_.splice(uses_.begin(), uses_, column.use);
    return column.values.data();
  }
  std::vector<float> values;
  if (uses_.size() >= most_columns_) {
    values = std::move(columns_[uses_.back()].values);
    columns_[uses_.back()].values.clear();
    uses_.pop_back();
  }
  values.resize(row_at_.size());
  compute(row, values);
  column.values = std::move(values);
  uses_.push_front(row);
  column.use = uses_.begin();
  return column.values.data();
}

// |x - y|^2 as |x|^2 + |y|^2 - 2xy, each sum in the order of columns, and exp of the C library:
// libsvm's values to the last bit.
void KernelColumns::compute(std::size_t row, std::vector<float>& values) {
  lane_dots(lanes_.group(0), lanes_.groups(), row_of(rows_, row).data(), column_count(rows_),
            products_.data());
  const double square = squares_[row];
  for (std::size_t place = 0; place < values.size(); ++place) {
    const std::size_t other = row_at_[place];
    const double product = products_[other / kLanes].of[other % kLanes];
    values[place] =
        static_cast<float>(std::exp(-gamma_ * (square + squares_[other] - 2 * product)));
  }
}

void KernelColumns::reorder(const std::vector<std::size_t>& order) {
  const auto permute = [&](auto& values) {
    const auto before = values;
    for (std::size_t place = 0; place < order.size(); ++place) {
      values[place] = before[order[place]];
    }
  };
  permute(row_at_);
  for (const std::size_t row : uses_) {
    permute(columns_[row].values);
  }
}

}  // namespace netml
