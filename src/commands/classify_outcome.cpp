#include "classify_outcome.hpp"

#include <nlohmann/json.hpp>

#include "netml/commands/report_output.hpp"
#include "netml/core/error.hpp"
#include "netml/core/json_text.hpp"
#include "netml/core/log.hpp"
#include "netml/core/parallel.hpp"
#include "netml/core/text_format.hpp"
#include "netml/models/evaluation.hpp"
#include "netml/models/metrics.hpp"

#include "flow_text.hpp"
#include "training_rows.hpp"

namespace netml {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostNovel = 20;
constexpr std::size_t kReasonsInReport = 5;

// Scores and labels of the labelled rows.
struct Labelled {
  std::vector<double> scores;
  std::vector<int> labels;
};

Labelled labelled(const VerdictStage& stage) {
  Labelled rows;
  for (std::size_t i = 0; i < stage.scores().size(); ++i) {
    if (stage.labels()[i] >= 0) {
      rows.scores.push_back(stage.scores()[i]);
      rows.labels.push_back(stage.labels()[i]);
    }
  }
  return rows;
}

Json metrics_of(const VerdictStage& stage) {
  const Labelled rows = labelled(stage);
  const auto rate = [&](double fpr) {
    return or_null<Json>(tpr_at_fpr(rows.scores, rows.labels, fpr));
  };
  return {{"auc", or_null<Json>(roc_auc(rows.scores, rows.labels))},
          {"average_precision", or_null<Json>(average_precision(rows.scores, rows.labels))},
          {"tpr_at_fpr_0.001", rate(.001)},
          {"tpr_at_fpr_0.01", rate(.01)},
          {"tpr_at_fpr_0.05", rate(.05)}};
}

template <typename Count>
Json counts_of(Count count) {
  return {{"anomaly", count(Verdict::kAnomaly)},
          {"normal", count(Verdict::kNormal)},
          {"invalid", count(Verdict::kInvalid)},
          {"unclassified", count(Verdict::kUnclassified)}};
}

void log_drift(const VerdictStage& stage, const ClassifyCommand& command) {
  const DriftReport drift = *stage.drift();
  if (drift.has_drifted) {
    log::warning("drift: " + drift_line(drift) +
                 (stage.promises_rate() ? "; the false-alarm rate no longer holds, learn again"
                                        : "; learn again"));
  } else if (command.fails_on_drift && !drift.is_conclusive) {
    log::warning("--fail-on-drift cannot tell: " + drift.doubt);
  }
}

// The verdicts are not those of the model's threshold, nor do they promise its rate.
void describe_fdr(Report& report, double fdr) {
  report.threshold.reset();
  report.alpha.reset();
  report.rate_bound.reset();
  report.card.insert(report.card.begin(), {"verdicts", "--fdr " + number_text(fdr)});
}

std::string row_text(const Table& table, std::size_t row) {
  const std::string key = row_key(table, row);
  const std::string number = "row " + std::to_string(row + 1);
  return key.empty() ? number : number + ": " + readable_key(key, TextZone::kUtc);
}

}  // namespace

StageOptions stage_options(const ClassifyCommand& command, const RunContext& context) {
  StageOptions options;
  options.reports_all = command.reports_all.value_or(command.format != VerdictFormat::kText ||
                                                     log::level() >= log::Level::kDetail);
  options.explain = command.explain;
  options.fdr = command.fdr;
  options.keep_most_novel = command.report.empty() ? 0 : kMostNovel;
  options.keeps_scores = !command.report.empty();
  options.checks_drift = true;
  options.threads = thread_count(context.threads);
  return options;
}

int final_status(int status, const VerdictStage& stage, const ClassifyCommand& command) {
  if (status != exit_status::kOk) {
    return status;
  }
  if (command.fails_on_drift && stage.drift()->has_drifted) {
    return exit_status::kDrift;
  }
  return command.uses_exit_code && stage.has_reported_anomaly() ? exit_status::kAnomaly : status;
}

void add_outcome(Json& summary, const VerdictStage& stage, bool has_labels) {
  summary["verdicts"] = counts_of([&](Verdict verdict) { return stage.count(verdict); });
  const DriftReport drift = *stage.drift();
  summary["drift"] = {{"drifted", drift.has_drifted},
                      {"conclusive", drift.is_conclusive},
                      {"columns", drift.columns.size()},
                      {"columns_moved", drift.moved},
                      {"score_ks", or_null<Json>(drift.score_ks)},
                      {"score_ks_p", or_null<Json>(drift.score_ks_p)},
                      {"share_p_0.5", or_null<Json>(drift.share_p_half)},
                      {"share_p_0.5_range", or_null<Json>(drift.range_p_half)},
                      {"share_p_0.1", or_null<Json>(drift.share_p_tenth)},
                      {"share_p_0.1_range", or_null<Json>(drift.range_p_tenth)}};
  if (has_labels) {
    summary["metrics"] = metrics_of(stage);
  }
}

