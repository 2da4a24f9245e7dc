#include <cmath>
#include <map>
#include <vector>

#include <nlohmann/json.hpp>

#include "netml/commands/run_summary.hpp"
#include "netml/core/error.hpp"
#include "netml/core/json_text.hpp"
#include "netml/core/output_file.hpp"
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
    range.add(value.is_number() ? value.get<double>() : std::nan(""));
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

class Members {
 public:
  void add(const nlohmann::json& object, const std::string& what) {
    for (const auto& [name, value] : object.items()) {
      const auto place = places_.try_emplace(name, members_.size());
      if (place.second) {
        members_.push_back({name, "", {}});
      }
      if (members_.size() > kMostNames) {
        throw DataError(what + ": more than " + std::to_string(kMostNames) + " names");
      }
      members_[place.first->second].add(value);
    }
  }
  const std::vector<Member>& all() const noexcept { return members_; }

 private:
  std::map<std::string, std::size_t, std::less<>> places_;
  std::vector<Member> members_;
};

}  // namespace

std::string inspect_json_lines(const std::string& path) {
  const std::string bytes = read_file(path, kMostBytes);
  Members members;
  std::size_t rows = 0, line = 0;
  for (const std::string& text : split(bytes, '\n')) {
    ++line;
    if (trim(text).empty()) {
      continue;
    }
    const std::string what = input_name(path) + ": line " + std::to_string(line);
    const JsonDocument object = parse_json(text, what, {.depth = 4});
    if (!object->is_object()) {
      throw DataError(what + ": not a JSON object");
    }
    members.add(*object, what);
    ++rows;
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
