#pragma once

#include <cstddef>
#include <vector>

#include <gtest/gtest.h>
#include <sys/mman.h>

#include "netml/core/pages.hpp"

namespace netml::test {

/// Resident pages of a mapping, in bytes. Requires: `begin` is aligned to pages.
inline std::size_t resident(const std::byte* begin, std::size_t bytes) {
  std::vector<unsigned char> pages(bytes / kPageBytes);
  void* address = const_cast<std::byte*>(begin);
  if (mincore(address, bytes, pages.data()) != 0) {
    ADD_FAILURE() << "mincore failed";
  }
  std::size_t count = 0;
  for (const unsigned char page : pages) {
    count += page & 1U;
  }
  return count * kPageBytes;
}

}  // namespace netml::test
