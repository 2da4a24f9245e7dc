#include "netml/commands/inspect.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>

#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "netml/commands/extraction.hpp"
#include "netml/commands/feature_file.hpp"
#include "netml/commands/run_summary.hpp"
#include "netml/core/error.hpp"
#include "netml/core/json_text.hpp"
#include "netml/core/output_file.hpp"
#include "netml/core/text_format.hpp"
#include "netml/models/detector.hpp"
#include "netml/table/container.hpp"
#include "netml/table/npz.hpp"

namespace netml {
namespace {

using nlohmann::ordered_json;

constexpr std::uint64_t kMostTableBytes = std::uint64_t{2} << 30;

// ---------------------------------------------------------------- models

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

std::string inspect_model(const std::string& path, std::string_view bytes, bool full) {
  const Detector detector = load_detector(bytes, path);  // refuses what is not sound
  const Container container = read_container(bytes, path);
  const JsonDocument description = parse_json(container.description, path + ": description");
  if (!full) {
    std::string text = printable(path) + ": netml model\n";
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

// ---------------------------------------------------------------- feature files

std::string column_line(const Table& table, std::size_t column) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  std::size_t missing = 0;
  bool is_number = false;
  for (std::size_t row = 0; row < table.row_count(); ++row) {
    const Cell cell = table.cell(row, column);
    missing += cell.kind == Cell::Kind::kMissing ? 1U : 0U;
    const double value = cell.number();
    if (!std::isnan(value)) {
      is_number = true;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  const ColumnInfo& info = table.schema().columns[column];
  std::string line = "  " + printable(info.name) + "  " + std::string(to_text(info.type));
  line += info.is_identity ? ", identity" : "";
  line += is_number ? ", " + number_text(low) + " to " + number_text(high) : "";
  return line + (missing != 0 ? ", " + std::to_string(missing) + " missing" : "") + "\n";
}

std::string inspect_table(const std::string& path) {
  const FeatureFile file = read_feature_file(path, kMostTableBytes);
  std::string text = printable(path) + ": feature table, " +
                     std::to_string(file.table.row_count()) + " rows, " +
                     std::to_string(file.table.schema().size()) + " columns\n";
  for (std::size_t i = 0; i < file.table.schema().size(); ++i) {
    text += column_line(file.table, i);
  }
  if (!file.recipe_json.empty()) {
    text += "recipe: " + printable_line(file.recipe_json) + "\n";
  }
  return text;
}

// ---------------------------------------------------------------- captures

class CountedFlows final : public RowReceiver {
 public:
  void begin(const Schema&, const Recipe&) override {}
  void row(const FlowRow& row) override {
    first_ns = std::min(first_ns, row.flow.first_ns());
    last_ns = std::max(last_ns, row.flow.last_ns());
    ++by_protocol[row.flow.key.protocol];
  }

  std::int64_t first_ns = INT64_MAX;
  std::int64_t last_ns = INT64_MIN;
  std::array<std::uint64_t, 256> by_protocol{};
};

std::string input_name(const std::string& path) {
  return path == "-" ? "standard input" : printable(path);
}

Inspection inspect_capture(const std::string& path) {
  CaptureInputs inputs;
  inputs.plain = {path};
  Recipe recipe;
  recipe.sets = {"flow"};
  Extraction extraction(inputs, recipe, {.threads = 0});
  CountedFlows flows;
  const ExtractResult result = extraction.run(flows);
  require_usable(result);
  report_inputs(result);
  const RunStats& stats = result.stats;
  std::string text = input_name(path) + ": capture, " + std::to_string(stats.packets_read) +
                     " packets, " + std::to_string(stats.bytes_read) + " captured bytes, " +
                     std::to_string(stats.flows_written) + " flows\n";
  if (flows.first_ns <= flows.last_ns) {
    text += "  from " + std::to_string(flows.first_ns) + " to " + std::to_string(flows.last_ns) +
            " ns since 1970 (" +
            number_text(static_cast<double>(flows.last_ns - flows.first_ns) / 1e9) + " s)\n";
  }
  for (std::size_t protocol = 0; protocol < flows.by_protocol.size(); ++protocol) {
    if (flows.by_protocol[protocol] != 0) {
      text += "  protocol " + std::to_string(protocol) + ": " +
              std::to_string(flows.by_protocol[protocol]) + " flows\n";
    }
  }
  for (const auto& [reason, packets] : stats.packets_skipped) {
    text += "  skipped, " + reason + ": " + std::to_string(packets) + " packets\n";
  }
  for (const InputOutcome& input : result.inputs) {
    text += input.message.empty() ? "" : "  damaged: " + input.message + "\n";
  }
  return {text, result.exit_status()};
}

bool looks_like_capture(std::string_view first) {
  constexpr std::string_view kMagics[] = {{"\xa1\xb2\xc3\xd4", 4}, {"\xd4\xc3\xb2\xa1", 4},
                                          {"\xa1\xb2\x3c\x4d", 4}, {"\x4d\x3c\xb2\xa1", 4},
                                          {"\x0a\x0d\x0d\x0a", 4}, {"\xa1\xb2\xcd\x34", 4},
                                          {"\x34\xcd\xb2\xa1", 4}};
  return std::any_of(std::begin(kMagics), std::end(kMagics),
                     [&](std::string_view magic) { return first.substr(0, 4) == magic; });
}

}  // namespace

Inspection inspect(const std::string& path, bool full) {
  struct stat status {};
  if (path == "-" || (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))) {
    return inspect_capture(path);  // a pipe can be read only once
  }
  char first[64];
  std::ifstream file(path, std::ios::binary);
  file.read(first, sizeof first);
  const std::string_view bytes(first, static_cast<std::size_t>(file.gcount()));
  if (looks_like_container(bytes)) {
    return {inspect_model(path, read_file(path, kMostModelBytes), full)};
  }
  if (bytes.empty() || looks_like_capture(bytes)) {
    return inspect_capture(path);
  }
  return {inspect_table(path)};
}

}  // namespace netml
