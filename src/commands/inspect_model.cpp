#include <algorithm>
#include <cstring>

#include <nlohmann/json.hpp>

#include "netml/commands/run_summary.hpp"
#include "netml/core/error.hpp"
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

ordered_json array_json(const ArrayView& array) {
  ordered_json values = ordered_json::array();
  const std::size_t size = size_of(array.dtype);
  for (std::size_t i = 0; i + size <= array.bytes.size(); i += size) {
    const char* at = array.bytes.data() + i;
    switch (array.dtype) {
      case Dtype::kF64: {
        double value = 0;
        std::memcpy(&value, at, sizeof value);
        values.push_back(value);
        break;
      }
      case Dtype::kI64: {
        std::int64_t value = 0;
        std::memcpy(&value, at, sizeof value);
        values.push_back(value);
        break;
      }
      case Dtype::kI32: {
        std::int32_t value = 0;
        std::memcpy(&value, at, sizeof value);
        values.push_back(value);
        break;
      }
      case Dtype::kU8:
        values.push_back(static_cast<std::uint8_t>(*at));
        break;
    }
  }
  return {{"dtype", to_text(array.dtype)}, {"shape", array.shape}, {"values", values}};
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
    text += "  reference_rows: " + std::to_string(detector.reference.keys.size()) +
            " training flows with their addresses are inside\n";
    return text;
  }
  ordered_json all;
  all["description"] = *description;
  for (const ArrayView& array : container.arrays) {
    all["arrays"][array.name] = array_json(array);
  }
  return all.dump(2) + "\n";
}

}  // namespace netml
