#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "netml/core/output_file.hpp"
#include "netml/models/detector.hpp"
#include "netml/models/drift.hpp"
#include "netml/models/explanation.hpp"

#include "verdict_writer.hpp"

namespace netml {

/// What becomes of scored rows.
struct StageOptions {
  bool reports_all = false;         ///< also rows that raise no alert
  std::size_t explain = 0;          ///< reasons per alert; 0: none
  std::optional<double> fdr;        ///< verdicts by Benjamini-Hochberg, at the end of each input
  std::size_t keep_most_novel = 0;  ///< for a report; 0: none
  bool keeps_scores = false;        ///< of rows without a label too
  bool checks_drift = false;
  std::uint64_t memory_limit = std::uint64_t{2} << 30;  ///< of what waits for the end of an input
  std::size_t threads = 1;
};

/// One of the most novel rows, with its values for explanations.
struct NovelVerdict {
  VerdictSubject subject;
  RowScore score;
  std::vector<double> values;
};

/// Scores measured rows, some at a time, and hands the verdicts to a writer in their order.
///
/// Early verdicts are written and counted apart, by the model's threshold, and nothing else:
/// counts, metrics, drift, --fdr and what is kept for a report are of final ones.
///
/// A reader that has gone away ends the run quietly: is_done().
class VerdictStage {
 public:
  /// All must outlive the object. Requires: with `fdr`, scores of flows that were kept back.
  VerdictStage(const Detector& detector, VerdictWriter& writer, OutputFile& file,
               const StageOptions& options);

  /// `values`: one per column of the detector, not scaled; NaN where missing.
  void add(VerdictSubject subject, std::span<const double> values);
  /// Nothing more for now: what can be said is written.
  void idle();
  /// The input has ended: verdicts that waited for that are written.
  void end_input();
  /// All has been said and is on its way; the file is still to be committed, if its reader has not
  /// gone away.
  void finish();

  bool is_done() const noexcept { return is_done_; }
  /// The verdicts that wait have passed the memory limit: no more rows are to be added.
  bool is_full() const noexcept { return is_full_; }
  /// Whether the model's threshold promises a false-alarm rate.
  bool promises_rate() const noexcept {
    return detector_.threshold_rule == ThresholdRule::kConformal;
  }
  bool has_reported_anomaly() const noexcept { return has_reported_anomaly_; }
  std::uint64_t count(Verdict verdict) const { return counts_[static_cast<std::size_t>(verdict)]; }
  std::uint64_t early_count(Verdict verdict) const {
    return early_counts_[static_cast<std::size_t>(verdict)];
  }
  /// Of labelled rows, or of all with keeps_scores; -1: no label. Outside the memory limit.
  const std::vector<double>& scores() const noexcept { return scores_; }
  const std::vector<int>& labels() const noexcept { return labels_; }
  /// How the verdicts agree with the labels; nothing without labelled rows or verdicts.
  const std::optional<Confusion>& confusion() const noexcept { return confusion_; }
  std::optional<DriftReport> drift() const;
  /// The most novel first.
  std::vector<NovelVerdict> most_novel() const;

 private:
  struct Waiting {
    VerdictSubject subject;
    RowScore score;
  };

  void score_waiting();
  void keep(const Waiting& row, std::span<const double> values);
  void keep_novel(const Waiting& row, std::span<const double> values);
  void write(const Waiting& row, std::span<const double> values);
  void count(const Waiting& row, std::span<const double> values);
  void say(const Waiting& row, std::span<const double> values);
  void write_early();
  void forget_waiting();
  std::span<const double> values_of_row(std::size_t row) const {
    return std::span(values_).subspan(row * columns_, columns_);
  }
  template <typename Write>
  void guarded(Write write);

  const Detector& detector_;
  VerdictWriter& writer_;
  OutputFile& file_;
  const StageOptions options_;
  const std::size_t columns_;
  const std::size_t batch_;
  std::optional<Explainer> explainer_;
  std::optional<DriftCheck> drift_;

  std::vector<Waiting> waiting_;
  std::vector<double> values_;  ///< of the rows that wait, one after the other
  std::size_t scored_ = 0;  ///< how many of them have a score: those that wait for their verdict
  std::uint64_t label_bytes_ = 0;           ///< of the rows that wait
  std::uint64_t unscored_label_bytes_ = 0;  ///< of those that have no score
  std::vector<NovelVerdict> novel_;         ///< a heap, the least novel on top
  std::array<std::uint64_t, 4> counts_{};
  std::array<std::uint64_t, 4> early_counts_{};
  std::vector<double> scores_;
  std::vector<int> labels_;
  std::optional<Confusion> confusion_;
  bool has_reported_anomaly_ = false;
  bool is_done_ = false;
  bool is_full_ = false;
};

/// Why a run ends when the stage is full.
inline constexpr char kVerdictsFull[] =
    "--fdr holds the verdicts of an input until its end, and they do not fit --memory-limit: what "
    "was read so far was judged by itself; raise it, or classify smaller captures";

}  // namespace netml