void log_waiting(const ClassifyCommand& command) {
  if (command.fdr) {
    log::info("--fdr " + number_text(*command.fdr) + ": verdicts wait for the end of " +
              (command.table.empty() ? "each input" : "the table"));
  }
}

void log_outcome(const ClassifyCommand& command, const VerdictStage& stage, bool has_labels) {
  const std::string what = command.table.empty() ? "flows" : "rows";
  log::info(std::to_string(stage.count(Verdict::kAnomaly)) + " anomalies, " +
            std::to_string(stage.count(Verdict::kNormal)) + " normal " + what);
  if (stage.count(Verdict::kUnclassified) != 0) {
    log::warning(
        "the model has no threshold: " + std::to_string(stage.count(Verdict::kUnclassified)) + " " +
        what + " have a score and no verdict");
  }
  if (stage.count(Verdict::kInvalid) != 0) {
    log::warning(std::to_string(stage.count(Verdict::kInvalid)) + " " + what +
                 " have no score: a value is missing");
  }
  log_drift(stage, command);
  if (has_labels) {
    log::info("metrics: " + metrics_of(stage).dump());
  }
}

void add_early(Json& summary, const VerdictStage& stage, std::uint64_t packets) {
  summary["early"] = counts_of([&](Verdict verdict) { return stage.early_count(verdict); });
  summary["early"]["packets"] = packets;
}

void log_early(const VerdictStage& stage, std::uint64_t packets) {
  log::info("early: " + std::to_string(stage.early_count(Verdict::kAnomaly)) + " anomalies, " +
            std::to_string(stage.early_count(Verdict::kNormal)) + " normal flows after " +
            std::to_string(packets) + (packets == 1 ? " packet" : " packets"));
}

void write_classify_report(OutputGroup& files, const ClassifyCommand& command,
                           const Detector& detector, const VerdictStage& stage,
                           const Table* table) {
  if (command.report.empty()) {
    return;
  }
  Report report = report_of(detector);
  if (command.fdr) {
    describe_fdr(report, *command.fdr);
  }
  report.title = "classify: " + printable(base_name(command.model));
  const std::uint64_t anomalies = stage.count(Verdict::kAnomaly);
  report.summary = std::to_string(anomalies) + " of " +
                   std::to_string(anomalies + stage.count(Verdict::kNormal)) +
                   (table == nullptr ? " flows" : " rows") + " raised an alert. " + report.summary;
  const Labelled rows = labelled(stage);
  report.evaluation = evaluate(rows.scores, rows.labels, detector.seed);
  report.confusion = stage.confusion();
  report.histogram = score_histogram(stage.scores(), stage.labels());
  report.drift = stage.drift();
  const Explainer explainer(detector);
  for (const NovelVerdict& one : stage.most_novel()) {
    const Explanation explanation = explainer.explain(one.values, kReasonsInReport);
    NovelRow row;
    row.who = table == nullptr ? endpoints_text(one.subject) : row_text(*table, one.subject.row);
    row.when = table == nullptr ? times_text(one.subject.flow, command.zone) : "";
    row.score = one.score.score;
    row.p_value = one.score.p_value;
    row.verdict = to_text(one.score.verdict);
    row.label = printable(one.subject.label_name);
    row.reasons = explainer.reasons(explanation);
    row.like = readable_key(explainer.like(explanation), command.zone);
    report.novel.push_back(std::move(row));
  }
  write_report(files, command.report, report);
}

void commit_verdicts(OutputFile* verdicts, OutputGroup& files, const RunContext& context,
                     const nlohmann::ordered_json& summary) {
  const auto commit = [verdicts] {
    if (verdicts != nullptr) {
      verdicts->commit();
    }
  };
  try {
    write_summary(files, context, summary);
  } catch (const SummaryInterrupted&) {
    commit();
    throw;
  }
  files.prepare();
  commit();
  files.commit();
  if (files.has_lost_reader()) {
    throw BrokenPipe{};
  }
}

}  // namespace netml
