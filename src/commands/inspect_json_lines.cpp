#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include <nlohmann/json.hpp>

#include "netml/commands/columns.hpp"
#include "netml/core/error.hpp"
#include "netml/core/input_file.hpp"
#include "netml/core/json_text.hpp"
#include "netml/core/text_format.hpp"
#include "netml/table/identity.hpp"

#include "inspect_parts.hpp"
#include "value_range.hpp"

namespace netml {
namespace {

constexpr std::size_t kMostBytes = std::size_t{2} << 30;
constexpr std::size_t kMostNames = 65536;

// What stands under one name.
struct Member {
  std::string name;
  std::string type;  ///< empty: only null so far
  ValueRange range;

  void add(const nlohmann::json& value) {
    if (value.is_null()) {
      range.add_missing();
      return;
    }
    if (value.is_number_integer() &&
        !(value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX)) {
      range.add(value.get<std::int64_t>());
    } else {
      range.add(value.is_number() ? value.get<double>() : std::nan(""));
    }
    const std::string own = value.is_number_float()      ? "f64"
                            : value.is_number_unsigned() ? "u64"
                            : value.is_number()          ? "i64"
                            : value.is_array()           ? "list"
                                                         : "text";
    const bool is_number = type != "text" && type != "list" && own != "text" && own != "list";
    type = type.empty() || type == own     ? own
           : !is_number                    ? "text"
           : type == "f64" || own == "f64" ? "f64"
                                           : "i64";
  }
};

// The names of an object as its text has them. Builds no values: those would go through nlohmann's
// destructor (see JsonDocument).
class NamesInOrder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  /// Requires: parse_json has taken the text.
  static std::vector<std::string> of(std::string_view text) {
    NamesInOrder reader;
    nlohmann::json::sax_parse(text, &reader);
    return std::move(reader.names_);
  }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return enter(); }
  bool start_array(std::size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }
  bool key(string_t& name) override {
    if (depth_ == 1) {
      names_.push_back(name);
    }
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool enter() { return ++depth_ > 0; }
  bool leave() { return --depth_ >= 0; }

  std::vector<std::string> names_;
  int depth_ = 0;
};

class Members {
 public:
  /// `text`: the object as the file has it.
  void add(const nlohmann::json& object, std::string_view text, const std::string& what) {
    add_names(object, text, what);
    for (const auto& [name, value] : object.items()) {
      members_[places_.find(name)->second].add(value);
    }
  }
  const std::vector<Member>& all() const noexcept { return members_; }
  bool has_known_name() const {
    std::vector<std::string> names(members_.size());
    std::transform(members_.begin(), members_.end(), names.begin(),
                   [](const Member& member) { return member.name; });
    return has_known_column(names);
  }

 private:
  // Names that are new, in the order of the file: a parsed object has them in that of their names.
  void add_names(const nlohmann::json& object, std::string_view text, const std::string& what) {
    const bool knows_all =
        std::all_of(object.items().begin(), object.items().end(),
                    [&](const auto& item) { return places_.find(item.key()) != places_.end(); });
    if (knows_all) {
      return;
    }
    for (const std::string& name : NamesInOrder::of(text)) {
      if (places_.emplace(name, members_.size()).second) {
        members_.push_back({name, "", {}});
      }
    }
    if (members_.size() > kMostNames) {
      throw DataError(what + ": more than " + std::to_string(kMostNames) + " names");
    }
  }

  std::map<std::string, std::size_t, std::less<>> places_;
  std::vector<Member> members_;
};

}  // namespace

namespace {

// A document over several lines, or a list: what a line says of it would not help.
void refuse_document(std::string_view bytes, const std::string& what) {
  constexpr JsonLimits kLimits{.depth = 64, .bytes = std::size_t{64} << 20, .values = 1'000'000};
  try {
    static_cast<void>(parse_json(bytes, what, kLimits));
  } catch (const DataError&) {
    return;
  }
  throw DataError(what + ": a JSON document, not JSON Lines, which have one object a line");
}

JsonDocument object_of(std::string_view line, const std::string& what, const std::string& bytes,
                       const std::string& path) {
  try {
    JsonDocument object = parse_json(line, what, {.depth = 4});
    if (object->is_object()) {
      return object;
    }
  } catch (const DataError&) {
    refuse_document(bytes, input_name(path));
    throw;
  }
  refuse_document(bytes, input_name(path));
  throw DataError(what + ": not a JSON object");
}

}  // namespace

std::string inspect_json_lines(const std::string& path) {
  const std::string bytes = read_file(path, kMostBytes);
  Members members;
  std::size_t rows = 0, line = 0;
  for (std::string_view rest = bytes; !rest.empty();) {
    const std::string_view text = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(text.size() + 1, rest.size()));
    ++line;
    if (trim(text).empty()) {
      continue;
    }
    const std::string what = input_name(path) + ": line " + std::to_string(line);
    members.add(*object_of(text, what, bytes, path), text, what);
    ++rows;
  }
  if (!members.has_known_name()) {
    throw DataError(input_name(path) +
                    ": JSON Lines, but no feature table: no name in it is one that netml knows");
  }
  std::string text = input_name(path) + ": JSON Lines, " + std::to_string(rows) + " rows, " +
                     std::to_string(members.all().size()) + " columns\n";
  for (const Member& member : members.all()) {
    text += "  " + printable(member.name) + "  " + (member.type.empty() ? "null" : member.type) +
            (is_identity_name(member.name) ? ", identity" : "") + member.range.text() + "\n";
  }
  return text;
}

}  // namespace netml
