#include "train_line.hpp"

#include <CLI/CLI.hpp>

#include "netml/commands/learn.hpp"
#include "netml/commands/report_output.hpp"
#include "netml/commands/run_files.hpp"
#include "netml/commands/table_output.hpp"
#include "netml/commands/train.hpp"
#include "netml/core/error.hpp"

#include "declare.hpp"
#include "options.hpp"

namespace netml::cli {

void TrainLine::add_to(CLI::App& app, const std::string& name) {
  CLI::App* command = app.add_subcommand("train", "feature file -> trained model");
  CLI::App& group = add_training(*command, training_);
  add_file(group, "-f,--feature", feature_, "CSV or NPZ of features; - is CSV on standard input");
  add_text(group, "--columns", columns_, "LIST",
           "what the model sees (all numeric columns but identity)");
  add_text(group, "--label-column", label_column_, "NAME", "0/1 or names (label, if there is one)");
  add_text(group, "--preset", preset_, "SYSTEM", "netml: its split and its models' defaults");
  add_text(group, "--memory-limit", memory_limit_, "SIZE", "budget (2GiB)");
  command->footer(
      "Examples:\n  netml " + name + " --feature flows.csv --output model.netml\n  netml " + name +
      " -f flows.csv -o model.netml --param '{nu: 0.1}' --columns fwd_log_bytes,bwd_log_bytes");
  command->callback([this] { run_ = [this] { return train(); }; });
}

int TrainLine::train() const {
  if (show_model_help(training_)) {
    return 0;
  }
  if (feature_.empty()) {
    throw UsageError("the following arguments are required to \"train\": -f/--feature");
  }
  TrainCommandOptions command;
  TrainOptions& options = command.train;
  options = make_train_options(training_, "train", context_);
  command.feature = feature_;
  command.calibrate = training_.calibrate;
  options.label_column = label_column_;
  options.preset_netml = preset_ == "netml";
  if (preset_ && !options.preset_netml) {
    throw UsageError("--preset: train knows netml only");
  }
  if (memory_limit_) {
    options.memory_limit_bytes = parse_size("--memory-limit", *memory_limit_);
  }
  if (!columns_.empty()) {
    options.columns = parse_list("--columns", columns_);
  }
  check_report_path(options.report);
  std::vector<std::string> tables = {command.feature};
  if (!command.calibrate.empty()) {
    tables.push_back(command.calibrate);
  }
  std::vector<std::string> inputs = tables;
  for (const std::string& table : tables) {
    inputs.push_back(metadata_path(table));
  }
  require_distinct_files(
      context_, inputs,
      {options.output, options.test_scores, options.report, report_twin_path(options.report)});
  require_one_standard_output(
      context_, {{"--output", options.output}, {"--test-scores", options.test_scores}});
  check_summary(context_);
  OutputGroup files;
  try {
    const TrainResult result = run_train(command, files);
    return finish_training(result, tables, files, context_);
  } catch (const Interrupted&) {
    warn_of_interruption(options.output);
    throw;
  }
}

}  // namespace netml::cli
