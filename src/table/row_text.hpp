#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "netml/core/char_buffer.hpp"
#include "netml/core/text_format.hpp"
#include "netml/table/schema.hpp"

namespace netml {

/// Numbers below these are written by one digit that equals their bits: small integers, and 0 of
/// any kind. Indexed by Cell::Kind.
using DigitLimits = std::array<std::uint8_t, 10>;
inline constexpr DigitLimits kDigitLimits = [] {
  DigitLimits limits{};
  limits[static_cast<std::size_t>(Cell::Kind::kU64)] = 10;
  limits[static_cast<std::size_t>(Cell::Kind::kI64)] = 10;
  limits[static_cast<std::size_t>(Cell::Kind::kF64)] = 1;  // -0 has other bits
  limits[static_cast<std::size_t>(Cell::Kind::kMillionths)] = 1;
  limits[static_cast<std::size_t>(Cell::Kind::kBillionths)] = 1;
  return limits;
}();

/// Writes a cell of one digit and `separator` behind it, the most frequent cell by far. False, and
/// nothing written, for all others.
inline bool write_digit(char*& end, const Cell& cell, const DigitLimits& limits,
                        char separator) noexcept {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &cell.u64, sizeof bits);  // whatever the kind
  if (bits >= limits.data()[static_cast<std::size_t>(cell.kind)]) {
    return false;
  }
  end[0] = static_cast<char>('0' + bits);
  end[1] = separator;
  end += 2;
  return true;
}

/// Returns the end of the copy. For texts of some ten characters, for which memcpy does not pay
/// off.
inline char* copy_short(char* out, std::string_view text) noexcept {
  const char* from = text.data();
  char* const end = out + text.size();
  if (text.size() < 8) {
    for (; out != end; ++out, ++from) {
      *out = *from;
    }
    return end;
  }
  const char* const last = from + text.size() - 8;
  for (; from < last; from += 8, out += 8) {
    std::memcpy(out, from, 8);
  }
  std::memcpy(end - 8, last, 8);
  return end;
}

/// Writes a cell's text at `end`, which lies in the room for a row of `row_room` characters:
/// kNumberRoom for each cell, and what stands between them. Longer text makes as much room for
/// itself and for a whole row behind it.
inline char* write_plain(char* end, std::string_view text, std::size_t row_room, CharBuffer& out) {
  if (text.size() > kNumberRoom) {
    out.end_at(end);
    out.append(text);
    return out.room(row_room);
  }
  return copy_short(end, text);
}

/// value / 1000000000 as an exact decimal without zeros at its end; at most kNumberRoom characters.
inline char* write_billionths(char* out, std::int64_t value) noexcept {
  constexpr std::uint64_t kScale = 1'000'000'000;
  auto magnitude = static_cast<std::uint64_t>(value);
  if (value < 0) {
    *out++ = '-';
    magnitude = std::uint64_t{0} - magnitude;
  }
  out = write_number(out, magnitude / kScale);
  std::uint64_t fraction = magnitude % kScale;
  if (fraction != 0) {
    *out++ = '.';
  }
  for (std::uint64_t digit = kScale / 10; fraction != 0; digit /= 10) {
    *out++ = static_cast<char>('0' + fraction / digit);
    fraction %= digit;
  }
  return out;
}

/// Appends the texts of a list with `separator` between them, which has a backslash before it where
/// it is part of a text, as has a backslash.
inline void append_joined(std::string& out, std::span<const std::string> texts, char separator) {
  bool is_first = true;
  for (const std::string& text : texts) {
    if (!is_first) {
      out += separator;
    }
    is_first = false;
    for (const char c : text) {
      if (c == separator || c == '\\') {
        out += '\\';
      }
      out += c;
    }
  }
}

/// Appends the numbers of a list.
template <typename Values>
void append_numbers(std::string& out, const Values& values, std::string_view separator) {
  bool is_first = true;
  for (const auto value : values) {
    if (!is_first) {
      out += separator;
    }
    is_first = false;
    append_number(out, value);
  }
}

}  // namespace netml
