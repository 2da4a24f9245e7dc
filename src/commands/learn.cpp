#include "netml/commands/learn.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <map>
#include <optional>

#include <nlohmann/json.hpp>

#include "netml/commands/extraction.hpp"
#include "netml/commands/report_output.hpp"
#include "netml/commands/run_files.hpp"
#include "netml/commands/table_output.hpp"
#include "netml/core/error.hpp"
#include "netml/core/input_file.hpp"
#include "netml/core/interrupt.hpp"
#include "netml/core/log.hpp"
#include "netml/core/sha256.hpp"
#include "netml/core/text_format.hpp"
#include "netml/features/registry.hpp"
#include "netml/table/table_sink.hpp"

#include "collected_run.hpp"
#include "hidden_columns.hpp"
#include "training_rows.hpp"

namespace netml {
namespace {

// Rows in memory, and in a feature file too when one was asked for.
class LearnRows final : public LabelledRows {
 public:
  LearnRows(bool has_labels, const std::string& feature_output, const Anonymization& anonymization,
            std::uint64_t memory_limit)
      : LabelledRows(has_labels),
        sink(memory_limit),
        feature_output_(feature_output),
        format_(choose_format("", feature_output)) {
    if (!feature_output.empty()) {
      require_possible(feature_output, format_);
    }
    if (!anonymization.columns.empty()) {
      anonymized_.emplace(sink, anonymization);
    }
  }

  void begin(const Schema& columns, const Recipe& resolved) override {
    recipe = resolved;
    LabelledRows::begin(columns, resolved);
    if (!feature_output_.empty()) {
      const TextMode text_mode =
          resolved.preset == Preset::kNfstream ? TextMode::kRaw : TextMode::kSafe;
      output_.emplace(feature_output_, format_, resolved, text_mode);
      output_->sink().begin(sink.table.schema());
    }
  }
  void row(const FlowRow& row) override {
    LabelledRows::row(row);
    note_place(row.flow);
    first_ns = std::min(first_ns, row.flow.first_ns());
    last_ns = std::max(last_ns, row.flow.last_ns());
  }

  bool is_done() const override { return LabelledRows::is_done() || sink.is_full(); }

  bool has_database() const noexcept {
    return !feature_output_.empty() && format_ == TableFormat::kSqlite;
  }
  // Features for standard output: they take no place, and are written before it is said how the run
  // ends. False when the reader has gone away.
  bool stream_features() {
    try {
      if (feature_output_ == "-") {
        commit_features();
      }
      return true;
    } catch (const BrokenPipe&) {
      output_.reset();
      return false;
    }
  }
  // The rows in memory also go to the feature file, which is complete only now.
  void commit_features() {
    if (!output_) {
      return;
    }
    std::vector<Cell> cells(schema().size());
    for (std::size_t i = 0; i < sink.table.row_count(); ++i) {
      for (std::size_t j = 0; j < cells.size(); ++j) {
        cells[j] = sink.table.cell(i, j);
      }
      output_->sink().row(cells);
    }
    if (!output_->commit(sink.table.schema(), record)) {
      log::info(printable(feature_output_) + ": holds these features already; nothing was added");
    }
    output_.reset();
  }

  Recipe recipe;
  RunRecord record;  ///< what a database of features keeps of the run
  TableSink sink;
  RowPlaces places;
  std::int64_t first_ns = INT64_MAX;
  std::int64_t last_ns = INT64_MIN;

 protected:
  RowSink& open(const Schema&, const Recipe&) override {
    return anonymized_ ? static_cast<RowSink&>(*anonymized_) : sink;
  }

 private:
  void note_place(const Flow& flow) {
    const auto next = static_cast<std::int32_t>(sources_.size());
    const auto source = sources_.try_emplace({flow.source(), flow.key.ip_version}, next).first;
    places.source.push_back(source->second);
    places.end_ns.push_back(flow.last_clock);
  }

