#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

#include "netml/core/char_buffer.hpp"
#include "netml/core/number_text.hpp"

namespace netml {

/// Copies at least 8 characters, by 8 at a time: most texts of a row are too short for memcpy to
/// pay off. Returns the end of the copy.
inline char* copy_by_eights(char* out, std::string_view text) noexcept {
  const char* from = text.data();
  const char* const last = from + text.size() - 8;
  char* const end = out + text.size();
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
  if (text.size() >= 8) {
    return copy_by_eights(end, text);
  }
  for (const char c : text) {
    *end++ = c;
  }
  return end;
}

}  // namespace netml
