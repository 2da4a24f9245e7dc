#include "extract_line.hpp"

#include <CLI/CLI.hpp>

#include "netml/commands/extract.hpp"
#include "netml/core/error.hpp"
#include "netml/features/registry.hpp"

#include "declare.hpp"
#include "option_groups.hpp"

namespace netml::cli {
namespace {

constexpr const char* kDefaultFeatures = "flow,statistics";

}  // namespace

void add_extract_options(CLI::App& command, ExtractText& text,
                         const std::string& default_features) {
  add_captures(command, text.captures);
  add_labels(command, text.labels);
  add_flow_rules(command, text.flow);
  add_features(command, text.features, default_features);
  auto& group = *command.add_option_group("Output");
  add_file(group, "-o,--output,-f,--feature", text.output,
           "where the table goes; - is standard output")
      ->capture_default_str();
  add_text(group, "--format", text.format, "FORMAT", "csv, jsonl or npz (by the suffix, else csv)");
  group.add_flag("--raw-text", text.raw_text,
                 "leave control characters and formulas in text cells");
  add_count(group, "--limit", text.limit, "stop after N flows");
}

int extract_with(const ExtractText& text, const std::string& default_features,
                 const RunContext& context) {
  ExtractCommand command;
  command.recipe = make_recipe(text.flow, text.features, default_features);
  command.inputs = make_inputs(text.captures, text.labels, command.recipe.preset);
  command.output = text.output;
  if (is_representation(text.output) || text.output == "flow" || text.output == "biflow") {
    throw UsageError("--feature names the output file; for the set of columns write --features " +
                     text.output);
  }
  command.format = text.format;
  command.raw_text = text.raw_text;
  command.flow_limit = text.limit.value_or(0);
  return run_extract(command, context);
}

void ExtractLine::add_to(CLI::App& app) {
  CLI::App* command = app.add_subcommand("extract", "captures -> one row per flow (features)");
  add_extract_options(*command, text_, kDefaultFeatures);
  command->footer(
      "Examples:\n  netml extract capture.pcap --output flows.csv\n"
      "  tcpdump -w - | netml extract --features flow,splt:20 --format jsonl");
  command->callback(
      [this] { run_ = [this] { return extract_with(text_, kDefaultFeatures, context_); }; });
}

}  // namespace netml::cli
