#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "netml/models/drift.hpp"
#include "netml/models/evaluation.hpp"
#include "netml/models/metrics.hpp"

namespace netml {

/// Scores by class in bins of equal width.
struct ScoreHistogram {
  /// One more than bins, finite, ascending, the last above the first; empty without scores.
  std::vector<double> edges;
  std::vector<std::uint64_t> normal;
  std::vector<std::uint64_t> abnormal;
  std::vector<std::uint64_t> unlabelled;
};

/// 40 bins from the smallest score to the 0.995-quantile; what lies above is in the last one. Where
/// all scores are one, the bins begin there. Requires: finite scores.
/// `labels`: 0, 1 or -1 without a label; one per score.
ScoreHistogram score_histogram(std::span<const double> scores, std::span<const int> labels);

/// One of the most novel flows or rows.
struct NovelRow {
  std::string who;   ///< as the verdict's text line has it
  std::string when;  ///< empty for rows without a time
  double score = 0;
  std::optional<double> p_value;
  std::string verdict;
  std::string label;                 ///< empty without labels
  std::vector<std::string> reasons;  ///< the strongest first
  std::string like;                  ///< the nearest normal flow; may be empty
};

/// The share of held-out training rows that would have raised an alert, fold by fold.
struct FoldRates {
  std::vector<double> rates;
  double alpha = 0;
};

/// Everything that a report tells: numbers and text, no layout.
struct Report {
  std::string title;                                      ///< "learn: model.netml"
  std::string summary;                                    ///< one or two sentences
  std::vector<std::pair<std::string, std::string>> card;  ///< the model card: name, value
  std::vector<std::string> warnings;
  std::optional<Evaluation> evaluation;  ///< nothing without labels of both classes
  std::optional<Confusion> confusion;    ///< of the verdicts, with labels
  std::optional<double> threshold;       ///< nothing where verdicts come from p-values
  std::optional<double> alpha;           ///< the false-alarm rate asked for; nothing with --fdr
  std::optional<double> rate_bound;      ///< upper bound on the true one, confidence 0.95
  ScoreHistogram histogram;
  std::optional<FoldRates> folds;
  std::optional<DriftReport> drift;
  std::vector<NovelRow> novel;  ///< the most novel first
};

/// One page that needs nothing but itself: no script, no network, light and dark, for screens from
/// 320 pixels and for paper. Text from captures and models is escaped.
std::string report_html(const Report& report);

/// The same numbers as JSON, with a line end.
std::string report_json(const Report& report);

}  // namespace netml
