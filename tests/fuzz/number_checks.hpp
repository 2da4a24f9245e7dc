#pragma once

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "netml/core/number_text.hpp"

#include "fuzz.hpp"

// The writing of numbers (netml/core/number_text.hpp) against the C++ library's, for any bits.
namespace netml::fuzz {

/// What `write` writes of `value`. The room is as small as allowed: a sanitizer sees more.
template <typename Write, typename Value>
std::string written_number(Write write, Value value) {
  std::array<char, kNumberRoom> room{};
  return {room.data(), write(room.data(), value)};
}

/// The longest double in plain notation has some 330 characters.
template <typename Value, typename... Notation>
std::string standard_number(Value value, Notation... notation) {
  std::array<char, 400> text{};
  return {text.data(),
          std::to_chars(text.data(), text.data() + text.size(), value, notation...).ptr};
}

inline void require_number(const std::string& ours, const std::string& expected) {
  require(ours == expected, "numbers are written as std::to_chars does", ours + " | " + expected);
}

inline void check_double(double value) {
  const double magnitude = std::fabs(value);
  const bool is_whole = std::trunc(value) == value;
  const auto number = [](char* out, double real) { return write_number(out, real); };
  require_number(written_number(number, value),
                 is_whole && magnitude < 1e15 ? standard_number(value, std::chars_format::fixed)
                                              : standard_number(value));
  // Python: an exponent below 1e-4 and from 1e16 on, and always a point or an exponent.
  const bool has_exponent = magnitude != 0 && (magnitude < 1e-4 || magnitude >= 1e16);
  require_number(written_number(write_python_repr, value),
                 has_exponent
                     ? standard_number(value, std::chars_format::scientific)
                     : standard_number(value, std::chars_format::fixed) + (is_whole ? ".0" : ""));
}

inline void check_integers(std::uint64_t bits) {
  const auto value = static_cast<std::int64_t>(bits);
  const auto whole = [](char* out, auto integer) { return write_number(out, integer); };
  require_number(written_number(whole, bits), standard_number(bits));
  require_number(written_number(whole, value), standard_number(value));
  // Millionths: as the digits of the whole number, with a point among them.
  std::string digits = standard_number(value < 0 ? std::uint64_t{0} - bits : bits);
  digits.insert(0, digits.size() < 7 ? 7 - digits.size() : 0, '0');
  digits.insert(digits.size() - 6, ".");
  digits.erase(digits.find_last_not_of('0') + 1);
  digits.erase(digits.back() == '.' ? digits.size() - 1 : digits.size());
  require_number(written_number(write_millionths, value), (value < 0 ? "-" : "") + digits);
}

/// `bits` as a whole number of any length and as a double of any size, of the size of measured
/// values, as a fraction of few digits, and beside each of these.
inline void check_numbers(std::uint64_t bits) {
  for (int shift = 0; shift < 64; shift += 9) {
    check_integers(bits >> shift);
  }
  constexpr std::uint64_t kFractionBits = (std::uint64_t{1} << 52) - 1;
  const std::uint64_t exponent = 1023 - 16 + (bits >> 52) % 80;  // from 1e-5 to 1e19
  const std::uint64_t sign = bits >> 63 << 63;
  const double power = std::pow(10.0, static_cast<double>(bits % 23));
  const double few_digits = static_cast<double>(bits >> (bits % 59 + 5)) / power;
  for (const double value : {std::bit_cast<double>(bits),
                             std::bit_cast<double>(sign | exponent << 52 | (bits & kFractionBits)),
                             static_cast<double>(bits), few_digits, -few_digits}) {
    if (std::isfinite(value)) {
      check_double(value);
      check_double(std::nextafter(value, 0.0));
    }
  }
}

}  // namespace netml::fuzz
