#include "score_steps.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace netml {

std::vector<ScoreStep> score_steps(std::span<const double> scores, std::span<const int> labels) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  std::vector<ScoreStep> steps;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || scores[order[i]] != scores[order[i - 1]]) {
      steps.emplace_back();
    }
    (labels[order[i]] != 0 ? steps.back().abnormal : steps.back().normal) += 1;
  }
  return steps;
}

ScoreStep total_of(std::span<const ScoreStep> steps) noexcept {
  ScoreStep total;
  for (const ScoreStep& step : steps) {
    total.normal += step.normal;
    total.abnormal += step.abnormal;
  }
  return total;
}

}  // namespace netml
