#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace netml {

/// ln(1 + count); small counts, which most are, from a table.
inline double log1p_of(std::uint64_t count) {
  static const std::array<double, 1024> small = [] {
    std::array<double, 1024> values{};
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = std::log1p(static_cast<double>(i));
    }
    return values;
  }();
  return count < small.size() ? small[count] : std::log1p(static_cast<double>(count));
}

/// ln(1 + gap in microseconds).
inline double log_gap_us(std::int64_t gap_ns) {
  return std::log1p(static_cast<double>(gap_ns) / 1000.0);
}

}  // namespace netml
