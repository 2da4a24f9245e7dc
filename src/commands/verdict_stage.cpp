#include "verdict_stage.hpp"

#include <algorithm>
#include <utility>

namespace netml {
namespace {

// Rows that are scored together: many enough for all threads, few enough that nothing waits long
// and that wide rows do not take much room.
std::size_t batch_of(std::size_t columns) {
  constexpr std::size_t kMostRows = 1024, kMostValues = std::size_t{1} << 17;
  return std::clamp<std::size_t>(kMostValues / std::max<std::size_t>(columns, 1), 64, kMostRows);
}

bool is_more_novel(const NovelVerdict& a, const NovelVerdict& b) {
  return a.score.score > b.score.score;
}

}  // namespace

VerdictStage::VerdictStage(const Detector& detector, VerdictWriter& writer, OutputFile& file,
                           const StageOptions& options)
    : detector_(detector),
      writer_(writer),
      file_(file),
      options_(options),
      columns_(detector.columns.size()),
      batch_(batch_of(columns_)) {
  if (options.explain > 0) {
    explainer_.emplace(detector);
  }
  if (options.checks_drift) {
    drift_.emplace(detector);
  }
}

void VerdictStage::add(VerdictSubject subject, std::span<const double> values) {
  constexpr std::uint64_t kMostLabelBytes = std::uint64_t{1} << 20;  // that wait to be scored
  unscored_label_bytes_ += subject.label_name.size();
  label_bytes_ += subject.label_name.size();
  waiting_.push_back({std::move(subject), {}});
  values_.insert(values_.end(), values.begin(), values.end());
  if (waiting_.size() - scored_ >= batch_ || unscored_label_bytes_ > kMostLabelBytes) {
    score_waiting();
  }
  const std::uint64_t bytes =
      label_bytes_ + waiting_.size() * (sizeof(Waiting) + columns_ * sizeof(double));
  is_full_ =
      is_full_ || (options_.fdr && options_.memory_limit != 0 && bytes > options_.memory_limit);
}

void VerdictStage::score_waiting() {
  if (scored_ == waiting_.size()) {
    return;
  }
  unscored_label_bytes_ = 0;
  const std::size_t count = waiting_.size() - scored_;
  const Matrix rows = Eigen::Map<const Matrix>(values_.data() + scored_ * columns_,
                                               static_cast<Eigen::Index>(count),
                                               static_cast<Eigen::Index>(columns_));
  const std::vector<RowScore> scores = detector_.score(rows, options_.threads);
  for (std::size_t i = 0; i < count; ++i) {
    waiting_[scored_ + i].score = scores[i];
    keep(waiting_[scored_ + i], values_of_row(scored_ + i));
  }
  if (options_.fdr) {
    write_early();
    scored_ = waiting_.size();
    return;
  }
  for (std::size_t i = 0; i < waiting_.size() && !is_done_; ++i) {
    write(waiting_[i], values_of_row(i));
  }
  forget_waiting();
}

void VerdictStage::forget_waiting() {
  waiting_.clear();
  values_.clear();
  scored_ = 0;
  label_bytes_ = 0;
}

void VerdictStage::keep(const Waiting& row, std::span<const double> values) {
  if (row.score.verdict == Verdict::kInvalid || row.subject.time == VerdictTime::kEarly) {
    return;
  }
  if (row.subject.label || options_.keeps_scores) {
    scores_.push_back(row.score.score);
    labels_.push_back(row.subject.label.value_or(-1));
  }
  if (drift_) {
    drift_->add(values, row.score);
  }
}

void VerdictStage::keep_novel(const Waiting& row, std::span<const double> values) {
  if (novel_.size() == options_.keep_most_novel) {
    if (!(row.score.score > novel_.front().score.score)) {
      return;
    }
    std::pop_heap(novel_.begin(), novel_.end(), is_more_novel);
    novel_.pop_back();
  }
  novel_.push_back({row.subject, row.score, {values.begin(), values.end()}});
  std::push_heap(novel_.begin(), novel_.end(), is_more_novel);
}

// Of the rows scored last, those that need not wait for the others.
void VerdictStage::write_early() {
  std::size_t kept = scored_;
  for (std::size_t i = scored_; i < waiting_.size(); ++i) {
    if (waiting_[i].subject.time == VerdictTime::kEarly) {
      label_bytes_ -= waiting_[i].subject.label_name.size();
      write(waiting_[i], values_of_row(i));
      continue;
    }
    if (kept != i) {
      waiting_[kept] = std::move(waiting_[i]);
      std::ranges::copy(values_of_row(i),
                        values_.begin() + static_cast<std::ptrdiff_t>(kept * columns_));
    }
    ++kept;
  }
  waiting_.resize(kept);
  values_.resize(kept * columns_);
}

void VerdictStage::write(const Waiting& row, std::span<const double> values) {
  if (row.subject.time == VerdictTime::kEarly) {
    ++early_counts_[static_cast<std::size_t>(row.score.verdict)];
  } else {
    count(row, values);
  }
  if (row.score.verdict == Verdict::kAnomaly || options_.reports_all) {
    say(row, values);
  }
}

void VerdictStage::count(const Waiting& row, std::span<const double> values) {
  const Verdict verdict = row.score.verdict;
  ++counts_[static_cast<std::size_t>(verdict)];
  if (options_.keep_most_novel > 0 && verdict != Verdict::kInvalid) {
    keep_novel(row, values);
  }
  const bool is_anomaly = verdict == Verdict::kAnomaly;
  if (row.subject.label && (is_anomaly || verdict == Verdict::kNormal)) {
    confusion_ = confusion_.value_or(Confusion{});
    const bool is_abnormal = *row.subject.label != 0;
    ++(is_abnormal ? (is_anomaly ? confusion_->true_positives : confusion_->false_negatives)
                   : (is_anomaly ? confusion_->false_positives : confusion_->true_negatives));
  }
  has_reported_anomaly_ = has_reported_anomaly_ || is_anomaly;
}

void VerdictStage::say(const Waiting& row, std::span<const double> values) {
  guarded([&] {
    const bool is_by_fdr = options_.fdr && row.subject.time == VerdictTime::kFinal;
    SubjectVerdict said{
        row.subject, row.score, is_by_fdr ? std::nullopt : detector_.threshold, {}, {}};
    if (explainer_ && row.score.verdict == Verdict::kAnomaly) {
      const Explanation explanation = explainer_->explain(values, options_.explain);
      said.reasons = explainer_->reasons(explanation);
      said.like = explainer_->like(explanation);
    }
    writer_.write(said);
  });
}

void VerdictStage::idle() {
  score_waiting();
  guarded([&] { file_.flush(); });
}

void VerdictStage::end_input() {
  score_waiting();
  if (!options_.fdr || waiting_.empty()) {
    return;
  }
  std::vector<double> p_values;
  for (const Waiting& row : waiting_) {
    if (row.score.p_value) {
      p_values.push_back(*row.score.p_value);
    }
  }
  const double cutoff = fdr_cutoff(std::move(p_values), *options_.fdr);
  for (std::size_t i = 0; i < waiting_.size() && !is_done_; ++i) {
    Waiting& row = waiting_[i];
    if (row.score.p_value) {
      row.score.verdict = *row.score.p_value <= cutoff ? Verdict::kAnomaly : Verdict::kNormal;
    }
    write(row, values_of_row(i));
  }
  forget_waiting();
}

void VerdictStage::finish() {
  end_input();
  guarded([&] { file_.prepare(); });
}

std::optional<DriftReport> VerdictStage::drift() const {
  return drift_ ? std::optional(drift_->report()) : std::nullopt;
}

std::vector<NovelVerdict> VerdictStage::most_novel() const {
  std::vector<NovelVerdict> rows = novel_;
  std::sort_heap(rows.begin(), rows.end(), is_more_novel);
  return rows;
}

template <typename Write>
void VerdictStage::guarded(Write write) {
  try {
    if (!is_done_) {
      write();
    }
  } catch (const BrokenPipe&) {
    is_done_ = true;
  }
}

}  // namespace netml
