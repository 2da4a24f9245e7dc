#pragma once

#include <cmath>

namespace netml {

/// Python's `a // b` for floats, rounding errors included. Requires: b > 0.
inline double python_floor_div(double a, double b) noexcept {
  const double remainder = std::fmod(a, b);
  double quotient = (a - remainder) / b;
  if (remainder < 0) {
    quotient -= 1;
  }
  const double floor = std::floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

}  // namespace netml
