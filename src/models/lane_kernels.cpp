#include "lane_kernels.hpp"

#include <algorithm>
#include <cfloat>
#include <cmath>

namespace netml {
namespace {

// The compiler may use other instructions only in functions that say so, and turns wide vectors
// into narrow ones before it inlines: hence whole bodies are compiled for each kind.
namespace baseline {
constexpr std::size_t kRowsAtOnce = 2;
#include "lane_kernels.inc"
}  // namespace baseline

#if defined(__x86_64__)
#define NETML_LANES_X86 1
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif
namespace avx2 {
constexpr std::size_t kRowsAtOnce = 4;
#include "lane_kernels.inc"
}  // namespace avx2
#if defined(__clang__)
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq"))), apply_to = function)
#else
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq")
#endif
namespace avx512 {
constexpr std::size_t kRowsAtOnce = 8;
#include "lane_kernels.inc"
}  // namespace avx512
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif

struct Kernels {
  decltype(&baseline::squared_distances) squared_distances = baseline::squared_distances;
  decltype(&baseline::weighted_distances) weighted_distances = baseline::weighted_distances;
  decltype(&baseline::products) products = baseline::products;
  decltype(&baseline::dots) dots = baseline::dots;
  decltype(&baseline::solve_lower) solve_lower = baseline::solve_lower;
  decltype(&baseline::add_exponentials) add_exponentials = baseline::add_exponentials;
  decltype(&baseline::add_kernels) add_kernels = baseline::add_kernels;
  decltype(&baseline::exponentials) exponentials = baseline::exponentials;
  decltype(&baseline::add_outer) add_outer = baseline::add_outer;
  decltype(&baseline::add_squares) add_squares = baseline::add_squares;
};

Kernels best_kernels() {
#ifdef NETML_LANES_X86
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) {
    return {avx512::squared_distances, avx512::weighted_distances,
            avx512::products,          avx512::dots,
            avx512::solve_lower,       avx512::add_exponentials,
            avx512::add_kernels,       avx512::exponentials,
            avx512::add_outer,         avx512::add_squares};
  }
  if (__builtin_cpu_supports("avx2")) {
    return {
        avx2::squared_distances, avx2::weighted_distances, avx2::products,    avx2::dots,
        avx2::solve_lower,       avx2::add_exponentials,   avx2::add_kernels, avx2::exponentials,
        avx2::add_outer,         avx2::add_squares};
  }
#endif
  return {};
}

Kernels& kernels() {
  static Kernels chosen = best_kernels();
  return chosen;
}

}  // namespace

LaneRows::LaneRows(const Eigen::Ref<const Matrix>& rows)
    : rows_(static_cast<std::size_t>(rows.rows())),
      columns_(static_cast<std::size_t>(rows.cols())),
      groups_((rows_ + kLanes - 1) / kLanes),
      values_(groups_ * columns_) {
  for (std::size_t place = 0; place < groups_ * kLanes; ++place) {
    const double* row = rows.row(static_cast<Eigen::Index>(std::min(place, rows_ - 1))).data();
    Lanes* group = values_.data() + place / kLanes * columns_;
    for (std::size_t c = 0; c < columns_; ++c) {
      group[c].of[place % kLanes] = row[c];
    }
  }
}

void lane_squared_distances(const Lanes* x, const double* rows, std::size_t count,
                            std::size_t columns, Lanes* distances) {
  kernels().squared_distances(x, rows, count, columns, distances);
}

void lane_weighted_distances(const Lanes* x, const double* means, const double* weights,
                             std::size_t count, std::size_t columns, Lanes* distances) {
  kernels().weighted_distances(x, means, weights, count, columns, distances);
}

void lane_products(const Lanes* x, const double* matrix, std::size_t count, std::size_t columns,
                   Lanes* products) {
  kernels().products(x, matrix, count, columns, products);
}

void lane_dots(const Lanes* x, std::size_t groups, const double* row, std::size_t columns,
               Lanes* dots) {
  kernels().dots(x, groups, row, columns, dots);
}

void lane_solve_lower(const Lanes* x, const double* factor, std::size_t columns, Lanes* z) {
  kernels().solve_lower(x, factor, columns, z);
}

LaneLogSum::LaneLogSum() {
  std::fill_n(largest.of, kLanes, -DBL_MAX);
  std::fill_n(sum.of, kLanes, 0.0);
}

double LaneLogSum::value(std::size_t r) const {
  return largest.of[r] == -DBL_MAX ? -DBL_MAX : largest.of[r] + std::log(sum.of[r]);
}

void lane_add_exponentials(const Lanes* distances, const double* offsets, double factor,
                           std::size_t count, LaneLogSum& sum) {
  kernels().add_exponentials(distances, offsets, factor, count, sum);
}

void lane_add_kernels(const Lanes* distances, const double* weights, double factor,
                      std::size_t count, Lanes& sum) {
  kernels().add_kernels(distances, weights, factor, count, sum);
}

void lane_exponentials(Lanes* values, const Lanes& shift, std::size_t count) {
  kernels().exponentials(values, shift, count);
}

void lane_add_outer(const Lanes* a, std::size_t a_count, const Lanes* b, std::size_t b_count,
                    Lanes* sums) {
  kernels().add_outer(a, a_count, b, b_count, sums);
}

void lane_add_squares(const Lanes& weight, const Lanes* x, const double* mean, std::size_t columns,
                      Lanes* sums) {
  kernels().add_squares(weight, x, mean, columns, sums);
}

void lane_use_baseline(bool baseline) {
  kernels() = baseline ? Kernels{} : best_kernels();
}

}  // namespace netml
