#include "label_json.hpp"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "netml/core/text_format.hpp"

namespace netml {

// Each callback gives false to stop the parser; problem_ then says why.
class JsonFields::Handler : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Handler(std::vector<Field>& fields) : fields_(fields) {}

  const std::string& problem() const noexcept { return problem_; }

  bool null() override { return count(); }
  bool boolean(bool value) override { return add(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return add(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return add(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override { return add(text); }
  bool string(string_t& value) override { return add(value); }
  bool binary(binary_t&) override { return fail("not valid JSON"); }
  bool start_object(std::size_t) override { return open(true); }
  bool start_array(std::size_t) override {
    return open_.empty() ? fail("not a JSON object") : open(false);
  }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (!open_.back().keys.insert(name).second) {
      return fail("the key \"" + printable(name) + "\" is given twice");
    }
    path_.resize(open_.back().path_length);
    path_ += path_.empty() ? name : "." + name;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    return fail("not valid JSON at byte " + std::to_string(position));
  }

 private:
  struct Open {
    std::size_t path_length;
    bool is_object;
    std::set<std::string> keys;
  };

  bool fail(const std::string& problem) {
    if (problem_.empty()) {
      problem_ = problem;
    }
    return false;
  }
  bool count() { return ++values_ <= kMostValues || fail("more than 65536 JSON values"); }

  bool add(const std::string& value) {
    if (!count()) {
      return false;
    }
    if (open_.empty()) {
      return fail("not a JSON object");
    }
    if (arrays_ > 0) {
      return true;
    }
    const auto field = std::find_if(fields_.begin(), fields_.end(),
                                    [&](const Field& known) { return known.name == path_; });
    if (field == fields_.end()) {
      return true;
    }
    if (field->value) {  // {"id.orig_p":1,"id":{"orig_p":2}}
      return fail("the key \"" + printable(path_) + "\" is given twice");
    }
    field->value = value;
    return true;
  }

  bool open(bool is_object) {
    if (!count()) {
      return false;
    }
    if (open_.size() >= kDeepest) {
      return fail("nested more than 64 deep");
    }
    arrays_ += is_object ? 0 : 1;
    open_.push_back({path_.size(), is_object, {}});
    return true;
  }
  bool close() {
    arrays_ -= open_.back().is_object ? 0 : 1;
    open_.pop_back();
    return true;
  }

  std::vector<Field>& fields_;
  std::string problem_;
  std::string path_;
  std::vector<Open> open_;
  std::size_t values_ = 0;
  int arrays_ = 0;
};

JsonFields::JsonFields(std::vector<std::string> wanted) {
  for (std::string& name : wanted) {
    fields_.push_back({std::move(name), std::nullopt});
  }
}

std::string JsonFields::read(std::string_view text) {
  for (Field& field : fields_) {
    field.value.reset();
  }
  Handler handler(fields_);
  const bool is_good = nlohmann::json::sax_parse(valid_utf8(text), &handler);
  return is_good || !handler.problem().empty() ? handler.problem() : "not valid JSON";
}

std::optional<std::string_view> JsonFields::get(std::string_view name) const {
  for (const Field& field : fields_) {
    if (field.name == name) {
      return field.value ? std::optional<std::string_view>(*field.value) : std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace netml
