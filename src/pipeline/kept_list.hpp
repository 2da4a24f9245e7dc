#pragma once

#include <cstddef>
#include <vector>

#include "netml/core/char_buffer.hpp"

namespace netml {

/// Empties a list that is filled again and again. What one mass ending made long is not kept.
template <typename T>
void clear_list(std::vector<T>& list) {
  constexpr std::size_t kMostKeptEntries = 65'536;
  if (list.capacity() > kMostKeptEntries) {
    list = {};
  }
  list.clear();
}

/// The same for text.
inline void clear_text(CharBuffer& text) {
  constexpr std::size_t kMostKeptBytes = std::size_t{512} << 10;
  if (text.capacity() > kMostKeptBytes) {
    text = {};
  }
  text.clear();
}

}  // namespace netml
