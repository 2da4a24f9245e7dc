#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace netml {

/// Guards for JSON that comes from a file.
struct JsonLimits {
  int depth = 64;
  std::size_t bytes = std::size_t{64} << 20;
  std::size_t values = SIZE_MAX;  ///< of all kinds together; bounds the memory of the result
};

/// Parses untrusted JSON text. Duplicate keys, non-finite numbers, nesting, size or count beyond
/// `limits` and trailing text are errors; nothing recurses deeper than `limits.depth`. Throws
/// DataError with a one-line message that begins with `what` (for example the file's name).
nlohmann::json parse_json(std::string_view text, const std::string& what, JsonLimits limits = {});

}  // namespace netml
