#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace netml {

struct ParamEntry;

/// A parsed JSON or YAML document, reduced to what parameters can be.
struct ParamNode {
  enum class Kind {
    kNull,
    kBoolean,
    kNumber,  ///< `text` is a number by JSON's grammar (a leading '.' and '+' allowed)
    kText,
    kList,
    kMap,
  };

  Kind kind = Kind::kNull;
  std::string text;
  std::vector<ParamEntry> entries;  ///< of a map, names distinct; of a list, without names
};

struct ParamEntry {
  std::string name;
  ParamNode value;
};

/// "a mapping", "a list", …
std::string_view describe(ParamNode::Kind kind) noexcept;

/// Both throw DataError `<what>: <reason>`.
ParamNode parse_json_document(std::string_view text, const std::string& what);
/// One document without anchors, aliases, merge keys, tags or repeated keys; at most 10000 nodes,
/// 64 levels and 1 MiB.
ParamNode parse_yaml_document(std::string_view text, const std::string& what);

}  // namespace netml
