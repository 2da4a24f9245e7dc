#include "real_spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <vector>

#include <unsupported/Eigen/FFT>

namespace netml {
namespace {

using Complex = std::complex<double>;

std::size_t largest_prime_factor(std::size_t n) noexcept {
  std::size_t largest = 1;
  for (std::size_t p = 2; p * p <= n; ++p) {
    while (n % p == 0) {
      largest = p;
      n /= p;
    }
  }
  return std::max(largest, n);
}

std::vector<Complex> transformed(const std::vector<Complex>& values) {
  std::vector<Complex> spectrum(values.size());
  Eigen::FFT<double> fft;
  fft.fwd(spectrum.data(), values.data(), static_cast<Eigen::Index>(values.size()));
  return spectrum;
}

/// Bluestein 1970: a DFT of any length n as a convolution of a power-of-two length.
std::vector<Complex> chirp_transformed(const std::vector<Complex>& values) {
  const std::size_t n = values.size();
  std::size_t length = 1;
  while (length < 2 * n) {
    length *= 2;
  }
  std::vector<Complex> chirp(n);
  for (std::size_t k = 0; k < n; ++k) {
    // k * k modulo 2n keeps the angle exact.
    const auto square = static_cast<double>(static_cast<std::uint64_t>(k) * k % (2 * n));
    chirp[k] = std::polar(1.0, -std::numbers::pi * square / static_cast<double>(n));
  }
  std::vector<Complex> a(length);
  std::vector<Complex> b(length);
  for (std::size_t k = 0; k < n; ++k) {
    a[k] = values[k] * chirp[k];
    b[k] = std::conj(chirp[k]);
    b[(length - k) % length] = b[k];
  }
  a = transformed(a);
  b = transformed(b);
  for (std::size_t k = 0; k < length; ++k) {
    a[k] = std::conj(a[k] * b[k]);  // conjugates turn a forward transform into an inverse one
  }
  a = transformed(a);
  std::vector<Complex> result(n);
  for (std::size_t k = 0; k < n; ++k) {
    result[k] = std::conj(a[k]) * chirp[k] / static_cast<double>(length);
  }
  return result;
}

}  // namespace

void replace_by_real_spectrum(std::span<double> values) {
  // Above it Eigen's FFT, which needs n * p steps for a prime factor p, is the slower way.
  constexpr std::size_t kLargestDirectFactor = 64;
  if (values.size() < 2) {
    return;
  }
  const std::vector<Complex> input(values.begin(), values.end());
  const std::vector<Complex> spectrum = largest_prime_factor(values.size()) <= kLargestDirectFactor
                                            ? transformed(input)
                                            : chirp_transformed(input);
  std::transform(spectrum.begin(), spectrum.end(), values.begin(),
                 [](const Complex& value) { return value.real(); });
}

}  // namespace netml
