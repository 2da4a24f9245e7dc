#include "param_document.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <sstream>

#include <nlohmann/json.hpp>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "netml/core/error.hpp"
#include "netml/core/json_text.hpp"
#include "netml/core/text_format.hpp"

namespace netml {
namespace {

constexpr int kMostNodes = 10000;
constexpr std::size_t kDeepest = 64;
constexpr std::size_t kLargestText = std::size_t{1} << 20;

ParamNode from_json(const nlohmann::json& value) {
  ParamNode node;
  switch (value.type()) {
    case nlohmann::json::value_t::boolean:
      node.kind = ParamNode::Kind::kBoolean;
      node.text = value.get<bool>() ? "true" : "false";
      break;
    case nlohmann::json::value_t::number_integer:
      node.kind = ParamNode::Kind::kNumber;
      append_number(node.text, value.get<std::int64_t>());
      break;
    case nlohmann::json::value_t::number_unsigned:
      node.kind = ParamNode::Kind::kNumber;
      append_number(node.text, value.get<std::uint64_t>());
      break;
    case nlohmann::json::value_t::number_float:
      node.kind = ParamNode::Kind::kNumber;
      append_python_repr(node.text, value.get<double>());  // keeps "5.0" apart from "5"
      break;
    case nlohmann::json::value_t::string:
      node.kind = ParamNode::Kind::kText;
      node.text = value.get_ref<const std::string&>();
      break;
    case nlohmann::json::value_t::array:
      node.kind = ParamNode::Kind::kList;
      for (const auto& item : value) {
        node.entries.push_back({"", from_json(item)});
      }
      break;
    case nlohmann::json::value_t::object:
      node.kind = ParamNode::Kind::kMap;
      for (const auto& item : value.items()) {
        node.entries.push_back({item.key(), from_json(item.value())});
      }
      break;
    default:
      break;
  }
  return node;
}

// JSON's grammar, but for a sign '+' and a missing digit before the point. What YAML 1.1 reads as
// octal, hexadecimal or base 60 is no number here.
bool is_number(std::string_view text) {
  const auto skip_digits = [&] {
    const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(count);
    return count;
  };
  const auto accept = [&](std::string_view characters) {
    const bool is_there = !text.empty() && characters.find(text[0]) != std::string_view::npos;
    text.remove_prefix(is_there ? 1 : 0);
    return is_there;
  };
  accept("+-");
  const bool leads_with_zero = text.substr(0, 1) == "0";
  const std::size_t whole = skip_digits();
  const bool has_point = accept(".");
  const std::size_t fraction = has_point ? skip_digits() : 0;
  if (whole + fraction == 0 || (leads_with_zero && whole > 1)) {
    return false;
  }
  if (accept("eE")) {
    accept("+-");
    if (skip_digits() == 0) {
      return false;
    }
  }
  return text.empty();
}

ParamNode::Kind plain_kind(const std::string& text) {
  if (is_number(text)) {
    return ParamNode::Kind::kNumber;
  }
  const std::string lower = to_lower(text);
  if (lower.empty() || lower == "null" || lower == "~") {
    return ParamNode::Kind::kNull;
  }
  return lower == "true" || lower == "false" ? ParamNode::Kind::kBoolean : ParamNode::Kind::kText;
}

// Builds the document from the parser's events. The parser descends only after an event of ours has
// returned, so the depth limit holds before its recursion gets deep.
class DocumentBuilder : public YAML::EventHandler {
 public:
  explicit DocumentBuilder(const std::string& what) : what_(what) {}

  ParamNode take() {
    if (odd_name_) {
      fail(*odd_name_, "a list or mapping cannot be a name");
    }
    return std::move(root_);
  }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    fail(mark, "anchors and aliases are not supported");
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check(mark, "", anchor);
    add(mark, ParamNode{});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check(mark, tag, anchor);
    ParamNode node;
    // "!" marks a quoted scalar, "?" a plain one.
    node.kind = tag == "!" ? ParamNode::Kind::kText : plain_kind(value);
    node.text = value;
    if (tag != "!" && value == "<<") {
      fail(mark, "merge keys are not supported");
    }
    add(mark, std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    check(mark, tag, anchor);
    open(mark, ParamNode::Kind::kList);
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    check(mark, tag, anchor);
    open(mark, ParamNode::Kind::kMap);
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  struct Level {
    ParamNode* node;
    bool has_key = false;  // of a map: the key of the next value has been read
    std::string key;
  };

  [[noreturn]] void fail(const YAML::Mark& mark, const std::string& reason) const {
    throw DataError(what_ + ": line " + std::to_string(mark.line + 1) + ": " + reason);
  }

  void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (++nodes_ > kMostNodes) {
      fail(mark, "more than " + std::to_string(kMostNodes) + " values");
    }
    if (anchor != YAML::NullAnchor) {
      fail(mark, "anchors and aliases are not supported");
    }
    if (!tag.empty() && tag != "?" && tag != "!") {
      fail(mark, "the tag '" + printable(tag) + "' is not supported");
    }
  }