  std::map<std::pair<IpAddress, std::uint8_t>, std::int32_t> sources_;
  std::string feature_output_;
  TableFormat format_;
  std::optional<TableOutput> output_;
  std::optional<AnonymizedRows> anonymized_;  // on their way into the table
};

// The tables of open flows, the rows in memory and the room in which these grow share the budget.
Recipe with_shared_budget(Recipe recipe) {
  recipe.policy.memory_limit /= 3;
  return recipe;
}

// Name and digest; a pipe cannot be read twice and has no digest.
nlohmann::ordered_json file_entry(const std::string& path) {
  const std::string digest = sha256_of_file(path);
  return {{"name", valid_utf8(base_name(path))},
          {"sha256",
           digest.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(digest)}};
}

// What the model card says of the captures. Nothing of it depends on when or where it was learnt.
std::string card_of(const LearnCommand& command, const ExtractResult& result,
                    const LearnRows& rows) {
  nlohmann::ordered_json card;
  card["captures"] = nlohmann::ordered_json::array();
  for (const InputOutcome& input : result.inputs) {
    if (input.status != InputStatus::kUnusable) {
      card["captures"].push_back(file_entry(input.path));
    }
  }
  if (!command.calibrate.empty()) {
    card["calibration_captures"] = {file_entry(command.calibrate)};
  }
  if (!command.inputs.labels.empty()) {
    card["label_files"] = nlohmann::ordered_json::array();
    for (const std::string& path : command.inputs.labels) {
      card["label_files"].push_back(file_entry(path));
    }
  }
  card["packets"] = result.stats.packets_read;
  card["flows"] = result.stats.flows_written;
  card["flows_too_short"] = result.stats.flows_too_short;
  if (rows.first_ns <= rows.last_ns) {
    card["first_ns"] = rows.first_ns;
    card["last_ns"] = rows.last_ns;
  }
  std::int64_t longest_ns = 0;
  for (const InputOutcome& input : result.inputs) {
    longest_ns = command.inputs.is_continuous ? longest_ns + input.span_ns
                                              : std::max(longest_ns, input.span_ns);
  }
  card["longest_capture_ns"] = longest_ns;
  card["labelled"] = command.inputs.has_labels();
  if (!command.anonymization.columns.empty()) {
    card["anonymized"] = describe(command.anonymization);
    card["anonymized"].erase("key");
  }
  return card.dump();
}

// Normal flows from a capture of their own, measured with the settings that were fitted on the
// others.
struct CalibrationFlows {
  Table table;
  RowPlaces places;
  ExtractResult result;
};

CalibrationFlows read_calibration(const LearnCommand& command, const Recipe& recipe,
                                  const RunContext& context) {
  CaptureInputs inputs;
  inputs.plain = {command.calibrate};
  inputs.filter = command.inputs.filter;
  Extraction extraction(inputs, with_shared_budget(recipe), {.threads = context.threads});
  LearnRows rows(false, "", command.anonymization, recipe.policy.memory_limit / 3);
  ExtractResult result = extraction.run(rows);
  require_usable(result);
  report_inputs(result);
  report_evictions(result, recipe.policy);
  return {std::move(rows.sink.table), std::move(rows.places), std::move(result)};
}

void require_matches(const Labeler& labeler) {
  if (const std::string reason = labeler.nothing_matched(); !reason.empty()) {
    throw DataError(reason);
  }
}

void report_columns(const std::vector<std::string>& columns) {
  const std::string count = "the model sees " + std::to_string(columns.size()) +
                            (columns.size() == 1 ? " column" : " columns");
  if (log::level() < log::Level::kDetail) {
    log::info(count);
    return;
  }
  std::vector<std::string> names;
  std::transform(columns.begin(), columns.end(), std::back_inserter(names),
                 [](const std::string& name) { return printable(name); });
  log::detail(count + ": " + join(names, ", "));
}

void report_training(const TrainResult& result) {
  report_columns(result.columns);
  for (const std::string& detail : result.details) {
    log::detail(detail);
  }
  for (const std::string& warning : result.warnings) {
    log::warning(warning);
  }
  std::string text = std::to_string(result.flows_fit) + " flows fitted, " +
                     std::to_string(result.flows_calibration) + " for calibration, " +
                     std::to_string(result.flows_test) + " held out for the test";
  if (result.threshold) {
    text += "; threshold " + number_text(*result.threshold);
  }
  if (result.alpha) {
    text += (result.threshold ? " for" : "; alerts at") + std::string(" a false-alarm rate of ") +
            number_text(*result.alpha);
  }
  log::info(text);
  if (log::format() == log::Format::kJson) {
    log::info("training performance: " + train_summary(result));
  } else if (log::level() >= log::Level::kDefault) {
    std::fputs(performance_table(result).c_str(), stderr);
  }
}

}  // namespace

namespace {

// The files take their places; the exit status. Nothing more is said to somebody who has seen
// enough.
int commit_training(const TrainResult& result, OutputGroup& files, int status) {
  files.commit();
  if (status == exit_status::kBrokenPipe || files.has_lost_reader()) {
    return exit_status::kBrokenPipe;
  }
  report_training(result);
  return status;
}

}  // namespace

int finish_training(const TrainResult& result, const std::vector<std::string>& tables,
                    OutputGroup& files, const RunContext& context) {
  const int status = files.has_lost_reader() ? exit_status::kBrokenPipe : exit_status::kOk;
  nlohmann::ordered_json summary = summary_of_files(tables, status);
  summary.update(nlohmann::ordered_json::parse(train_summary(result)));
  write_summary(files, context, summary);
  return commit_training(result, files, status);
}

namespace {

// Another status than 0 wins, that of the captures learnt from before that of the calibration.
int worst_status(const ExtractResult& learnt, const CalibrationFlows& calibration) {
  const bool is_calibrated = !calibration.result.inputs.empty();
  return learnt.exit_status() != exit_status::kOk || !is_calibrated
             ? learnt.exit_status()
             : calibration.result.exit_status();
}

void write_learn_summary(OutputGroup& files, const RunContext& context, const ExtractResult& learnt,
                         const Labeler* labeler, const TrainResult* trained, int status) {
  nlohmann::ordered_json summary = summary_of(learnt, status);
  if (labeler != nullptr) {
    add_labels(summary, *labeler);
  }
  if (trained != nullptr) {
    summary.update(nlohmann::ordered_json::parse(train_summary(*trained)));
  }
  write_summary(files, context, summary);
}

// What is wrong whatever the captures hold is said before they are read.
void check_options_early(const LearnCommand& command) {
  const Table none;
  TrainOptions options = command.train;
  options.calibrate = command.calibrate.empty() ? nullptr : &none;
  check_training(options);
}

// Measures every column of the sets, so that identity is there for splits and score tables; the
// model sees those that were chosen.
Recipe with_all_columns(Recipe recipe) {
  recipe.columns.clear();
  return recipe;
}

// The same of columns, and of what is to be hidden.
void check_columns_early(const LearnCommand& command) {
  for (const std::string& name : command.recipe.columns) {
    if (is_label_column(name)) {
      throw UsageError("column '" + name + "' is the label; no model sees it");
    }
  }
  static_cast<void>(FeatureSet(command.recipe));
  const Schema measured = FeatureSet(with_all_columns(command.recipe)).schema();
  if (std::none_of(measured.columns.begin(), measured.columns.end(), is_learnable)) {
    throw UsageError("--features " + printable(join(command.recipe.sets, ",")) +
                     ": no column of it is a number that a model could see; add another set, such "
                     "as biflow");
  }
  check_anonymization(command.inputs.has_labels() ? with_label_columns(measured) : measured,
                      command.anonymization);
}

void check_files(const LearnCommand& command, const RunContext& context) {
  check_report_path(command.train.report);
  std::vector<std::string> inputs = command.inputs.files();
  inputs.push_back(command.calibrate);
  std::vector<std::string> outputs =
      table_files(command.feature_output, choose_format("", command.feature_output));
  for (const std::string& path : {command.train.output, command.train.test_scores,
                                  command.train.report, report_twin_path(command.train.report)}) {
    outputs.push_back(path);
  }
  require_distinct_files(context, inputs, outputs);
  require_one_standard_output(context, {{"--output", command.train.output},
                                        {"--feature", command.feature_output},
                                        {"--test-scores", command.train.test_scores}});
}

// What a database of features says of its run.
CollectedRun collected_run(const LearnCommand& command) {
  nlohmann::ordered_json more = {{"limit", command.flow_limit}, {"raw_text", false}};
  if (!command.anonymization.columns.empty()) {
    more["anonymize"] = describe(command.anonymization);
  }
  return CollectedRun(command.inputs, with_all_columns(command.recipe), more);
}

// Measures the flows, into `rows` and a feature file if there is to be one.
ExtractResult measure(const LearnCommand& command, Extraction& extraction, LearnRows& rows) {
  std::optional<CollectedRun> collected;
  if (rows.has_database()) {
    collected.emplace(collected_run(command));
  }
  ExtractResult extracted = extraction.run(rows);
  if (rows.sink.is_full()) {
    extracted.stop_by_limit("the flows to learn from do not fit --memory-limit after " +
                            std::to_string(rows.sink.table.row_count()) +
                            "; raise it, choose fewer feature sets, or learn from fewer captures");
  }
  require_usable(extracted);
  report_inputs(extracted);
  report_evictions(extracted, command.recipe.policy);
  if (command.inputs.is_continuous) {
    report_order(extracted);
  }
  const Labeler* const labeler = extraction.labeler();
  if (labeler != nullptr) {
    report_labels(*labeler);
    // The features of half a capture are worth keeping; a model of it is none.
    if (extracted.signal == 0 && !extracted.stopped_by_limit) {
      require_matches(*labeler);
    }
  }
  if (collected) {
    rows.record = collected->record(extracted, extracted.exit_status());
  }
  return extracted;
}

// Features that are kept without a model.
int end_without_model(const RunContext& context, const ExtractResult& extracted,
                      const Labeler* labeler, LearnRows& rows, int status) {
  OutputGroup summary;
  try {
    write_learn_summary(summary, context, extracted, labeler, nullptr, status);
  } catch (const SummaryInterrupted&) {
    rows.commit_features();
    throw;
  }
  summary.prepare();
  rows.commit_features();
  summary.commit();
  return status;
}

// Trains on what was measured; the exit status. Features, model and what goes with it take their
// places together.
int train_on(const LearnCommand& command, const RunContext& context, const ExtractResult& extracted,
             const Labeler* labeler, LearnRows& rows, OutputGroup& files) {
  TrainOptions options = command.train;
  options.columns = command.recipe.columns;
  options.context_columns = context_column_names();
  options.places = &rows.places;
  options.recipe_json = rows.recipe.to_json();
  options.card_json = card_of(command, extracted, rows);
  options.what =
      command.inputs.paths().size() == 1 ? input_name(command.inputs.paths().front()) : "captures";
  CalibrationFlows calibration;
  if (!command.calibrate.empty()) {
    Recipe fitted = rows.recipe;
    fitted.policy.memory_limit = command.recipe.policy.memory_limit;
    calibration = read_calibration(command, fitted, context);
    options.calibrate = &calibration.table;
    options.calibrate_places = &calibration.places;
    options.calibrate_what = input_name(command.calibrate);
  }
  int status = worst_status(extracted, calibration);
  if (calibration.result.signal != 0) {
    return end_without_model(context, extracted, labeler, rows, status);
  }
  const TrainResult trained = train_table(rows.sink.table, options, files);
  if (!rows.stream_features() || files.has_lost_reader()) {
    status = exit_status::kBrokenPipe;
  }
  write_learn_summary(files, context, extracted, labeler, &trained, status);
  files.prepare();
  rows.commit_features();
  return commit_training(trained, files, status);
}

int learn(const LearnCommand& command, const RunContext& context) {
  check_files(command, context);
  check_options_early(command);
  check_columns_early(command);
  Extraction extraction(command.inputs, with_shared_budget(with_all_columns(command.recipe)),
                        {.flow_limit = command.flow_limit, .threads = context.threads});
  const Labeler* labeler = extraction.labeler();
  LearnRows rows(labeler != nullptr, command.feature_output, command.anonymization,
                 command.recipe.policy.memory_limit / 3);
  OutputGroup files;
  open_training_files(command.train, files);
  check_summary(context);
  check_input(command.calibrate);
  const ExtractResult extracted = measure(command, extraction, rows);
  if (extracted.signal != 0 || extracted.stopped_by_limit) {
    return end_without_model(context, extracted, labeler, rows, extracted.exit_status());
  }
  try {
    return train_on(command, context, extracted, labeler, rows, files);
  } catch (const SummaryInterrupted&) {
    rows.commit_features();  // which are whole
    throw;
  } catch (const Interrupted& interrupted) {
    return end_without_model(context, extracted, labeler, rows, 128 + interrupted.signal_number);
  } catch (const LimitError& error) {
    log::error(error.what());
    return end_without_model(context, extracted, labeler, rows, exit_status::kLimitReached);
  }
}

}  // namespace

void warn_of_interruption(const std::string& model) {
  if (model != "-") {
    log::warning("interrupted: " + printable(model) + " was not written");
  }
}

int run_learn(const LearnCommand& command, const RunContext& context) {
  try {
    const int status = learn(command, context);
    if (status == exit_status::kInterrupted || status == exit_status::kTerminated) {
      warn_of_interruption(command.train.output);
    }
    return status;
  } catch (const Interrupted&) {
    warn_of_interruption(command.train.output);
    throw;
  }
}

}  // namespace netml
