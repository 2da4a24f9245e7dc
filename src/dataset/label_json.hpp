#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netml {

/// Some members of a JSON object, read from untrusted text.
///
/// Members of objects within it are named with dots: in {"flow":{"start":1}} `flow.start` is 1.
/// What is within arrays has no name. Nothing is built of what is not wanted.
class JsonFields {
 public:
  static constexpr std::size_t kDeepest = 64;
  static constexpr std::size_t kMostValues = 65536;

  explicit JsonFields(std::vector<std::string> wanted);

  /// Reads one object. Says what is wrong with the text: not one JSON object, nested more than 64
  /// deep, more than 65536 values, numbers out of range, or a key that is given twice; nothing if
  /// all is well. Fields read before what is wrong are kept. Bytes that are not UTF-8 are read as
  /// U+FFFD.
  std::string read(std::string_view text);

  /// Text, numbers as they are written, `true` or `false`; nullopt for null, lists, objects, and
  /// what is not there. Lives until the next read().
  std::optional<std::string_view> get(std::string_view name) const;

 private:
  struct Field {
    std::string name;
    std::optional<std::string> value;
  };
  class Handler;

  std::vector<Field> fields_;
};

}  // namespace netml
