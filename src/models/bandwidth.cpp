#include "bandwidth.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "netml/core/parallel.hpp"

#include "lane_kernels.hpp"

namespace netml {
namespace {

constexpr std::size_t kWidths = 20;
constexpr std::size_t kChunk = 256;
constexpr std::size_t kGroupsPerTell = 64;

using Widths = std::array<double, kWidths>;

// Each row once, in lexicographic order.
Matrix distinct_rows(const Matrix& rows) {
  std::vector<std::size_t> order(row_count(rows));
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto is_less = [&](std::size_t a, std::size_t b) {
    const auto x = row_of(rows, a), y = row_of(rows, b);
    return std::lexicographical_compare(x.begin(), x.end(), y.begin(), y.end());
  };
  const auto is_same = [&](std::size_t a, std::size_t b) {
    const auto x = row_of(rows, a), y = row_of(rows, b);
    return std::equal(x.begin(), x.end(), y.begin());
  };
  std::sort(order.begin(), order.end(), is_less);
  order.erase(std::unique(order.begin(), order.end(), is_same), order.end());
  return select_rows(rows, order);
}

// Per width, log sum_j exp(-|x_i - x_j|^2 / (2 h^2)) over j != i, summed over the rows of a group.
Widths group_sums(const Matrix& rows, const LaneRows& lanes, std::size_t group,
                  const Widths& factors) {
  std::array<LaneLogSum, kWidths> totals;
  std::vector<Lanes> distances(kChunk);
  const std::size_t columns = column_count(rows);
  for (std::size_t first = 0; first < row_count(rows); first += kChunk) {
    const std::size_t count = std::min(kChunk, row_count(rows) - first);
    lane_squared_distances(lanes.group(group), rows.data() + first * columns, count, columns,
                           distances.data());
    for (std::size_t r = 0; r < lanes.used(group); ++r) {
      const std::size_t self = group * kLanes + r;
      if (self >= first && self < first + count) {
        distances[self - first].of[r] = std::numeric_limits<double>::infinity();
      }
    }
    for (std::size_t w = 0; w < kWidths; ++w) {
      lane_add_exponentials(distances.data(), nullptr, factors[w], count, totals[w]);
    }
  }
  Widths sums{};
  for (std::size_t w = 0; w < kWidths; ++w) {
    for (std::size_t r = 0; r < lanes.used(group); ++r) {
      sums[w] += totals[w].value(r);
    }
  }
  return sums;
}

}  // namespace

double leave_one_out_bandwidth(const Matrix& all_rows, double low, double high,
                               const FitContext& context) {
  const Matrix rows = distinct_rows(all_rows);
  if (row_count(rows) < 2) {
    return low;
  }
  Widths widths{}, factors{};
  for (std::size_t w = 0; w < kWidths; ++w) {
    const double share = static_cast<double>(w) / (kWidths - 1);
    widths[w] = std::exp(std::log(low) + share * (std::log(high) - std::log(low)));
    factors[w] = 0.5 / (widths[w] * widths[w]);
  }
  const LaneRows lanes(rows);
  std::vector<Widths> parts(lanes.groups());
  for (std::size_t first = 0; first < lanes.groups(); first += kGroupsPerTell) {
    const std::size_t count = std::min(kGroupsPerTell, lanes.groups() - first);
    parallel_for(count, context.threads, [&](std::size_t i) {
      parts[first + i] = group_sums(rows, lanes, first + i, factors);
    });
    context.tell(static_cast<double>(first + count) / static_cast<double>(lanes.groups()));
  }
  const auto n = static_cast<double>(rows.rows());
  const auto d = static_cast<double>(rows.cols());
  double best = -std::numeric_limits<double>::infinity();
  double chosen = low;
  for (std::size_t w = 0; w < kWidths; ++w) {
    double mean = 0;
    for (const Widths& part : parts) {
      mean += part[w] / n;
    }
    // The terms that are the same for every width are left out.
    const double likelihood = mean - d * std::log(widths[w]);
    if (likelihood > best) {
      best = likelihood;
      chosen = widths[w];
    }
  }
  return chosen;
}

double leave_one_out_bytes(std::size_t rows, std::size_t columns) {
  // Distinct rows and the same in lanes, sums of every group.
  const auto n = static_cast<double>(rows);
  return 2 * n * static_cast<double>(columns) * sizeof(double) + n * 8 +
         n / kLanes * sizeof(Widths) + 1e6;
}

}  // namespace netml
