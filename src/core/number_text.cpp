#include "netml/core/number_text.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "netml/core/uint128.hpp"

namespace netml {
namespace {

constexpr std::uint64_t kHundredMillion = 100'000'000;

constexpr auto kPairs = [] {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

constexpr auto kPowersOfTen = [] {
  std::array<std::uint64_t, 20> powers{1};
  for (std::size_t i = 1; i < powers.size(); ++i) {
    powers[i] = 10 * powers[i - 1];
  }
  return powers;
}();

// value < 100
inline void write_two(char* out, std::uint32_t value) noexcept {
  std::memcpy(out, kPairs.data() + std::size_t{2} * value, 2);
}

// value < 10^4
inline void write_four(char* out, std::uint32_t value) noexcept {
  write_two(out, value / 100);
  write_two(out + 2, value % 100);
}

// value < 10^8
inline void write_eight(char* out, std::uint32_t value) noexcept {
  write_four(out, value / 10'000);
  write_four(out + 4, value % 10'000);
}

// value < 10^4, without leading zeros
inline char* write_up_to_four(char* out, std::uint32_t value) noexcept {
  const std::uint32_t high = value / 100;
  if (high == 0 && value < 10) {
    *out = static_cast<char>('0' + value);
    return out + 1;
  }
  if (high == 0) {
    write_two(out, value);
    return out + 2;
  }
  if (high < 10) {
    *out++ = static_cast<char>('0' + high);
  } else {
    write_two(out, high);
    out += 2;
  }
  write_two(out, value % 100);
  return out + 2;
}

// value < 10^8, without leading zeros
inline char* write_up_to_eight(char* out, std::uint32_t value) noexcept {
  if (value < 10'000) {
    return write_up_to_four(out, value);
  }
  out = write_up_to_four(out, value / 10'000);
  write_four(out, value % 10'000);
  return out + 4;
}

// Exactly `count` digits, leading zeros included; what is behind them, up to 16, is overwritten.
// Requires: value < 10^count, count <= 19.
inline char* write_padded(char* out, std::uint64_t value, std::size_t count) noexcept {
  if (count <= 8) {
    write_eight(out, static_cast<std::uint32_t>(value * kPowersOfTen[8 - count]));
    return out + count;
  }
  if (count > 16) {
    constexpr std::uint64_t kSixteenDigits = kHundredMillion * kHundredMillion;
    count -= 16;
    const std::uint64_t high = value / kSixteenDigits;
    write_eight(out, static_cast<std::uint32_t>(high * kPowersOfTen[8 - count]));
    out += count;
    value %= kSixteenDigits;
    count = 16;
  }
  value *= kPowersOfTen[16 - count];
  write_eight(out, static_cast<std::uint32_t>(value / kHundredMillion));
  write_eight(out + 8, static_cast<std::uint32_t>(value % kHundredMillion));
  return out + count;
}

char* drop_zeros(char* end) noexcept {
  while (end[-1] == '0') {
    --end;
  }
  return end;
}

// Whole numbers and fractions of this size go without an exponent, whichever is shorter.
constexpr double kLeastFraction = 1e-3;
constexpr double kMostWhole = 1e15;

// `magnitude` has a fraction and lies between the bounds above. All arithmetic is exact: it is
// significand / 2^shift with 3 <= shift <= 62, and times 10^19 it still fits 128 bits.
//
// With 9 digits or more before the point there are 8 at most behind it, so that write_padded()
// stays within kNumberRoom.
//
// In units of 10^-places, with 10^places the first power of ten from 2^shift on, the numbers that
// read back as `magnitude` span from 1 to 10. So a unit is among them, and one tenfold unit at
// most: if there is one it is the shortest decimal (without its zeros), else the nearest unit is.
char* write_fraction(char* out, double magnitude) noexcept {
  const auto bits = std::bit_cast<std::uint64_t>(magnitude);
  constexpr std::uint64_t kHiddenBit = std::uint64_t{1} << 52;
  const std::uint64_t significand = (bits & (kHiddenBit - 1)) | kHiddenBit;
  if (significand == kHiddenBit) {  // 0.5, 0.25, …: the gap below is smaller than that above
    return std::to_chars(out, out + kNumberRoom, magnitude).ptr;
  }
  const auto shift = static_cast<unsigned>(1075 - (bits >> 52));
  std::size_t places = (shift * 1233 >> 12) + 1;  // log10(2) is about 1233 / 4096
  const std::uint64_t scale = kPowersOfTen[places];
  const Uint128 scaled = static_cast<Uint128>(significand) * scale;
  const auto units = static_cast<std::uint64_t>(scaled >> shift);
  const auto rest = static_cast<std::uint64_t>(scaled) & ((std::uint64_t{1} << shift) - 1);

  // Distances are in units / 2^shift. What lies just between two doubles reads back as the even
  // one.
  const std::uint64_t reach = scale / 2 - (significand & 1);
  const std::uint64_t tens = units / 10;
  const Uint128 below = (static_cast<Uint128>(units % 10) << shift) + rest;
  const Uint128 above = (static_cast<Uint128>(10) << shift) - below;
  const std::uint64_t whole = significand >> shift;
  if (below > reach && above > reach) {
    const std::uint64_t half = std::uint64_t{1} << (shift - 1);
    const bool rounds_up = rest > half || (rest == half && (units & 1) != 0);
    out = write_number(out, whole);
    *out++ = '.';
    return write_padded(out, units + (rounds_up ? 1 : 0) - whole * scale, places);
  }
  --places;
  std::uint64_t fraction = tens + (below > reach ? 1 : 0) - whole * kPowersOfTen[places];
  if (places > 8 && fraction % kHundredMillion == 0) {
    fraction /= kHundredMillion;
    places -= 8;
  }
  out = write_number(out, whole);
  *out++ = '.';
  return drop_zeros(write_padded(out, fraction, places));
}

}  // namespace

char* write_long_number(char* out, std::uint64_t value) noexcept {
  if (value < kHundredMillion) {
    return write_up_to_eight(out, static_cast<std::uint32_t>(value));
  }
  const std::uint64_t high = value / kHundredMillion;
  if (high < kHundredMillion) {
    out = write_up_to_eight(out, static_cast<std::uint32_t>(high));
  } else {
    out = write_up_to_four(out, static_cast<std::uint32_t>(high / kHundredMillion));
    write_eight(out, static_cast<std::uint32_t>(high % kHundredMillion));
    out += 8;
  }
  write_eight(out, static_cast<std::uint32_t>(value % kHundredMillion));
  return out + 8;
}

char* write_number(char* out, double value) noexcept {
  const double magnitude = std::fabs(value);
  if (magnitude < kMostWhole) {
    const auto whole = static_cast<std::uint64_t>(magnitude);
    const bool is_whole = static_cast<double>(whole) == magnitude;
    if (is_whole || magnitude >= kLeastFraction) {
      if (std::signbit(value)) {
        *out++ = '-';
      }
      return is_whole ? write_number(out, whole) : write_fraction(out, magnitude);
    }
  }
  return std::to_chars(out, out + kNumberRoom, value).ptr;
}

char* write_millionths(char* out, std::int64_t value) noexcept {
  constexpr std::uint64_t kScale = 1'000'000;
  auto magnitude = static_cast<std::uint64_t>(value);
  if (value < 0) {
    *out++ = '-';
    magnitude = std::uint64_t{0} - magnitude;
  }
  const std::uint64_t fraction = magnitude % kScale;
  out = write_number(out, magnitude / kScale);
  if (fraction == 0) {
    return out;
  }
  *out++ = '.';
  return drop_zeros(write_padded(out, fraction, 6));
}

char* write_python_repr(char* out, double value) noexcept {
  // Python writes an exponent below 1e-4 and from 1e16 on, std::to_chars where that is shorter.
  const double magnitude = std::fabs(value);
  if (magnitude != 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    return std::to_chars(out, out + kNumberRoom, value, std::chars_format::scientific).ptr;
  }
  const bool is_whole = std::trunc(magnitude) == magnitude;
  if (magnitude < kMostWhole && (is_whole || magnitude >= kLeastFraction)) {
    out = write_number(out, value);
  } else {
    out = std::to_chars(out, out + kNumberRoom, value, std::chars_format::fixed).ptr;
  }
  if (is_whole) {
    *out++ = '.';
    *out++ = '0';
  }
  return out;
}

}  // namespace netml
