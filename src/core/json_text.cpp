#include "netml/core/json_text.hpp"

#include <cmath>
#include <set>
#include <vector>

#include <nlohmann/json.hpp>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

namespace netml {
namespace {

using nlohmann::json;

// Bottom up: then no destructor of a container finds anything in it. On the containers themselves,
// whose iterators never throw as those of json may.
void take_apart(json& value) noexcept {
  if (auto* const items = value.get_ptr<json::array_t*>()) {
    for (json& item : *items) {
      take_apart(item);
    }
    items->clear();
  } else if (auto* const members = value.get_ptr<json::object_t*>()) {
    for (auto& [name, item] : *members) {
      take_apart(item);
    }
    members->clear();
  }
}

// Builds the value through the event interface, so that depth and keys are checked before the
// parser goes on.
class CheckedBuilder : public nlohmann::json_sax<json> {
 public:
  CheckedBuilder(const std::string& what, const JsonLimits& limits, json& root)
      : what_(what), max_depth_(limits.depth), values_left_(limits.values), root_(root) {}

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t& text) override {
    if (!std::isfinite(value)) {
      fail("number " + printable(text) + " is out of range");
    }
    return add(value);
  }
  bool string(string_t& value) override { return add(value); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(json::object()); }
  bool start_array(std::size_t) override { return open(json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (open_.back()->contains(name)) {
      fail("key \"" + printable(name) + "\" is given twice");
    }
    key_ = name;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    fail("not valid JSON at byte " + std::to_string(position));
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const {
    throw DataError(what_ + ": " + reason);
  }

  json* place(json value) {
    if (values_left_-- == 0) {
      fail("too many values");
    }
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    json& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    return &(parent[key_] = std::move(value));
  }
  bool add(json value) {
    place(std::move(value));
    return true;
  }
  bool open(json value) {
    if (static_cast<int>(open_.size()) >= max_depth_) {
      fail("nested more than " + std::to_string(max_depth_) + " deep");
    }
    open_.push_back(place(std::move(value)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  const std::string& what_;
  const int max_depth_;
  std::size_t values_left_;
  json& root_;
  std::vector<json*> open_;  // stable: a container only grows while it is the innermost one
  std::string key_;
};

}  // namespace

JsonDocument::JsonDocument() : value_(std::make_unique<json>()) {}
JsonDocument::JsonDocument(JsonDocument&& other) noexcept = default;

JsonDocument& JsonDocument::operator=(JsonDocument&& other) noexcept {
  std::swap(value_, other.value_);
  return *this;
}

JsonDocument::~JsonDocument() {
  if (value_) {
    take_apart(*value_);
  }
}

JsonDocument parse_json(std::string_view text, const std::string& what, JsonLimits limits) {
  if (text.size() > limits.bytes) {
    throw DataError(what + ": larger than " + std::to_string(limits.bytes) + " bytes");
  }
  JsonDocument document;
  CheckedBuilder builder(what, limits, *document.value_);
  if (!json::sax_parse(text, &builder)) {
    throw DataError(what + ": not valid JSON");
  }
  return document;
}

}  // namespace netml
