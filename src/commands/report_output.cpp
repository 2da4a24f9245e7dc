#include "netml/commands/report_output.hpp"

#include <nlohmann/json.hpp>

#include "netml/core/error.hpp"
#include "netml/core/json_text.hpp"
#include "netml/core/text_format.hpp"
#include "netml/dataset/scaler.hpp"

namespace netml {
namespace {

using nlohmann::json;

constexpr int kMostCardDepth = 16;

std::string value_text(const json& value) {
  if (value.is_string()) {
    return printable(value.get<std::string>());
  }
  if (value.is_number_float()) {
    return number_text(value.get<double>());
  }
  if (value.is_null()) {
    return "none";
  }
  if (!value.is_structured()) {
    return value.dump();
  }
  std::string text;
  for (const auto& [key, item] : value.items()) {
    text += (text.empty()        ? ""
             : value.is_object() ? ", "
                                 : "; ") +
            (value.is_object() ? printable(key) + " " : std::string()) + value_text(item);
  }
  return text.empty() ? "none" : text;
}

std::string parameters_text(const Detector& detector) {
  std::string text = value_text(detector.params->to_json());
  for (const DerivedValue& value : detector.fit.derived) {
    text += "; " + printable(value.name) + " = " + number_text(value.value) + " (" +
            printable(value.rule) + ")";
  }
  return text;
}

}  // namespace

Report report_of(const Detector& detector) {
  Report report;
  report.summary = "Algorithm " + detector.algorithm + " on " +
                   std::to_string(detector.columns.size()) + " columns.";
  report.threshold = detector.threshold;
  report.alpha = detector.alpha;
  report.rate_bound = detector.rate_bound;
  report.warnings = detector.warnings;
  report.card = {{"algorithm", detector.algorithm},
                 {"parameters", parameters_text(detector)},
                 {"scaling", std::string(to_text(detector.scaler.scaling()))},
                 {"seed", std::to_string(detector.seed)},
                 {"threshold", detector.threshold ? number_text(*detector.threshold) : "none"},
                 {"threshold rule", std::string(to_text(detector.threshold_rule))},
                 {"calibration", std::to_string(detector.calibration.size()) + " scores, " +
                                     std::string(to_text(detector.calibration_source))}};
  if (!detector.card_json.empty()) {
    const JsonDocument card = parse_json(detector.card_json, "card", {kMostCardDepth});
    for (const auto& [key, value] : card->items()) {
      report.card.emplace_back(printable(key), value_text(value));
    }
  }
  if (!detector.recipe_json.empty()) {
    const JsonDocument recipe = parse_json(detector.recipe_json, "recipe", {kMostCardDepth});
    report.card.emplace_back("measured with", value_text(*recipe));
  }
  std::string columns;
  for (const std::string& name : detector.columns) {
    columns += (columns.empty() ? "" : ", ") + printable(name);
  }
  report.card.emplace_back("columns", columns);
  return report;
}

std::string report_twin_path(const std::string& path) {
  if (path.empty()) {
    return path;
  }
  const std::string_view name = base_name(path);
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0
             ? path + ".json"
             : path.substr(0, path.size() - name.size() + dot) + ".json";
}

void check_report_path(const std::string& path) {
  if (path == "-") {
    throw UsageError(
        "--report: a page and its numbers as JSON are two files, and standard output is one; name "
        "the page, as in page.html");
  }
  if (!path.empty() && report_twin_path(path) == path) {
    throw UsageError(printable(path) +
                     ": --report writes a page, and its numbers as JSON beside it under this name; "
                     "let the page end in .html");
  }
}

void open_report(OutputGroup& files, const std::string& path) {
  if (!path.empty()) {
    files.file(path);
    files.file(report_twin_path(path));
  }
}

void write_report(OutputGroup& files, const std::string& path, const Report& report) {
  files.file(path).write(report_html(report));
  files.file(report_twin_path(path)).write(report_json(report));
}

}  // namespace netml
