#include <algorithm>
#include <cstring>
#include <vector>

#include <nlohmann/json.hpp>

#include "netml/core/error.hpp"
#include "netml/core/input_file.hpp"
#include "netml/core/json_text.hpp"
#include "netml/core/text_format.hpp"
#include "netml/models/detector.hpp"
#include "netml/table/container.hpp"

#include "inspect_parts.hpp"

namespace netml {
namespace {

using nlohmann::ordered_json;

std::string scalar_text(const nlohmann::json& value) {
  if (value.is_string()) {
    return printable(value.get<std::string>());
  }
  if (value.is_number_float()) {
    return number_text(value.get<double>());
  }
  return value.is_null() ? "none" : value.dump();
}

bool is_flat_list(const nlohmann::json& value) {
  return value.is_array() &&
         std::none_of(value.begin(), value.end(),
                      [](const nlohmann::json& item) { return item.is_structured(); });
}

std::string list_text(const nlohmann::json& list) {
  std::string text;
  for (const nlohmann::json& item : list) {
    text += (text.empty() ? "" : ", ") + scalar_text(item);
  }
  return text.empty() ? "none" : text;
}

// Names and values, indented by depth. The description was parsed with a depth limit.
void append_card(std::string& text, const nlohmann::json& object, int depth) {
  for (const auto& [key, value] : object.items()) {
    const std::string indent(static_cast<std::size_t>(depth) * 2, ' ');
    if (object.is_array() && value.is_object() && !value.empty()) {
      // The item's first line carries the dash: "- name: gamma".
      const std::size_t item = text.size();
      append_card(text, value, depth + 1);
      text.replace(item + indent.size(), 2, "- ");
    } else if (value.is_object() || (value.is_array() && !is_flat_list(value))) {
      text += indent + (object.is_array() ? "-" : printable(key)) + ":\n";
      append_card(text, value, depth + 1);
    } else {
      text += indent + (object.is_array() ? "- " : printable(key) + ": ") +
              (value.is_array() ? list_text(value) : scalar_text(value)) + "\n";
    }
  }
}

// Lines of JSON moved to the right, but for the first.
std::string indented(const std::string& lines, std::size_t spaces) {
  std::string text;
  for (const char c : lines) {
    text += c;
    if (c == '\n') {
      text.append(spaces, ' ');
    }
  }
  return text;
}

template <typename T>
void append_value(std::string& text, const char* at) {
  T value{};
  std::memcpy(&value, at, sizeof value);
  text += ordered_json(value).dump();
}

// As dump(2) has it, two levels deep. Value by value: a JSON value takes 16 bytes, and arrays of
// bytes have many.
void append_array(std::string& text, const ArrayView& array) {
  const ordered_json head = {{"dtype", to_text(array.dtype)}, {"shape", array.shape}};
  text += indented(head.dump(2), 4);
  text.erase(text.rfind('\n'));
  text += ",\n      \"values\": [";
  const std::size_t size = size_of(array.dtype);
  for (std::size_t i = 0; i + size <= array.bytes.size(); i += size) {
    const char* at = array.bytes.data() + i;
    text += i == 0 ? "\n        " : ",\n        ";
    switch (array.dtype) {
      case Dtype::kF64:
        append_value<double>(text, at);
        break;
      case Dtype::kI64:
        append_value<std::int64_t>(text, at);
        break;
      case Dtype::kI32:
        append_value<std::int32_t>(text, at);
        break;
      case Dtype::kU8:
        append_value<std::uint8_t>(text, at);
        break;
    }
  }
  text += array.bytes.empty() ? "]\n    }" : "\n      ]\n    }";
}

std::string full_text(const nlohmann::json& description, const Container& container) {
  std::string text = "{\n  \"description\": " + indented(description.dump(2), 2);
  text += ",\n  \"arrays\": {";
  const char* separator = "\n    ";
  for (const ArrayView& array : container.arrays) {
    text += separator;
    text += ordered_json(array.name).dump();
    text += ": ";
    append_array(text, array);
    separator = ",\n    ";
  }
  text += "\n  }\n}\n";
  return text;
}

// Which addresses of the training flows are pseudonyms, going by the card.
struct Pseudonymity {
  std::vector<std::string> columns;
  std::string kind = "digests";
};

Pseudonymity pseudonymity(const nlohmann::json& description) {
  Pseudonymity found;
  const auto member = [](const nlohmann::json* object, const char* name) {
    const bool has_it = object != nullptr && object->is_object() && object->contains(name);
    return has_it ? &(*object)[name] : nullptr;
  };
  const nlohmann::json* anonymized = member(member(&description, "training"), "anonymized");
  const nlohmann::json* columns = member(anonymized, "columns");
  for (const char* name : {"src_ip", "dst_ip"}) {
    if (columns != nullptr && std::find(columns->begin(), columns->end(), name) != columns->end()) {
      found.columns.emplace_back(name);
    }
  }
  const nlohmann::json* mode = member(anonymized, "mode");
  if (mode != nullptr && *mode == "prefix") {
    found.kind = "pseudonyms that keep prefixes";
  }
  return found;
}

std::string reference_line(const Detector& detector, const nlohmann::json& description) {
  const std::vector<std::string>& keys = detector.reference.keys;
  const bool is_known =
      std::any_of(keys.begin(), keys.end(), [](const std::string& key) { return !key.empty(); });
  const auto [hidden, kind] = pseudonymity(description);
  const std::string text = "  reference_rows: " + std::to_string(keys.size()) + " training flows ";
  if (!is_known) {
    return text + "without addresses are inside\n";
  }
  if (hidden.size() == 2) {
    return text + "with " + kind + " in place of addresses are inside\n";
  }
  return text + "with their addresses are inside" +
         (hidden.empty() ? "" : "; " + hidden.front() + " as " + kind) + "\n";
}

}  // namespace

std::string inspect_model(const std::string& path, std::string_view bytes, bool full) {
  const std::string what = path == "-" ? input_name(path) : path;
  const Detector detector = load_detector(bytes, what);  // refuses what is not sound
  const Container container = read_container(bytes, what);
  const JsonDocument description = parse_json(container.description, what + ": description");
  if (!full) {
    std::string text = input_name(path) + ": netml model\n";
    append_card(text, *description, 1);
    text += reference_line(detector, *description);
    return text;
  }
  return full_text(*description, container);
}

}  // namespace netml
