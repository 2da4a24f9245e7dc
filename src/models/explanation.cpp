#include "netml/models/explanation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "netml/core/text_format.hpp"

namespace netml {
namespace {

// Places in TrainingQuantiles::kLevels.
constexpr Eigen::Index kLow = 1, kMedian = 4, kHigh = 7;
static_assert(TrainingQuantiles::kLevels[kLow] == .01 &&
              TrainingQuantiles::kLevels[kMedian] == .5 &&
              TrainingQuantiles::kLevels[kHigh] == .99);

// What a person reads.
constexpr int kDigits = 6;

}  // namespace

Explainer::Explainer(const Detector& detector)
    : detector_(detector), reference_(detector.scaler.transform(detector.reference.rows)) {}

std::size_t Explainer::nearest(std::span<const double> row) const {
  const Matrix one = Eigen::Map<const Matrix>(row.data(), 1, static_cast<Eigen::Index>(row.size()));
  const Matrix scaled = detector_.scaler.transform(one);
  std::size_t best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < row_count(reference_); ++i) {
    const double distance =
        (reference_.row(static_cast<Eigen::Index>(i)) - scaled.row(0)).squaredNorm();
    if (distance < least) {
      least = distance;
      best = i;
    }
  }
  return best;
}

Explanation Explainer::explain(std::span<const double> row, std::size_t most) const {
  Explanation explanation;
  if (row_count(reference_) == 0) {
    return explanation;
  }
  const std::size_t like = nearest(row);
  explanation.like = like;
  // The row itself, then the row with each column replaced in turn.
  const auto columns = static_cast<Eigen::Index>(row.size());
  Matrix rows = Eigen::Map<const Matrix>(row.data(), 1, columns).replicate(columns + 1, 1);
  for (Eigen::Index j = 0; j < columns; ++j) {
    rows(j + 1, j) = detector_.reference.rows(static_cast<Eigen::Index>(like), j);
  }
  const std::vector<RowScore> scores = detector_.score(rows);
  std::vector<double> raised(row.size());
  double sum = 0;
  for (std::size_t j = 0; j < row.size(); ++j) {
    raised[j] = std::max(0.0, scores[0].score - scores[j + 1].score);
    sum += raised[j];
  }
  std::vector<std::size_t> order(row.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return raised[a] > raised[b]; });
  for (const std::size_t j : order) {
    if (explanation.reasons.size() == most || !(raised[j] > 0)) {
      break;
    }
    const auto column = static_cast<Eigen::Index>(j);
    const Matrix& levels = detector_.quantiles.values;
    explanation.reasons.push_back({j, row[j], raised[j] / sum, levels(kMedian, column),
                                   levels(kLow, column), levels(kHigh, column)});
  }
  return explanation;
}

std::vector<std::string> Explainer::reasons(const Explanation& explanation) const {
  std::vector<std::string> lines;
  for (const Reason& reason : explanation.reasons) {
    lines.push_back(
        printable(detector_.columns[reason.column]) + "=" + rounded_text(reason.value, kDigits) +
        " (normal " + rounded_text(reason.median, kDigits) + ", " +
        rounded_text(reason.low, kDigits) + " to " + rounded_text(reason.high, kDigits) + ") " +
        std::to_string(static_cast<int>(std::lround(100 * reason.share))) + " %");
  }
  return lines;
}

std::string Explainer::like(const Explanation& explanation) const {
  return explanation.like ? printable(detector_.reference.keys[*explanation.like]) : "";
}

}  // namespace netml
