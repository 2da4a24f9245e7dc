#pragma once

#include <string>
#include <string_view>

namespace netml {

/// SHA-256 (FIPS 180-4) as 64 lower-case hex digits. Names training files in model cards.
std::string sha256_hex(std::string_view bytes);

}  // namespace netml
