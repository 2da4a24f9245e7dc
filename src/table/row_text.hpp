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
using DigitLimits = std::array<std::uint8_t, 8>;
inline constexpr DigitLimits kDigitLimits = [] {
  DigitLimits limits{};
  limits[static_cast<std::size_t>(Cell::Kind::kU64)] = 10;
  limits[static_cast<std::size_t>(Cell::Kind::kI64)] = 10;
  limits[static_cast<std::size_t>(Cell::Kind::kF64)] = 1;  // -0 has other bits
  limits[static_cast<std::size_t>(Cell::Kind::kMillionths)] = 1;
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
