#include "training_page.hpp"

#include <algorithm>
#include <numeric>

#include "netml/commands/report_output.hpp"
#include "netml/core/text_format.hpp"
#include "netml/models/explanation.hpp"

#include "flow_text.hpp"
#include "training_rows.hpp"

namespace netml {
namespace {

constexpr std::size_t kMostNovel = 20;
constexpr std::size_t kReasons = 5;

std::vector<NovelRow> most_novel(const TrainingPage& page) {
  std::vector<std::size_t> order(page.part.rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t count = std::min(order.size(), kMostNovel);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                    [&](std::size_t a, std::size_t b) {
                      const double first = page.part.answers[a].score;
                      const double second = page.part.answers[b].score;
                      return first != second ? first > second : a < b;
                    });
  const Explainer explainer(page.detector);
  std::vector<NovelRow> rows;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t row = page.part.rows[order[i]];
    const RowScore& answer = page.part.answers[order[i]];
    const Explanation explanation = explainer.explain(row_of(page.values, row), kReasons);
    const std::string key = row_key(page.table, row);
    const int label = page.part.labels[order[i]];
    NovelRow novel;
    novel.who = key.empty() ? "row " + std::to_string(row + 1) : readable_key(key, TextZone::kUtc);
    novel.score = answer.score;
    novel.p_value = answer.p_value;
    novel.verdict = to_text(answer.verdict);
    novel.label = label < 0 ? "" : label == 0 ? "normal" : "abnormal";
    novel.reasons = explainer.reasons(explanation);
    novel.like = readable_key(explainer.like(explanation), TextZone::kUtc);
    rows.push_back(std::move(novel));
  }
  return rows;
}

}  // namespace

void write_training_page(OutputGroup& files, const TrainOptions& options,
                         const TrainingPage& page) {
  Report report = report_of(page.detector);
  report.title = "learn: " + printable(base_name(options.output));
  std::vector<double> scores;
  for (const RowScore& answer : page.part.answers) {
    scores.push_back(answer.score);
  }
  const bool is_labelled =
      std::any_of(page.part.labels.begin(), page.part.labels.end(), [](int l) { return l >= 0; });
  report.summary += " Shown are " + std::to_string(scores.size()) +
                    (is_labelled ? " flows that the model was not fitted on."
                                 : " flows of the calibration, which the model was not fitted on.");
  if (is_labelled) {
    report.evaluation = evaluate(scores, page.part.labels, options.seed);
    if (page.detector.has_verdicts()) {
      report.confusion = confusion(page.part.answers, page.part.labels);
    }
  }
  report.histogram = score_histogram(scores, page.part.labels);
  report.folds = page.folds;
  report.novel = most_novel(page);
  write_report(files, options.report, report);
}

}  // namespace netml
