#include "classify_line.hpp"

#include <cstdlib>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "netml/commands/table_output.hpp"
#include "netml/core/error.hpp"
#include "netml/core/log.hpp"
#include "netml/core/text_format.hpp"
#include "netml/core/words.hpp"

#include "declare.hpp"
#include "model_rules.hpp"
#include "option_groups.hpp"

namespace netml::cli {
namespace {

bool wants_color(const std::string& when) {
  if (when != "auto") {
    return when == "always";
  }
  const char* no_color = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
}

// By --format, else by the suffix of the output, else text.
VerdictFormat choose_verdict_format(const std::string& format, const std::string& output) {
  static constexpr Word<VerdictFormat> kWords[] = {{"text", VerdictFormat::kText},
                                                   {"csv", VerdictFormat::kCsv},
                                                   {"jsonl", VerdictFormat::kJsonLines}};
  if (!format.empty()) {
    return parse_word(format, kWords, "--format");
  }
  const std::size_t dot = output.rfind('.');
  const std::string suffix = dot == std::string::npos ? "" : output.substr(dot + 1);
  if (suffix == "csv" || suffix == "jsonl") {
    return parse_word(suffix, kWords, "--format");
  }
  refuse_foreign_suffix(output, {"text", "csv", "jsonl"});
  return VerdictFormat::kText;
}

}  // namespace

void ClassifyLine::add_to(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("classify", "captures + model -> a verdict for every flow, streaming");
  command_ = command;
  add_captures(*command, captures_);
  add_labels(*command, labels_);
  add_verdicts(*command);
  add_flow_rules(*command, flow_);
  add_features(*command, features_, "the model's");
  command->footer(
      "Flow rules and features come from the model; an option that contradicts them is an error.\n"
      "--min-packets may differ: it says which flows get a verdict, not how they are measured.\n\n"
      "Examples:\n  netml classify --model=model.netml < unclassified.pcap\n"
      "  netml classify -m model.netml new/*.pcap --format jsonl --output alerts.jsonl "
      "--no-report-all --exit-code");
  command->callback([this] { run_ = [this] { return classify(); }; });
}

void ClassifyLine::add_verdicts(CLI::App& command) {
  auto& group = *command.add_option_group("Verdicts");
  add_file(group, "-m,--model", model_, "the model file (required)");
  add_file(group, "-o,--output", output_, "where verdicts go; - is standard output")
      ->capture_default_str();
  add_text(group, "--format", format_, "FORMAT", "text, csv or jsonl (by the suffix, else text)");
  group.add_flag("--report-all", reports_all_,
                 "every flow, not only anomalies (default of csv and jsonl)");
  group.add_flag("--no-report-all", reports_anomalies_, "anomalies only (default of text)");
  add_text(group, "--threshold", threshold_, "X", "another score threshold (the model's)");
  add_text(group, "--false-alarm-rate", false_alarm_rate_, "F",
           "another rate of false alarms (the model's)");
  add_text(group, "--fdr", fdr_, "Q",
           "of the alerts of an input at most the share Q is false, on average; verdicts wait for "
           "its end");
  add_count(group, "--explain", explain_,
            "the N columns that drove each alert, and the nearest normal flow (none)");
  add_count(
      group, "--early", early_,
      "a verdict after N packets of a flow too, in a column stage: early or final; of what is "
      "known then, so without a promised rate. Counts, metrics and statuses are of final ones");
  group
      .add_flag(
          "--by-source{60}", by_source_,
          "rank sources too, by the novelty of their flows within 60 s; other windows with an "
          "equals sign: --by-source=30")
      ->type_name("[=S]");
  group.add_flag("--exit-code", uses_exit_code_, "status 10 when an anomaly was reported");
  group.add_flag(
      "--fail-on-drift", fails_on_drift_,
      "status 11 when the input no longer looks like the training flows (it takes 100 to tell)");
  add_file(group, "--report", report_,
           "one HTML page: curves (with labels), scores, drift, the most novel flows; its numbers "
           "as JSON beside it");
  add_file(group, "--state", state_,
           "remember the captures that were read whole, and leave them out");
  add_file(group, "--table", table_, "rows of a feature CSV or NPZ in place of captures");
  add_text(group, "--label-column", label_column_, "NAME",
           "of --table: 0/1 or names (label, if there is one)");
  add_text(group, "--timezone", timezone_, "ZONE", "of the text lines: utc or local")
      ->check(one_of({"utc", "local"}))
      ->capture_default_str();
}

void ClassifyLine::refuse_captures() const {
  if (!captures_.pcap.empty() || !captures_.positional.empty() || !captures_.normal.empty() ||
      !captures_.abnormal.empty() || !labels_.files.empty() || !state_.empty() ||
      !captures_.filter.empty() || captures_.is_continuous) {
    throw UsageError("--table takes the place of captures, their labels, --bpf and --state");
  }
  if (early_) {
    throw UsageError("--early looks at the packets of flows, and --table holds none");
  }
  const std::pair<const char*, const char*> in_vain[] = {
      {kLabels, ", whose labels are a column of it (--label-column)"},
      {kFlowRules, ", whose rows are measured already"},
      {kFeatures, ", whose rows are measured already"}};
  for (const auto& [group, why] : in_vain) {
    for (const CLI::Option* option : command_->get_option_group(group)->get_options()) {
      const std::string name = option->get_name();
      if (option->count() != 0 && name != "--memory-limit") {
        throw UsageError(name + " does not go with --table" + why);
      }
    }
  }
}

// "--by-source 30" names a capture; "--by-source=30" is meant, unless there is such a file.
void ClassifyLine::refuse_seconds_apart() const {
  for (const std::string& file : captures_.positional) {
    if (parse_u64(file) && access(file.c_str(), F_OK) != 0) {
      throw UsageError("no capture is named '" + file +
                       "'; the seconds of --by-source follow an equals sign: --by-source=" + file);
    }
  }
}

void ClassifyLine::take_input(ClassifyCommand& command) const {
  if (table_.empty()) {
    command.inputs = make_inputs(captures_, labels_, Preset::kNone);
    if (!label_column_.empty()) {
      log::warning("--label-column goes with --table FILE; without one it changes nothing");
    }
  } else {
    refuse_captures();
  }
  command.table = table_;
  if (flow_.memory_limit) {
    command.memory_limit = parse_size("--memory-limit", *flow_.memory_limit);
  }
  command.flow_limit = flow_.limit.value_or(0);
  command.label_column = label_column_;
  command.state = state_;
  command.adjust_recipe = [this](Recipe& recipe, const std::vector<std::string>& columns) {
    adjust_to_model(flow_, features_, columns, recipe);
  };
}

void ClassifyLine::take_decision(ClassifyCommand& command) const {
  if (threshold_) {
    command.threshold = parse_real("--threshold", *threshold_, -1e308, 1e308);
  }
  if (false_alarm_rate_) {
    command.false_alarm_rate = parse_share("--false-alarm-rate", *false_alarm_rate_);
  }
  if (fdr_) {
    command.fdr = parse_share("--fdr", *fdr_);
  }
}

void ClassifyLine::take_verdicts(ClassifyCommand& command) const {
  if (reports_all_ && reports_anomalies_) {
    throw UsageError("--report-all and --no-report-all exclude one another");
  }
  if (reports_all_ || reports_anomalies_) {
    command.reports_all = reports_all_;
  }
  if (early_) {
    if (*early_ == 0) {
      throw UsageError("--early: a flow has a packet at least; take 1 or more");
    }
    command.early = *early_;
  }
  if (!by_source_.empty()) {
    refuse_seconds_apart();
    command.by_source_s = parse_real("--by-source", by_source_, 1e-3, 86'400);
  }
  command.explain = static_cast<std::size_t>(explain_.value_or(0));
  command.output = output_;
  command.format = choose_verdict_format(format_, output_);
  command.zone = timezone_ == "local" ? TextZone::kLocal : TextZone::kUtc;
  command.uses_color = command.output == "-" && wants_color(context_.color);
  command.report = report_;
  command.uses_exit_code = uses_exit_code_;
  command.fails_on_drift = fails_on_drift_;
}

int ClassifyLine::classify() const {
  if (model_.empty()) {
    throw UsageError("the following arguments are required: -m/--model");
  }
  ClassifyCommand command;
  command.model = model_;
  take_input(command);
  take_decision(command);
  take_verdicts(command);
  return run_classify(command, context_);
}

}  // namespace netml::cli
