#pragma once

#include <span>
#include <vector>

namespace netml {

/// Rows of one score, by their labels.
struct ScoreStep {
  double normal = 0;
  double abnormal = 0;
};

/// From the highest score down. A label other than 0 is abnormal. Requires: no NaN.
std::vector<ScoreStep> score_steps(std::span<const double> scores, std::span<const int> labels);

/// The sum of all steps.
ScoreStep total_of(std::span<const ScoreStep> steps) noexcept;

}  // namespace netml
