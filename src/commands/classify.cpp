#include "netml/commands/classify.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "netml/commands/extraction.hpp"
#include "netml/core/error.hpp"
#include "netml/core/json_text.hpp"
#include "netml/core/log.hpp"
#include "netml/core/parallel.hpp"
#include "netml/models/detector.hpp"
#include "netml/models/metrics.hpp"

#include "verdict_writer.hpp"

namespace netml {
namespace {

constexpr std::size_t kMostModelBytes = std::size_t{1} << 32;

// Scores the flows as they are measured. A few are scored together; none waits for more than an
// idle moment of the input.
class ScoredRows final : public RowReceiver {
 public:
  ScoredRows(const ClassifyCommand& command, const Detector& detector, OutputFile& file,
             std::size_t threads)
      : command_(command), detector_(detector), file_(file), threads_(threads) {
    reports_all_ = command.reports_all.value_or(command.format != VerdictFormat::kText ||
                                                log::level() >= log::Level::kDetail);
  }

  void begin(const Schema& columns, const Recipe&) override {
    for (const std::string& name : detector_.columns) {
      const auto place = columns.find(name);
      if (!place) {
        throw ModelError(command_.model + ": its column '" + name +
                         "' is not measured by its recipe");
      }
      places_.push_back(*place);
    }
    const auto source = columns.find("src_ip");
    source_place_ = source.value_or(columns.size());
    guarded([&] { writer_ = make_verdict_writer(command_, file_); });
  }

  void row(const FlowRow& row) override {
    Waiting waiting{row.flow, has_addresses(row),
                    row.label ? std::optional(row.label->value) : std::nullopt};
    waiting_.push_back(waiting);
    for (const std::size_t place : places_) {
      values_.push_back(row.cells[place].number());
    }
    if (waiting_.size() >= kBatch) {
      score_waiting();
    }
  }

  void idle() override {
    score_waiting();
    guarded([&] { file_.flush(); });
  }
  bool is_done() const override { return is_done_; }

  void finish() {
    score_waiting();
    guarded([&] { file_.commit(); });
  }

  // Counts by verdict.
  std::uint64_t count(Verdict verdict) const { return counts_[static_cast<std::size_t>(verdict)]; }
  bool has_reported_anomaly() const noexcept { return has_reported_anomaly_; }
  const std::vector<double>& labelled_scores() const noexcept { return scores_; }
  const std::vector<int>& labels() const noexcept { return labels_; }

 private:
  static constexpr std::size_t kBatch = 1024;

  struct Waiting {
    Flow flow;
    bool has_addresses;
    std::optional<int> label;
  };

  bool has_addresses(const FlowRow& row) const {
    // The netml preset has one flow without addresses.
    return source_place_ >= row.cells.size() ||
           row.cells[source_place_].kind != Cell::Kind::kText ||
           !row.cells[source_place_].text.empty();
  }

  void score_waiting() {
    if (waiting_.empty()) {
      return;
    }
    const auto columns = static_cast<Eigen::Index>(places_.size());
    const Matrix rows = Eigen::Map<const Matrix>(
        values_.data(), static_cast<Eigen::Index>(waiting_.size()), columns);
    const std::vector<RowScore> scores = detector_.score(rows, threads_);
    for (std::size_t i = 0; i < waiting_.size() && !is_done_; ++i) {
      report(waiting_[i], scores[i]);
    }
    waiting_.clear();
    values_.clear();
  }

  void report(const Waiting& waiting, const RowScore& score) {
    ++counts_[static_cast<std::size_t>(score.verdict)];
    if (waiting.label && score.verdict != Verdict::kInvalid) {
      scores_.push_back(score.score);
      labels_.push_back(*waiting.label);
    }
    const bool is_anomaly = score.verdict == Verdict::kAnomaly;
    if (!is_anomaly && !reports_all_) {
      return;
    }
    has_reported_anomaly_ = has_reported_anomaly_ || is_anomaly;
    guarded([&] {
      writer_->write({waiting.flow, waiting.has_addresses, score, detector_.threshold});
    });
  }

  template <typename Write>
  void guarded(Write write) {
    try {
      if (!is_done_) {
        write();
      }
    } catch (const BrokenPipe&) {
      is_done_ = true;
    }
  }

