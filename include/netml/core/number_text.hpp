#pragma once

#include <cstddef>
#include <cstdint>

namespace netml {

// Numbers written in place. Locale-free; doubles in the shortest form that reads back exactly, the
// digits and the notation being those of std::to_chars. Each function writes at most kNumberRoom
// characters at `out` and returns the end of what it wrote.
inline constexpr std::size_t kNumberRoom = 32;

/// Requires: value >= 10.
char* write_long_number(char* out, std::uint64_t value) noexcept;

inline char* write_number(char* out, std::uint64_t value) noexcept {
  if (value < 10) {  // most counters
    *out = static_cast<char>('0' + value);
    return out + 1;
  }
  return write_long_number(out, value);
}

inline char* write_number(char* out, std::int64_t value) noexcept {
  auto magnitude = static_cast<std::uint64_t>(value);
  if (value < 0) {
    *out++ = '-';
    magnitude = std::uint64_t{0} - magnitude;
  }
  return write_number(out, magnitude);
}

/// Requires: finite. Whole numbers are written without an exponent up to 1e15.
char* write_number(char* out, double value) noexcept;

/// value / 1000000 as an exact decimal; reads back as the double nearest to it.
char* write_millionths(char* out, std::int64_t value) noexcept;

/// Python's repr: `94.5`, `0.0`, `1e-05`, `1e+16`. Requires: finite.
char* write_python_repr(char* out, double value) noexcept;

}  // namespace netml
