#pragma once

#include <cstddef>
#include <string_view>

#include "byte_source.hpp"

namespace netml {

/// As many bytes as `check_first_bytes` wants to see, where the input has them.
inline constexpr std::size_t kFirstBytes = 8;

/// Throws the InputError of an input that is empty, compressed or unreadable.
void check_first_bytes(const ByteSource& source, std::string_view first);

}  // namespace netml
