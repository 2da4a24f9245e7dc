#include "netml/commands/classify.hpp"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "netml/commands/extraction.hpp"
#include "netml/commands/report_output.hpp"
#include "netml/commands/run_files.hpp"
#include "netml/commands/table_output.hpp"
#include "netml/core/compression.hpp"
#include "netml/core/error.hpp"
#include "netml/core/input_file.hpp"
#include "netml/core/json_text.hpp"
#include "netml/core/log.hpp"
#include "netml/core/text_format.hpp"

#include "classify_outcome.hpp"
#include "classify_table.hpp"
#include "done_captures.hpp"
#include "source_ranking.hpp"

namespace netml {
namespace {

// Of the memory limit, for the windows of --by-source.
std::uint64_t sources_share(std::uint64_t memory_limit) {
  return memory_limit / 8;
}

// Hands the flows to the stage as they are measured.
class ScoredFlows final : public RowReceiver {
 public:
  ScoredFlows(const ClassifyCommand& command, const Detector& detector, OutputFile& file,
              const StageOptions& options)
      : command_(command), detector_(detector), file_(file), options_(options) {}

  void begin(const Schema& columns, const Recipe&) override {
    for (const std::string& name : detector_.columns) {
      const auto place = columns.find(name);
      if (!place) {
        throw ModelError(printable(command_.model) + ": its column '" + printable(name) +
                         "' is not measured by its recipe");
      }
      places_.push_back(*place);
    }
    source_place_ = columns.find("src_ip").value_or(columns.size());
    values_.resize(places_.size());
    try {
      writer_ = make_verdict_writer(command_, file_);
    } catch (const BrokenPipe&) {
      is_closed_ = true;
      return;
    }
    stage_.emplace(detector_, *writer_, file_, options_);
    if (command_.by_source_s) {
      ranking_.emplace(detector_, command_.model, columns, *command_.by_source_s, options_.threads,
                       sources_share(options_.memory_limit));
    }
  }

  void begin_input(std::size_t) override {
    if (!stage_) {  // the reader of the output had gone
      return;
    }
    stage_->end_input();
    if (ranking_ && !command_.inputs.is_continuous) {
      ranking_->end_input();
    }
  }

  void row(const FlowRow& row) override {
    VerdictSubject subject;
    subject.flow = row.flow;
    subject.has_addresses = has_addresses(row);
    if (row.label) {
      subject.label = row.label->value;
      subject.label_name = row.label->name;
    }
    for (std::size_t i = 0; i < places_.size(); ++i) {
      values_[i] = row.cells[places_[i]].number();
    }
    if (ranking_ && subject.has_addresses) {
      ranking_->add(row.flow, row.cells);
    }
    stage_->add(std::move(subject), values_);
  }

  void early(const Flow& flow, std::span<const double> values) override {
    if (!stage_) {
      return;
    }
    VerdictSubject subject;
    subject.flow = flow;
    subject.time = VerdictTime::kEarly;
    std::transform(places_.begin(), places_.end(), values_.begin(),
                   [&](std::size_t place) { return values[place]; });
    stage_->add(std::move(subject), values_);
  }

  void idle() override {
    if (stage_) {
      stage_->idle();
    }
  }
  bool is_done() const override { return is_closed() || (stage_ && stage_->is_full()); }
  /// The reader of the output has gone away.
  bool is_closed() const { return is_closed_ || (stage_ && stage_->is_done()); }

  /// Null when the reader of the output had gone before the first row.
  VerdictStage* stage() { return stage_ ? &*stage_ : nullptr; }
  /// Null when it was not asked for.
  SourceRanking* ranking() { return ranking_ ? &*ranking_ : nullptr; }

 private:
  bool has_addresses(const FlowRow& row) const {
    // The netml preset has one flow without addresses.
    return source_place_ >= row.cells.size() ||
           row.cells[source_place_].kind != Cell::Kind::kText ||
           !row.cells[source_place_].text.empty();
  }