  const ClassifyCommand& command_;
  const Detector& detector_;
  OutputFile& file_;
  std::size_t threads_;
  std::unique_ptr<VerdictWriter> writer_;
  bool reports_all_;
  std::vector<std::size_t> places_;
  std::size_t source_place_ = 0;
  std::vector<Waiting> waiting_;
  std::vector<double> values_;
  std::uint64_t counts_[4] = {};
  bool has_reported_anomaly_ = false;
  bool is_done_ = false;
  std::vector<double> scores_;
  std::vector<int> labels_;
};

Detector load_model(const ClassifyCommand& command) {
  Detector detector = load_detector(read_file(command.model, kMostModelBytes), command.model);
  if (command.threshold && command.false_alarm_rate) {
    throw UsageError("--threshold and --false-alarm-rate exclude one another");
  }
  if (command.threshold) {
    detector.use_threshold(*command.threshold);
  }
  if (command.false_alarm_rate) {
    detector.use_alpha(*command.false_alarm_rate);
  }
  return detector;
}

Recipe recipe_of(const Detector& detector, const ClassifyCommand& command) {
  if (detector.recipe_json.empty()) {
    throw UsageError(command.model +
                     ": was trained on a table that does not say how it was measured; it cannot "
                     "classify captures");
  }
  Recipe recipe = Recipe::from_json(detector.recipe_json, command.model + ": recipe");
  command.adjust_recipe(recipe);
  return recipe;
}

nlohmann::ordered_json metrics_of(const ScoredRows& rows) {
  using Json = nlohmann::ordered_json;
  return {
      {"auc", or_null<Json>(roc_auc(rows.labelled_scores(), rows.labels()))},
      {"average_precision",
       or_null<Json>(average_precision(rows.labelled_scores(), rows.labels()))},
      {"tpr_at_fpr_0.01", or_null<Json>(tpr_at_fpr(rows.labelled_scores(), rows.labels(), .01))}};
}

void log_counts(const ScoredRows& rows) {
  log::info(std::to_string(rows.count(Verdict::kAnomaly)) + " anomalies, " +
            std::to_string(rows.count(Verdict::kNormal)) + " normal flows");
  if (rows.count(Verdict::kUnclassified) != 0) {
    log::warning(
        "the model has no threshold: " + std::to_string(rows.count(Verdict::kUnclassified)) +
        " flows have a score and no verdict");
  }
  if (rows.count(Verdict::kInvalid) != 0) {
    log::warning(std::to_string(rows.count(Verdict::kInvalid)) +
                 " flows have no score: a value is missing");
  }
}

}  // namespace

int run_classify(const ClassifyCommand& command, const RunContext& context) {
  std::vector<std::string> inputs = command.inputs.files();
  inputs.push_back(command.model);
  require_distinct_files(inputs, {command.output, context.summary_path});
  const Detector detector = load_model(command);
  const Recipe recipe = recipe_of(detector, command);
  Extraction extraction(command.inputs, recipe, {.threads = context.threads});
  OutputFile file(command.output);
  ScoredRows rows(command, detector, file, thread_count(context.threads));
  ExtractResult result = extraction.run(rows);
  require_usable(result);
  report_inputs(result);
  rows.finish();
  result.output_closed = rows.is_done();
  int status = result.exit_status();
  if (status == exit_status::kOk && command.uses_exit_code && rows.has_reported_anomaly()) {
    status = exit_status::kAnomaly;
  }
  nlohmann::ordered_json summary = summary_of(result, status);
  summary["verdicts"] = {{"anomaly", rows.count(Verdict::kAnomaly)},
                         {"normal", rows.count(Verdict::kNormal)},
                         {"invalid", rows.count(Verdict::kInvalid)},
                         {"unclassified", rows.count(Verdict::kUnclassified)}};
  log_counts(rows);
  if (const Labeler* labeler = extraction.labeler()) {
    report_labels(*labeler);
    if (const std::string reason = labeler->nothing_matched(); !reason.empty()) {
      log::warning(reason);
    }
    add_labels(summary, *labeler);
    summary["metrics"] = metrics_of(rows);
    log::info("metrics: " + summary["metrics"].dump());
  }
  write_summary(context, summary);
  return status;
}

}  // namespace netml
