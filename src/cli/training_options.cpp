#include "training_options.hpp"

#include <CLI/CLI.hpp>

#include "netml/commands/train.hpp"
#include "netml/core/error.hpp"
#include "netml/core/output_file.hpp"
#include "netml/core/parallel.hpp"
#include "netml/models/registry.hpp"

#include "declare.hpp"
#include "options.hpp"

namespace netml::cli {
namespace {

void add_algorithm(CLI::App& group, TrainingText& text) {
  add_text(group, "--algorithm", text.algorithm, "NAME", "see --help-algorithm (ocsvm)");
  add_text(group, "--param", text.param, "YAML",
           "parameters as YAML or JSON: text, or a file of that name");
  group.add_flag("--help-algorithm", text.shows_algorithms,
                 "describe the algorithms, or the one that --algorithm names, and exit");
  group.add_flag("--help-param", text.shows_params,
                 "list their parameters, or those of --algorithm, and exit");
}

void add_test(CLI::App& group, TrainingText& text) {
  add_text(group, "--test-size", text.test_size, "F",
           "share held out when there are labels (0.33)");
  add_text(group, "--split", text.split, "HOW", "random or time")->capture_default_str();
  add_file(group, "--test-scores", text.test_scores, "CSV of the held-out flows with their scores");
  add_file(
      group, "--report", text.report,
      "one HTML page: curves, scores, confusion, the model card; its numbers as JSON beside it");
}

}  // namespace

CLI::App& add_training(CLI::App& app, TrainingText& text) {
  auto& group = *app.add_option_group("Model");
  add_file(group, "-o,--output,-m,--model", text.model, "the model file (required)");
  add_algorithm(group, text);
  add_test(group, text);
  add_text(group, "--train-on", text.train_on, "WHICH", "normal (default if labelled) or all");
  add_text(group, "--scale", text.scale, "HOW", "standard (default), minmax, robust, rank or none");
  add_file(group, "--calibrate", text.calibrate,
           "normal flows kept apart for the threshold (a fifth of the training flows)");
  add_text(group, "--false-alarm-rate", text.false_alarm_rate, "F",
           "rate that the threshold promises (0.01)");
  add_text(group, "--missing", text.missing, "WHAT", "rows with an empty cell: error or drop")
      ->capture_default_str();
  return group;
}

bool show_model_help(const TrainingText& text) {
  if (text.shows_algorithms || text.shows_params) {
    OutputFile out("-");
    const std::string name = text.algorithm.value_or("");
    out.write(text.shows_algorithms ? help_algorithm(name) : help_param(name));
    out.commit();
    return true;
  }
  return false;
}

TrainOptions make_train_options(const TrainingText& text, const std::string& command,
                                const RunContext& context) {
  if (text.model.empty()) {
    throw UsageError("the following arguments are required to \"" + command +
                     "\": -o/--output/-m/--model");
  }
  TrainOptions options;
  options.threads = thread_count(context.threads);
  options.output = text.model;
  if (text.algorithm) {
    find_model(*text.algorithm);  // a name that is wrong is said before any capture is read
    options.algorithm = *text.algorithm;
  }
  options.param = text.param;
  if (text.test_size) {
    options.test_size = parse_share("--test-size", *text.test_size);
    options.asks_for_test = true;
  }
  options.split = parse_split_kind(text.split);
  options.asks_for_test = options.asks_for_test || options.split == SplitKind::kTime;
  options.test_scores = text.test_scores;
  options.report = text.report;
  options.train_on = parse_train_on(text.train_on);
  if (text.scale) {
    options.scale = parse_scaling(*text.scale);
  }
  if (text.false_alarm_rate) {
    options.false_alarm_rate = parse_share("--false-alarm-rate", *text.false_alarm_rate);
  }
  options.missing = parse_missing_rule(text.missing);
  options.seed = context.seed;
  return options;
}

}  // namespace netml::cli