  // Where the node went; nullptr for the key of a map.
  ParamNode* add(const YAML::Mark& mark, ParamNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return &root_;
    }
    Level& level = open_.back();
    if (level.node->kind == ParamNode::Kind::kList) {
      level.node->entries.push_back({"", std::move(node)});
      return &level.node->entries.back().value;
    }
    if (!level.has_key) {
      if (node.kind == ParamNode::Kind::kList || node.kind == ParamNode::Kind::kMap) {
        // Said at the end: the parser takes one that is never closed for a name, and says so only
        // there.
        odd_name_ = odd_name_.value_or(mark);
        level.has_key = true;
        odd_names_.push_back(std::move(node));
        return &odd_names_.back();
      }
      const auto& entries = level.node->entries;
      if (std::any_of(entries.begin(), entries.end(),
                      [&](const ParamEntry& entry) { return entry.name == node.text; })) {
        fail(mark, "'" + printable(node.text) + "' is given twice");
      }
      level.key = std::move(node.text);
      level.has_key = true;
      return nullptr;
    }
    level.has_key = false;
    level.node->entries.push_back({level.key, std::move(node)});
    return &level.node->entries.back().value;
  }

  void open(const YAML::Mark& mark, ParamNode::Kind kind) {
    if (open_.size() == kDeepest) {
      fail(mark, "nested more than " + std::to_string(kDeepest) + " deep");
    }
    ParamNode node;
    node.kind = kind;
    // Stable: a map or list only grows while it is the innermost open one.
    open_.push_back({add(mark, std::move(node)), false, ""});
  }

  const std::string& what_;
  ParamNode root_;
  std::vector<Level> open_;
  std::optional<YAML::Mark> odd_name_;
  std::deque<ParamNode> odd_names_;  ///< what stands where a name should; they stay in place
  int nodes_ = 0;
};

}  // namespace

std::string_view describe(ParamNode::Kind kind) noexcept {
  switch (kind) {
    case ParamNode::Kind::kNull:
      return "nothing";
    case ParamNode::Kind::kBoolean:
      return "true or false";
    case ParamNode::Kind::kNumber:
      return "a number";
    case ParamNode::Kind::kText:
      return "a text";
    case ParamNode::Kind::kList:
      return "a list";
    case ParamNode::Kind::kMap:
      return "a mapping";
  }
  return "";
}

ParamNode parse_json_document(std::string_view text, const std::string& what) {
  return from_json(*parse_json(text, what, {static_cast<int>(kDeepest), kLargestText}));
}

ParamNode parse_yaml_document(std::string_view text, const std::string& what) {
  if (text.size() > kLargestText) {
    throw DataError(what + ": larger than " + std::to_string(kLargestText) + " bytes");
  }
  // The parser guesses UTF-16 and UTF-32 from NUL bytes; there is one encoding here.
  if (text.find('\0') != std::string_view::npos || valid_utf8(text) != text) {
    throw DataError(what + ": not UTF-8 text");
  }
  std::istringstream stream{std::string(text)};
  try {
    YAML::Parser parser(stream);
    DocumentBuilder document(what);
    if (!parser.HandleNextDocument(document)) {
      return {};
    }
    DocumentBuilder second(what);
    if (parser.HandleNextDocument(second)) {
      throw DataError(what + ": holds more than one document");
    }
    return document.take();
  } catch (const YAML::Exception& error) {
    throw DataError(
        what + ": not valid YAML" +
        (error.mark.is_null() ? "" : " at line " + std::to_string(error.mark.line + 1)) + ": " +
        printable(error.msg));
  }
}

}  // namespace netml
