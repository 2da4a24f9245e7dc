#include "netml/models/params.hpp"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "netml/core/error.hpp"
#include "netml/core/input_file.hpp"
#include "netml/core/suggest.hpp"
#include "netml/core/text_format.hpp"

#include "param_document.hpp"

namespace netml {
namespace {

constexpr std::size_t kLargestFile = std::size_t{1} << 20;

bool is_choice(const ParamSpec& spec, std::string_view text) {
  return std::find(spec.choices.begin(), spec.choices.end(), text) != spec.choices.end();
}

bool in_range(const ParamSpec& spec, double value) {
  return (spec.low_is_open ? value > spec.low : value >= spec.low) && value <= spec.high;
}

std::string range_text(const ParamSpec& spec) {
  const std::string kind = spec.type == ParamType::kInteger ? "a whole number" : "a number";
  const std::string low = (spec.low_is_open ? " above " : " from ") + number_text(spec.low);
  if (spec.high >= 1e300) {
    return kind + low + (spec.low_is_open ? "" : " up");
  }
  return kind + low + (spec.low_is_open ? ", at most " : " to ") + number_text(spec.high);
}

// "a, b" as "a,b"; nothing where a name is not a choice, or stands twice.
std::optional<Params::Value> names_value(const ParamSpec& spec, std::string_view text) {
  std::vector<std::string> names;
  for (const std::string& part : split(text, ',')) {
    const std::string name(trim(part));
    if (!is_choice(spec, name) || std::find(names.begin(), names.end(), name) != names.end()) {
      return std::nullopt;
    }
    names.push_back(name);
  }
  return names.empty() ? std::nullopt : std::optional<Params::Value>(join(names, ","));
}

std::optional<Params::Value> value_of(const ParamSpec& spec, std::string_view text) {
  if (spec.type == ParamType::kNames) {
    return names_value(spec, text);
  }
  if (spec.type == ParamType::kChoice ||
      (spec.type == ParamType::kRealOrChoice && is_choice(spec, text))) {
    return is_choice(spec, text) ? std::optional<Params::Value>(std::string(text)) : std::nullopt;
  }
  if (text.starts_with('+')) {
    text.remove_prefix(1);
  }
  if (spec.type == ParamType::kInteger) {
    const auto number = parse_i64(text);
    return number && in_range(spec, static_cast<double>(*number))
               ? std::optional<Params::Value>(*number)
               : std::nullopt;
  }
  const auto number = parse_double(text);
  return number && in_range(spec, *number) ? std::optional<Params::Value>(*number) : std::nullopt;
}

const ParamSpec* find_spec(const ParamSchema& schema, std::string_view name) {
  const auto found = std::find_if(schema.begin(), schema.end(),
                                  [&](const ParamSpec& spec) { return spec.name == name; });
  return found == schema.end() ? nullptr : &*found;
}

std::vector<std::string> names_of(const ParamSchema& schema) {
  std::vector<std::string> names;
  for (const ParamSpec& spec : schema) {
    names.push_back(spec.name);
  }
  return names;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The mapping that holds this algorithm's parameters: the document itself, or what it has under the
// algorithm's name.
const ParamNode& select(const ParamNode& document, const AlgorithmNames& names,
                        const std::string& what) {
  const auto is_keyed = [&](const ParamEntry& entry) {
    return contains(names.all, entry.name) && entry.value.kind == ParamNode::Kind::kMap;
  };
  if (std::none_of(document.entries.begin(), document.entries.end(), is_keyed)) {
    return document;
  }
  const ParamNode* own = nullptr;
  for (const ParamEntry& entry : document.entries) {
    if (!is_keyed(entry)) {
      throw DataError(what + ": '" + printable(entry.name) +
                      "' stands beside parameters that are keyed by algorithm" +
                      did_you_mean(entry.name, names.all));
    }
    own = own == nullptr && contains(names.own, entry.name) ? &entry.value : own;
  }
  if (own == nullptr) {
    throw DataError(what + ": holds parameters of " + printable(document.entries[0].name) +
                    ", none of " + names.own[0]);
  }
  return *own;
}

// What a parameter is given as, as text; nothing where it is not of the parameter's kind.
std::optional<std::string> given_text(const ParamSpec& spec, const ParamNode& node) {
  using Kind = ParamNode::Kind;
  if (spec.type == ParamType::kNames && node.kind == Kind::kList) {
    std::string text;
    for (const ParamEntry& item : node.entries) {
      if (item.value.kind != Kind::kText) {
        return std::nullopt;
      }
      text += (text.empty() ? "" : ",") + item.value.text;
    }
    return text;
  }
  if (node.kind == Kind::kNumber && spec.type != ParamType::kChoice &&
      spec.type != ParamType::kNames) {
    return node.text;
  }
  // YAML also writes True and TRUE.
  const std::string word = node.kind == Kind::kBoolean ? to_lower(node.text) : node.text;
  const bool is_word = node.kind == Kind::kText || node.kind == Kind::kBoolean;
  const bool is_known = spec.type == ParamType::kNames || is_choice(spec, word);
  return is_word && is_known ? std::optional(word) : std::nullopt;
}

Params bind_document(const ParamNode& document, const std::string& what, const ParamSchema& schema,
                     const AlgorithmNames& names) {
  if (document.kind != ParamNode::Kind::kMap) {
    throw DataError(what + ": " + std::string(describe(document.kind)) +
                    " where a mapping of parameter names to values is expected");
  }
  Params params(schema);
  for (const ParamEntry& entry : select(document, names, what).entries) {
    const ParamSpec* spec = find_spec(schema, entry.name);
    if (spec == nullptr) {
      const std::vector<std::string> known = names_of(schema);
      throw DataError(what + ": " + names.own[0] + " has no parameter '" + printable(entry.name) +
                      "'" + did_you_mean(entry.name, known) + " (it has " + join(known, ", ") +
                      ")");
    }
    const ParamNode& node = entry.value;
    const std::optional<std::string> text = given_text(*spec, node);
    if (!text) {
      const bool has_text =
          node.kind == ParamNode::Kind::kText || node.kind == ParamNode::Kind::kNumber;
      throw DataError(
          what + ": " + spec->name + " is " +
          (has_text ? "'" + printable(node.text) + "'" : std::string(describe(node.kind))) +
          ", but must be " + allowed_values(*spec));
    }
    params.set(spec->name, *text, what);
  }
  return params;
}

// What begins like a JSON object is tried as one first: YAML has its own ideas about tabs.
ParamNode parse_document(std::string_view text, bool is_json, const std::string& what) {
  if (is_json) {
    return parse_json_document(text, what);
  }
  if (trim(text).starts_with('{')) {
    try {
      return parse_json_document(text, what);
    } catch (const DataError&) {
    }
  }
  return parse_yaml_document(text, what);
}

// A value of a model file as text for Params::set; a number in quotes is not what we write.
std::string stored_text(const nlohmann::json& value, const ParamSpec& spec) {
  std::string text;
  if (value.is_string() &&
      (spec.type == ParamType::kNames || is_choice(spec, value.get_ref<const std::string&>()))) {
    text = value.get_ref<const std::string&>();
  } else if (value.is_number_unsigned()) {
    append_number(text, value.get<std::uint64_t>());
  } else if (value.is_number_integer()) {
    append_number(text, value.get<std::int64_t>());
  } else if (value.is_number_float()) {
    append_python_repr(text, value.get<double>());
  }
  return text;
}

bool is_file(const std::string& path) {
  struct stat status {};
  return !path.empty() && path.find('\0') == std::string::npos &&
         stat(path.c_str(), &status) == 0 && !S_ISDIR(status.st_mode);
}

}  // namespace

std::string allowed_values(const ParamSpec& spec) {
  std::string text = join(spec.choices, ", ");
  if (spec.type == ParamType::kChoice) {
    return text;
  }
  if (spec.type == ParamType::kNames) {
    return "one or several of " + text;
  }
  return text.empty() ? range_text(spec) : text + " or " + range_text(spec);
}

Params::Params(ParamSchema schema) : schema_(std::move(schema)) {
  for (const ParamSpec& spec : schema_) {
    const auto value = value_of(spec, spec.default_text);
    if (!value) {
      throw InternalError("the default of parameter '" + spec.name + "' is outside its schema");
    }
    entries_[spec.name] = {*value, false};
  }
}

const Params::Entry& Params::entry(std::string_view name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) {
    throw InternalError("no parameter '" + std::string(name) + "'");
  }
  return found->second;
}

double Params::real(std::string_view name) const {
  const Value& value = entry(name).value;
  if (const auto* number = std::get_if<double>(&value)) {
    return *number;
  }
  throw InternalError("parameter '" + std::string(name) + "' is not a number");
}

std::int64_t Params::integer(std::string_view name) const {
  if (const auto* number = std::get_if<std::int64_t>(&entry(name).value)) {
    return *number;
  }
  throw InternalError("parameter '" + std::string(name) + "' is not a whole number");
}

const std::string& Params::text(std::string_view name) const {
  if (const auto* text = std::get_if<std::string>(&entry(name).value)) {
    return *text;
  }
  throw InternalError("parameter '" + std::string(name) + "' is not a text");
}

bool Params::is_number(std::string_view name) const {
  return !std::holds_alternative<std::string>(entry(name).value);
}

void Params::set(std::string_view name, std::string_view text, const std::string& what) {
  const ParamSpec* spec = find_spec(schema_, name);
  if (spec == nullptr) {
    throw DataError(what + ": no parameter '" + printable(name) + "'" +
                    did_you_mean(name, names_of(schema_)));
  }
  const auto value = value_of(*spec, text);
  if (!value) {
    throw DataError(what + ": " + spec->name + " is '" + printable(text) + "', but must be " +
                    allowed_values(*spec));
  }
  entries_[spec->name] = {*value, true};
}

nlohmann::json Params::to_json() const {
  nlohmann::json values = nlohmann::json::object();
  for (const auto& [name, entry] : entries_) {
    nlohmann::json& place = values[name];
    std::visit([&place](const auto& value) { place = value; }, entry.value);
  }
  return values;
}

std::vector<std::string> Params::given() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) {
    if (entry.is_given) {
      names.push_back(name);
    }
  }
  return names;
}

