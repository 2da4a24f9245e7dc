#pragma once

#include <cstddef>
#include <vector>

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

}  // namespace netml