  const ClassifyCommand& command_;
  const Detector& detector_;
  OutputFile& file_;
  const StageOptions options_;
  std::unique_ptr<VerdictWriter> writer_;
  std::optional<VerdictStage> stage_;
  std::optional<SourceRanking> ranking_;
  std::vector<std::size_t> places_;
  std::size_t source_place_ = 0;
  std::vector<double> values_;
  bool is_closed_ = false;
};

void add_ranking(nlohmann::ordered_json& summary, SourceRanking* ranking) {
  if (ranking != nullptr) {
    ranking->end_input();
    summary["by_source"] = ranking->json();
  }
}

void log_ranking(const nlohmann::ordered_json& summary, const SourceRanking* ranking,
                 TextZone zone) {
  if (ranking == nullptr) {
    return;
  }
  if (log::format() == log::Format::kJson) {
    log::info("by source: " + summary["by_source"].dump());
  } else {
    for (const std::string& line : ranking->lines(zone)) {
      log::info(line);
    }
  }
}

// Rows of a capture that is shorter than what context looks back to are not like those that the
// model has learnt from, where these came from longer ones.
void warn_of_short_inputs(const ExtractResult& result, const Detector& detector,
                          const Recipe& recipe) {
  const auto context = FeatureSet(recipe).context();
  if (!context || detector.card_json.empty() || result.stats.flows_written == 0) {
    return;
  }
  const std::int64_t enough_ns = 2 * context->before_ns;
  const JsonDocument card = parse_json(detector.card_json, "training card", {.depth = 12});
  const auto longest = card->find("longest_capture_ns");
  if (longest == card->end() || !longest->is_number_integer() ||
      longest->get<std::int64_t>() < enough_ns) {
    return;
  }
  for (const InputOutcome& input : result.inputs) {
    if (input.status != InputStatus::kUnusable && input.span_ns < enough_ns) {
      log::warning(input_name(input.path) + ": spans " +
                   number_text(std::floor(static_cast<double>(input.span_ns) / 1e8) / 10) +
                   " s; context looks back " +
                   number_text(static_cast<double>(context->before_ns) / 1e9) +
                   " s, and the model learnt from longer captures: its rows are less like those");
    }
  }
}

void require_p_values(const Detector& detector, const std::string& what) {
  if (detector.calibration.is_empty()) {
    throw DataError(what + ": --fdr takes p-values, and this model has no calibration scores");
  }
  if (detector.calibration_source == CalibrationSource::kTraining) {
    throw DataError(what +
                    ": --fdr takes p-values of flows that were kept back, and this model has none");
  }
}

Detector load_model(const ClassifyCommand& command) {
  const std::string bytes = read_file(command.model, kMostModelBytes);
  refuse_compressed(bytes, printable(command.model));
  Detector detector = load_detector(bytes, command.model);
  const int rules =
      (command.threshold ? 1 : 0) + (command.false_alarm_rate ? 1 : 0) + (command.fdr ? 1 : 0);
  if (rules > 1) {
    throw UsageError("--threshold, --false-alarm-rate and --fdr exclude one another");
  }
  if (command.threshold) {
    detector.use_threshold(*command.threshold);
  }
  const std::string what = input_name(command.model);
  if (command.false_alarm_rate) {
    naming(what, [&] { detector.use_alpha(*command.false_alarm_rate); });
  }
  if (command.fdr) {
    require_p_values(detector, what);
  }
  if (command.by_source_s) {
    if (!command.table.empty()) {
      throw UsageError("--by-source takes captures, not --table");
    }
    static_cast<void>(ranking_model(detector, command.model));  // refused before packets are read
  }
  return detector;
}

Recipe recipe_of(const Detector& detector, const ClassifyCommand& command) {
  if (detector.recipe_json.empty()) {
    throw UsageError(command.model +
                     ": was trained on a table that does not say how it was measured; it cannot "
                     "classify captures, but tables with --table");
  }
  const std::string what = printable(command.model) + ": recipe";
  Recipe recipe = Recipe::from_json(detector.recipe_json, what);
  try {
    static_cast<void>(FeatureSet(recipe));
  } catch (const UsageError& error) {
    if (std::string_view(error.what()).find("this build lacks it") != std::string_view::npos) {
      throw;
    }
    throw ModelError(what + ": " + error.what());
  }
  command.adjust_recipe(recipe, detector.columns);
  if (command.early != 0 && command.early < recipe.min_packets) {
    throw UsageError("--early " + std::to_string(command.early) +
                     ": the model leaves out flows of fewer than " +
                     std::to_string(recipe.min_packets) + " packets; take at least as many");
  }
  return recipe;
}

// Captures of an earlier run are left out; nothing is read from standard input in their place.
std::optional<DoneCaptures> leave_out_done(const ClassifyCommand& command, CaptureInputs& inputs) {
  if (command.state.empty()) {
    return std::nullopt;
  }
  if (!inputs.normal.empty() || !inputs.abnormal.empty() || inputs.labels.size() > 1) {
    throw UsageError(
        "--state goes with captures and at most one --label, not with --pcap-normal or "
        "--pcap-abnormal");
  }
  if (command.flow_limit != 0) {
    throw UsageError("--limit does not go with --state: a capture that is cut off is not done");
  }
  DoneCaptures done = DoneCaptures::read(command.state);
  done.remove_done(inputs.plain);
  return done;
}

void remember(DoneCaptures& done, const ExtractResult& result, OutputGroup& files) {
  for (const InputOutcome& input : result.inputs) {
    if (input.status == InputStatus::kOk && result.signal == 0 && !result.output_closed &&
        !result.stopped_by_limit) {
      done.add(input.path);
    }
  }
  done.write(files);
}

void log_labels(const Labeler* labeler) {
  if (labeler == nullptr) {
    return;
  }
  report_labels(*labeler);
  if (const std::string reason = labeler->nothing_matched(); !reason.empty()) {
    log::warning(reason);
  }
}

// A run of which nothing is to be done.
int skip_done_run(const DoneCaptures& done, const RunContext& context) {
  log::info("nothing new to classify");
  nlohmann::ordered_json summary = summary_of_files({}, exit_status::kOk);
  summary["captures_done"] = done.skipped();
  write_summary(context, summary);
  return exit_status::kOk;
}

// Writes what still waits, and says how the inputs ended; nothing to a reader that has gone away.
void finish(const CaptureInputs& inputs, const Detector& detector, const Recipe& recipe,
            std::uint64_t memory_limit, ScoredFlows& flows, ExtractResult& result) {
  VerdictStage* const stage = flows.stage();
  if (stage != nullptr) {
    stage->idle();  // shows whether there is a reader
    if (stage->is_full()) {
      result.stop_by_limit(kVerdictsFull);
    }
  }
  if (!flows.is_closed()) {
    report_inputs(result);
    FlowPolicy asked = recipe.policy;
    asked.memory_limit = memory_limit;
    report_evictions(result, asked);
    if (inputs.is_continuous) {
      report_order(result);
    }
    if (!inputs.is_continuous && result.signal == 0) {
      warn_of_short_inputs(result, detector, recipe);
    }
  }
  if (stage != nullptr) {
    stage->finish();
  }
  result.output_closed = flows.is_closed();
}

// What the run came to, for the summary.
nlohmann::ordered_json describe(const ClassifyCommand& command, const ExtractResult& result,
                                int status, ScoredFlows& flows, const Labeler* labeler) {
  nlohmann::ordered_json summary = summary_of(result, status);
  add_ranking(summary, flows.ranking());
  if (const VerdictStage* const stage = flows.stage()) {
    add_outcome(summary, *stage, labeler != nullptr);
    if (command.early != 0) {
      add_early(summary, *stage, command.early);
      summary["early"]["context_dropped"] = result.stats.early_context_dropped;
    }
  }
  if (labeler != nullptr) {
    add_labels(summary, *labeler);
  }
  return summary;
}

// The same for the log; nothing to a reader that has gone away. Requires: a stage.
void log_run(const ClassifyCommand& command, const nlohmann::ordered_json& summary,
             ScoredFlows& flows, const Labeler* labeler) {
  if (flows.is_closed()) {
    return;
  }
  const VerdictStage& stage = *flows.stage();
  log_ranking(summary, flows.ranking(), command.zone);
  log_outcome(command, stage, labeler != nullptr && labeler->matched() != 0);
  if (command.early != 0) {
    log_early(stage, command.early);
  }
  log_labels(labeler);
}

int classify_captures(const ClassifyCommand& command, const Detector& detector,
                      const RunContext& context) {
  Recipe recipe = recipe_of(detector, command);
  const std::uint64_t memory_limit = recipe.policy.memory_limit;
  if (command.by_source_s) {
    recipe.policy.memory_limit -= sources_share(memory_limit);
  }
  CaptureInputs inputs = command.inputs;
  std::optional<DoneCaptures> done = leave_out_done(command, inputs);
  if (done && inputs.paths().empty()) {
    return skip_done_run(*done, context);
  }
  Extraction extraction(inputs, recipe,
                        {.flow_limit = command.flow_limit,
                         .threads = context.threads,
                         .early_packets = command.early});
  OutputFile file(command.output);
  OutputGroup files;
  open_report(files, command.report);
  check_output(command.state);
  check_summary(context);
  StageOptions options = stage_options(command, context);
  options.memory_limit = memory_limit;
  ScoredFlows flows(command, detector, file, options);
  log_waiting(command);
  ExtractResult result = extraction.run(flows);
  require_usable(result);
  finish(inputs, detector, recipe, memory_limit, flows, result);
  const VerdictStage* const stage = flows.stage();
  const Labeler* const labeler = extraction.labeler();
  const int status =
      stage == nullptr ? result.exit_status() : final_status(result.exit_status(), *stage, command);
  nlohmann::ordered_json summary = describe(command, result, status, flows, labeler);
  if (stage != nullptr) {
    write_classify_report(files, command, detector, *stage, nullptr);
    log_run(command, summary, flows, labeler);
  }
  if (done) {
    summary["captures_done"] = done->skipped();
    remember(*done, result, files);
  }
  commit_verdicts(result.output_closed ? nullptr : &file, files, context, summary);
  return status;
}

}  // namespace

int run_classify(const ClassifyCommand& command, const RunContext& context) {
  check_report_path(command.report);
  if (command.state == "-") {
    throw UsageError("--state takes a file: the next run reads what this one writes there");
  }
  std::vector<std::string> inputs = command.inputs.files();
  inputs.push_back(command.model);
  if (!command.table.empty()) {
    inputs.insert(inputs.end(), {command.table, metadata_path(command.table)});
  }
  require_distinct_files(
      context, inputs,
      {command.output, command.state, command.report, report_twin_path(command.report)});
  require_one_standard_output(context, {{"--output", command.output}});
  const Detector detector = load_model(command);
  return command.table.empty() ? classify_captures(command, detector, context)
                               : classify_table(command, detector, context);
}

}  // namespace netml
