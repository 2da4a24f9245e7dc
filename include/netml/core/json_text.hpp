#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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

/// Owns a parsed document.
///
/// nlohmann's own destructor allocates to flatten nested values, and ends the process where memory
/// has run out. This one takes the values apart from the inside, which needs no memory; it recurses
/// as deep as the document, which parse_json bounds.
class JsonDocument {
 public:
  JsonDocument();  ///< null
  JsonDocument(JsonDocument&& other) noexcept;
  JsonDocument& operator=(JsonDocument&& other) noexcept;
  ~JsonDocument();

  const nlohmann::json& operator*() const noexcept { return *value_; }
  const nlohmann::json* operator->() const noexcept { return value_.get(); }

 private:
  friend JsonDocument parse_json(std::string_view text, const std::string& what, JsonLimits limits);

  std::unique_ptr<nlohmann::json> value_;
};

/// Parses untrusted JSON text. Duplicate keys, non-finite numbers, nesting, size or count beyond
/// `limits` and trailing text are errors; nothing recurses deeper than `limits.depth`. Throws
/// DataError with a one-line message that begins with `what` (for example the file's name).
JsonDocument parse_json(std::string_view text, const std::string& what, JsonLimits limits = {});

/// The value, or null where there is none. Takes <nlohmann/json.hpp> where it is called.
template <typename Json = nlohmann::json, typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace netml
