#include "netml/models/metrics.hpp"

#include <vector>

#include "score_steps.hpp"

namespace netml {
namespace {

struct Curve {
  Curve(std::span<const double> scores, std::span<const int> labels)
      : steps(score_steps(scores, labels)), total(total_of(steps)) {}
  bool has_both() const { return total.normal > 0 && total.abnormal > 0; }

  std::vector<ScoreStep> steps;
  ScoreStep total;
};

}  // namespace

std::optional<double> roc_auc(std::span<const double> scores, std::span<const int> labels) {
  const Curve curve(scores, labels);
  if (!curve.has_both()) {
    return std::nullopt;
  }
  double wins = 0;  // pairs in which the abnormal row has the higher score
  double abnormal_above = 0;
  for (const ScoreStep& step : curve.steps) {
    wins += step.normal * (abnormal_above + step.abnormal / 2);
    abnormal_above += step.abnormal;
  }
  return wins / (curve.total.normal * curve.total.abnormal);
}

std::optional<double> average_precision(std::span<const double> scores,
                                        std::span<const int> labels) {
  const Curve curve(scores, labels);
  if (!curve.has_both()) {
    return std::nullopt;
  }
  // Divided by the total once, at the end, so that a perfect ranking gives 1 and not nearly so.
  double sum = 0, flagged = 0, hits = 0;
  for (const ScoreStep& step : curve.steps) {
    flagged += step.normal + step.abnormal;
    hits += step.abnormal;
    sum += step.abnormal * (hits / flagged);
  }
  return sum / curve.total.abnormal;
}

std::optional<double> tpr_at_fpr(std::span<const double> scores, std::span<const int> labels,
                                 double rate) {
  const Curve curve(scores, labels);
  if (!curve.has_both()) {
    return std::nullopt;
  }
  double false_alarms = 0, hits = 0, best = 0;
  for (const ScoreStep& step : curve.steps) {
    false_alarms += step.normal;
    hits += step.abnormal;
    if (false_alarms > rate * curve.total.normal) {
      break;
    }
    best = hits / curve.total.abnormal;
  }
  return best;
}

}  // namespace netml
