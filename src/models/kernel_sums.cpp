#include "kernel_sums.hpp"

#include <algorithm>

namespace netml {
namespace {

// Rows whose distances to eight others fit the first-level cache.
constexpr std::size_t kChunk = 256;

// visit(group, first, count, distances) for every chunk of `rows` and, inside, every group of `x`:
// the chunk stays in the cache meanwhile.
template <typename Visit>
void for_each_chunk(const LaneRows& x, const Matrix& rows, const Visit& visit) {
  const std::size_t columns = column_count(rows);
  std::vector<Lanes> distances(std::min(kChunk, row_count(rows)));
  for (std::size_t first = 0; first < row_count(rows); first += kChunk) {
    const std::size_t count = std::min(kChunk, row_count(rows) - first);
    for (std::size_t group = 0; group < x.groups(); ++group) {
      lane_squared_distances(x.group(group), rows.data() + first * columns, count, columns,
                             distances.data());
      visit(group, first, count, distances.data());
    }
  }
}

}  // namespace

void log_kernel_sums(const Eigen::Ref<const Matrix>& x, const Matrix& rows, const double* offsets,
                     double factor, std::span<double> sums) {
  const LaneRows lanes(x);
  std::vector<LaneLogSum> totals(lanes.groups());
  for_each_chunk(lanes, rows,
                 [&](std::size_t group, std::size_t first, std::size_t count, const Lanes* d) {
                   lane_add_exponentials(d, offsets == nullptr ? nullptr : offsets + first, factor,
                                         count, totals[group]);
                 });
  for (std::size_t r = 0; r < sums.size(); ++r) {
    sums[r] = totals[r / kLanes].value(r % kLanes);
  }
}

void kernel_sums(const Eigen::Ref<const Matrix>& x, const Matrix& rows, const double* weights,
                 double factor, std::span<double> sums) {
  const LaneRows lanes(x);
  std::vector<Lanes> totals(lanes.groups());
  for_each_chunk(lanes, rows,
                 [&](std::size_t group, std::size_t first, std::size_t count, const Lanes* d) {
                   lane_add_kernels(d, weights + first, factor, count, totals[group]);
                 });
  for (std::size_t r = 0; r < sums.size(); ++r) {
    sums[r] = totals[r / kLanes].of[r % kLanes];
  }
}

}  // namespace netml
