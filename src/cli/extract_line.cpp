#include "extract_line.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>

#include "netml/commands/extract.hpp"
#include "netml/commands/flow_rows.hpp"
#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"
#include "netml/features/registry.hpp"

#include "declare.hpp"
#include "option_groups.hpp"

namespace netml::cli {
namespace {

constexpr const char* kDefaultFeatures = "flow,statistics";

// Rows of a piece, and how many pieces stay.
void set_rotation(const ExtractText& text, ExtractCommand& command) {
  if (text.rotate && *text.rotate == 0) {
    throw UsageError("--rotate: a piece has at least 1 row");
  }
  if (text.keep && !text.rotate) {
    throw UsageError("--keep goes with --rotate ROWS");
  }
  if (text.keep && *text.keep == 0) {
    throw UsageError("--keep: at least 1 piece stays");
  }
  command.rotate_rows = text.rotate.value_or(0);
  command.keep_pieces = text.keep.value_or(0);
}

// Labels are no columns of the recipe: they are taken out of it, their place is kept.
void take_out_labels(ExtractCommand& command) {
  std::vector<std::string>& columns = command.recipe.columns;
  if (!command.inputs.has_labels() || has_own_label(command.recipe.sets) ||
      std::none_of(columns.begin(), columns.end(), is_label_column)) {
    return;
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (is_label_column(columns[i]) &&
        std::find(columns.begin(), columns.begin() + static_cast<std::ptrdiff_t>(i), columns[i]) !=
            columns.begin() + static_cast<std::ptrdiff_t>(i)) {
      throw UsageError("column '" + columns[i] + "' is named twice");
    }
  }
  command.columns_with_labels = columns;
  std::erase_if(columns, is_label_column);
}

// "2/8" -> the second of eight.
RowShard parse_shard(const std::string& text) {
  constexpr std::uint64_t kMost = 1'000'000;
  const std::size_t slash = std::min(text.find('/'), text.size());
  const auto number = parse_u64(std::string_view(text).substr(0, slash));
  const auto count = parse_u64(std::string_view(text).substr(std::min(slash + 1, text.size())));
  if (!number || !count || *number < 1 || *number > *count || *count > kMost) {
    throw UsageError("--shard: '" + printable(text) +
                     "' is not I/N, part I of N, with I from 1 to N and N at most 1000000");
  }
  return {*number, *count};
}

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
  add_text(group, "--format", text.format, "FORMAT",
           "csv, jsonl, npy, npz or sqlite (by the suffix, else csv)");
  group.add_flag("--raw-text", text.raw_text,
                 "leave control characters and formulas in text cells");
  add_anonymize(group, text.anonymize);
  add_count(group, "--rotate", text.rotate,
            "a new file each N rows: NAME.0.csv, NAME.1.csv, … (one file)");
  add_count(group, "--keep", text.keep, "with --rotate: only the last N files stay (all)");
  add_text(group, "--shard", text.shard, "I/N",
           "only rows whose flow falls into part I of N, from 1 (1/1)");
}

int extract_with(const ExtractText& text, const std::string& default_features,
                 const RunContext& context) {
  ExtractCommand command;
  command.recipe = make_recipe(text.flow, text.features, default_features);
  command.inputs = make_inputs(text.captures, text.labels, command.recipe.preset);
  take_out_labels(command);
  command.output = text.output;
  if (is_representation(text.output) || text.output == "flow" || text.output == "biflow") {
    throw UsageError("--feature names the output file; for the set of columns write --features " +
                     text.output);
  }
  command.format = text.format;
  command.raw_text = text.raw_text;
  command.flow_limit = text.flow.limit.value_or(0);
  command.anonymization = make_anonymization(text.anonymize);
  set_rotation(text, command);
  if (text.shard) {
    command.shard = parse_shard(*text.shard);
  }
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
