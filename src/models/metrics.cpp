#include "netml/models/metrics.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace netml {
namespace {

// Rows of one score, from the highest score down.
struct Step {
  std::size_t normal = 0;
  std::size_t abnormal = 0;
};

struct Curve {
  std::vector<Step> steps;
  double normal = 0;
  double abnormal = 0;
  bool has_both() const { return normal > 0 && abnormal > 0; }
};

Curve curve_of(std::span<const double> scores, std::span<const int> labels) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  Curve curve;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || scores[order[i]] != scores[order[i - 1]]) {
      curve.steps.emplace_back();
    }
    const bool is_abnormal = labels[order[i]] != 0;
    ++(is_abnormal ? curve.steps.back().abnormal : curve.steps.back().normal);
    (is_abnormal ? curve.abnormal : curve.normal) += 1;
  }
  return curve;
}

}  // namespace

std::optional<double> roc_auc(std::span<const double> scores, std::span<const int> labels) {
  const Curve curve = curve_of(scores, labels);
  if (!curve.has_both()) {
    return std::nullopt;
  }
  double wins = 0;  // pairs in which the abnormal row has the higher score
  double abnormal_above = 0;
  for (const Step& step : curve.steps) {
    wins += static_cast<double>(step.normal) *
            (abnormal_above + static_cast<double>(step.abnormal) / 2);
    abnormal_above += static_cast<double>(step.abnormal);
  }
  return wins / (curve.normal * curve.abnormal);
}

std::optional<double> average_precision(std::span<const double> scores,
                                        std::span<const int> labels) {
  const Curve curve = curve_of(scores, labels);
  if (!curve.has_both()) {
    return std::nullopt;
  }
  double sum = 0, flagged = 0, hits = 0;
  for (const Step& step : curve.steps) {
    flagged += static_cast<double>(step.normal + step.abnormal);
    hits += static_cast<double>(step.abnormal);
    sum += static_cast<double>(step.abnormal) / curve.abnormal * (hits / flagged);
  }
  return sum;
}

std::optional<double> tpr_at_fpr(std::span<const double> scores, std::span<const int> labels,
                                 double rate) {
  const Curve curve = curve_of(scores, labels);
  if (!curve.has_both()) {
    return std::nullopt;
  }
  double false_alarms = 0, hits = 0, best = 0;
  for (const Step& step : curve.steps) {
    false_alarms += static_cast<double>(step.normal);
    hits += static_cast<double>(step.abnormal);
    if (false_alarms > rate * curve.normal) {
      break;
    }
    best = hits / curve.abnormal;
  }
  return best;
}

Confusion confusion(std::span<const double> scores, std::span<const int> labels, double threshold) {
  Confusion counts;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const bool is_flagged = scores[i] > threshold;
    if (labels[i] != 0) {
      ++(is_flagged ? counts.true_positives : counts.false_negatives);
    } else {
      ++(is_flagged ? counts.false_positives : counts.true_negatives);
    }
  }
  return counts;
}

}  // namespace netml