Params Params::from_json(ParamSchema schema, const nlohmann::json& values,
                         const nlohmann::json& given, const std::string& what) {
  Params params(std::move(schema));
  if (!values.is_object() || values.size() != params.schema_.size() || !given.is_array()) {
    throw DataError(what + ": not the parameters of this algorithm");
  }
  for (const ParamSpec& spec : params.schema_) {
    const auto value = values.find(spec.name);
    if (value == values.end()) {
      throw DataError(what + ": parameter '" + spec.name + "' is missing");
    }
    params.set(spec.name, stored_text(*value, spec), what);
    const auto is_name = [&](const nlohmann::json& name) {
      return name.is_string() && name.get_ref<const std::string&>() == spec.name;
    };
    params.entries_[spec.name].is_given = std::any_of(given.begin(), given.end(), is_name);
  }
  return params;
}

Params parse_params(std::string_view text, bool is_json, const std::string& what,
                    const ParamSchema& schema, const AlgorithmNames& names) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  return bind_document(parse_document(text, is_json, what), what, schema, names);
}

Params read_params(const std::string& text_or_path, const ParamSchema& schema,
                   const AlgorithmNames& names) {
  if (text_or_path.empty()) {
    return Params(schema);
  }
  if (!is_file(text_or_path)) {
    if (text_or_path.find_first_of(":{") == std::string::npos) {
      throw DataError("--param: '" + printable(text_or_path) +
                      "' is neither a file nor parameters like 'nu: 0.1'");
    }
    return parse_params(text_or_path, false, "--param", schema, names);
  }
  const std::string text = read_file(text_or_path, kLargestFile);
  return parse_params(text, to_lower(text_or_path).ends_with(".json"), printable(text_or_path),
                      schema, names);
}

}  // namespace netml
