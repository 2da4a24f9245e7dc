#pragma once

#include <cstdio>
#include <string>

namespace netml::test {

/// What a test measured, for the line that all.sh prints.
inline void figures(const std::string& text) {
  std::printf("figures: %s\n", text.c_str());
}

}  // namespace netml::test
