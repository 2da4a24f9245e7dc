#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace netml {

// Quality of novelty scores against labels (0 normal, 1 abnormal; one per score). All of them give
// nothing when either class is absent. Scores must be finite.

/// Area under the ROC curve: the Mann-Whitney statistic, ties count 1/2.
std::optional<double> roc_auc(std::span<const double> scores, std::span<const int> labels);

/// Sum over thresholds of (recall gained) · precision, as scikit-learn's average_precision_score.
std::optional<double> average_precision(std::span<const double> scores,
                                        std::span<const int> labels);

/// The largest share of abnormal rows flagged by "score >= t" over thresholds t that flag at most
/// `rate` of the normal rows.
std::optional<double> tpr_at_fpr(std::span<const double> scores, std::span<const int> labels,
                                 double rate);

/// How verdicts agree with labels.
struct Confusion {
  std::size_t true_positives = 0;
  std::size_t false_positives = 0;
  std::size_t true_negatives = 0;
  std::size_t false_negatives = 0;
};

}  // namespace netml
