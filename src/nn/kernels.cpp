#include "netml/nn/kernels.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace netml::nn {
namespace {

// The left side of a product, [rows × inner], in whichever order it lies in memory.
struct Operand {
  const double* data;
  std::size_t rows;
  std::size_t inner;
  std::size_t row_stride;
  std::size_t inner_stride;
};

enum class Start { kZero, kAdd };

// Generic vectors are cut to the registers of a function's target before it is inlined elsewhere,
// hence whole bodies are compiled for each kind.
namespace baseline {
constexpr int kWide = 1;
#include "kernels.inc"
}  // namespace baseline

#if defined(__x86_64__)
#define NETML_NN_AVX2 1
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif
namespace avx2 {
constexpr int kWide = 2;
#include "kernels.inc"
}  // namespace avx2
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif

struct Kernels {
  decltype(&baseline::product) product = baseline::product;
  decltype(&baseline::tanh_packs) tanh_packs = baseline::tanh_packs;
};

Kernels best_kernels() {
#ifdef NETML_NN_AVX2
  if (__builtin_cpu_supports("avx2")) {
    return {avx2::product, avx2::tanh_packs};
  }
#endif
  return {};
}

Kernels& kernels() {
  static Kernels chosen = best_kernels();
  return chosen;
}

void run(const Operand& a, const Matrix& b, Matrix& out, Start start) {
  // Room for the widest panel; kept by the thread, since products are many and small.
  static thread_local std::vector<double> panel;
  panel.resize(std::max<std::size_t>(panel.size(), a.inner * 8));
  kernels().product(a, b.data(), static_cast<std::size_t>(b.cols()), out.data(), start,
                    panel.data());
}

}  // namespace

void multiply(const Matrix& a, const Matrix& b, Matrix& out) {
  out.resize(a.rows(), b.cols());
  const auto inner = static_cast<std::size_t>(a.cols());
  run({a.data(), static_cast<std::size_t>(a.rows()), inner, inner, 1}, b, out, Start::kZero);
}

void add_transposed_multiply(const Matrix& a, const Matrix& b, Matrix& out) {
  const auto columns = static_cast<std::size_t>(a.cols());
  run({a.data(), columns, static_cast<std::size_t>(a.rows()), 1, columns}, b, out, Start::kAdd);
}

void tanh_all(std::span<double> values) noexcept {
  constexpr std::size_t kLanes = 4;
  const std::size_t packs = values.size() / kLanes;
  kernels().tanh_packs(values.data(), packs);
  double rest[kLanes] = {};
  const std::span<double> tail = values.subspan(packs * kLanes);
  std::copy(tail.begin(), tail.end(), rest);
  kernels().tanh_packs(rest, 1);
  std::copy_n(rest, tail.size(), tail.begin());
}

void use_baseline_kernels(bool is_baseline) noexcept {
  kernels() = is_baseline ? Kernels{} : best_kernels();
}

}  // namespace netml::nn
