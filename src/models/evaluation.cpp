#include "netml/models/evaluation.hpp"

#include <algorithm>
#include <array>

#include "netml/core/quantile.hpp"
#include "netml/core/rng.hpp"

#include "score_steps.hpp"

namespace netml {
namespace {

constexpr std::size_t kResamples = 200;
constexpr std::size_t kGrid = 101;
constexpr std::uint64_t kBootstrapStream = 401;

// Everything that is read off one sample.
struct Reading {
  std::array<double, 5> numbers{};  // auc, average precision, the three rates
  std::array<double, kGrid> roc{};
  std::array<double, kGrid> precision{};
};

constexpr std::array<double, 3> kRates = {.001, .01, .05};

double grid(std::size_t i) {
  return static_cast<double>(i) / (kGrid - 1);
}

Reading read_off(std::span<const ScoreStep> steps, double normal, double abnormal) {
  Reading reading;
  double false_alarms = 0, hits = 0, wins = 0, precision_sum = 0;
  std::size_t next_fpr = 0, next_recall = 0;
  for (const ScoreStep& step : steps) {
    const double hits_before = hits;
    false_alarms += step.normal;
    hits += step.abnormal;
    if (step.normal + step.abnormal == 0) {
      continue;
    }
    wins += step.normal * (hits_before + step.abnormal / 2);
    const double precision = hits / (hits + false_alarms);
    precision_sum += step.abnormal * precision;
    // What was reached before this step holds for all x that the step goes beyond.
    for (; next_fpr < kGrid && false_alarms > grid(next_fpr) * normal; ++next_fpr) {
      reading.roc[next_fpr] = hits_before / abnormal;
    }
    for (std::size_t i = 0; i < kRates.size(); ++i) {
      if (false_alarms <= kRates[i] * normal) {
        reading.numbers[2 + i] = hits / abnormal;
      }
    }
    for (; next_recall < kGrid && hits >= grid(next_recall) * abnormal; ++next_recall) {
      reading.precision[next_recall] = precision;
    }
  }
  std::fill(reading.roc.begin() + static_cast<std::ptrdiff_t>(next_fpr), reading.roc.end(), 1.0);
  reading.numbers[0] = wins / (normal * abnormal);
  reading.numbers[1] = precision_sum / abnormal;
  return reading;
}

// The rows in order, and which step each belongs to.
struct Ordered {
  std::vector<ScoreStep> steps;
  std::vector<std::uint32_t> normal_steps;    // per normal row
  std::vector<std::uint32_t> abnormal_steps;  // per abnormal row
};

Ordered ordered(std::span<const double> scores, std::span<const int> labels) {
  Ordered rows{score_steps(scores, labels), {}, {}};
  for (std::size_t i = 0; i < rows.steps.size(); ++i) {
    const auto add = [&](std::vector<std::uint32_t>& list, double count) {
      list.insert(list.end(), static_cast<std::size_t>(count), static_cast<std::uint32_t>(i));
    };
    add(rows.normal_steps, rows.steps[i].normal);
    add(rows.abnormal_steps, rows.steps[i].abnormal);
  }
  return rows;
}

std::vector<Reading> resamples(const Ordered& rows, std::uint64_t seed) {
  std::vector<Reading> readings(kResamples);
  std::vector<ScoreStep> steps(rows.steps.size());
  for (std::size_t r = 0; r < kResamples; ++r) {
    Rng rng(derive_seed(derive_seed(seed, kBootstrapStream), r));
    std::fill(steps.begin(), steps.end(), ScoreStep{});
    for (std::size_t i = 0; i < rows.normal_steps.size(); ++i) {
      steps[rows.normal_steps[rng.below(rows.normal_steps.size())]].normal += 1;
    }
    for (std::size_t i = 0; i < rows.abnormal_steps.size(); ++i) {
      steps[rows.abnormal_steps[rng.below(rows.abnormal_steps.size())]].abnormal += 1;
    }
    readings[r] = read_off(steps, static_cast<double>(rows.normal_steps.size()),
                           static_cast<double>(rows.abnormal_steps.size()));
  }
  return readings;
}

// The value, and the 2.5 and 97.5 % quantiles of what `of` reads off the resamples.
template <typename Read>
Estimate estimate(const Reading& all, const std::vector<Reading>& readings, Read of) {
  std::vector<double> values;
  values.reserve(readings.size());
  for (const Reading& reading : readings) {
    values.push_back(of(reading));
  }
  std::sort(values.begin(), values.end());
  return {of(all), quantile_sorted(values, .025), quantile_sorted(values, .975)};
}

}  // namespace

std::optional<Evaluation> evaluate(std::span<const double> scores, std::span<const int> labels,
                                   std::uint64_t seed) {
  const Ordered rows = ordered(scores, labels);
  Evaluation evaluation;
  evaluation.normal = rows.normal_steps.size();
  evaluation.abnormal = rows.abnormal_steps.size();
  if (evaluation.normal == 0 || evaluation.abnormal == 0) {
    return std::nullopt;
  }
  const Reading all = read_off(rows.steps, static_cast<double>(evaluation.normal),
                               static_cast<double>(evaluation.abnormal));
  const std::vector<Reading> readings = resamples(rows, seed);
  Estimate* const numbers[] = {&evaluation.auc, &evaluation.average_precision,
                               &evaluation.tpr_at_fpr_0001, &evaluation.tpr_at_fpr_001,
                               &evaluation.tpr_at_fpr_005};
  for (std::size_t i = 0; i < std::size(numbers); ++i) {
    *numbers[i] = estimate(all, readings, [i](const Reading& one) { return one.numbers[i]; });
  }
  for (std::size_t i = 0; i < kGrid; ++i) {
    const Estimate roc = estimate(all, readings, [i](const Reading& one) { return one.roc[i]; });
    evaluation.roc.push_back({grid(i), roc.value, roc.low, roc.high});
    const Estimate precision =
        estimate(all, readings, [i](const Reading& one) { return one.precision[i]; });
    evaluation.precision_recall.push_back(
        {grid(i), precision.value, precision.low, precision.high});
  }
  return evaluation;
}

}  // namespace netml
