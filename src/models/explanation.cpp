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

// Rows that are scored together, and values in them.
constexpr std::size_t kFewestRows = 8, kMostRows = 128, kMostValues = std::size_t{1} << 19;

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

// max(e_j, 0) of every column, some columns at a time: all at once would take the square of their
// number. A score does not depend on the rows beside it.
std::vector<double> Explainer::raised_by(std::span<const double> row, std::size_t like) const {
  const Matrix one = Eigen::Map<const Matrix>(row.data(), 1, static_cast<Eigen::Index>(row.size()));
  const double whole = detector_.score(one)[0].score;
  const std::span<const double> normal = row_of(detector_.reference.rows, like);
  std::vector<std::size_t> differing;
  for (std::size_t j = 0; j < row.size(); ++j) {
    if (row[j] != normal[j]) {
      differing.push_back(j);
    }
  }
  std::vector<double> raised(row.size());
  const std::size_t at_once = std::clamp(kMostValues / row.size(), kFewestRows, kMostRows);
  for (std::size_t first = 0; first < differing.size(); first += at_once) {
    const auto columns =
        std::span(differing).subspan(first, std::min(at_once, differing.size() - first));
    Matrix rows = one.replicate(static_cast<Eigen::Index>(columns.size()), 1);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      rows(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(columns[i])) =
          normal[columns[i]];
    }
    const std::vector<RowScore> scores = detector_.score(rows);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      raised[columns[i]] = std::max(0.0, whole - scores[i].score);
    }
  }
  return raised;
}

Explanation Explainer::explain(std::span<const double> row, std::size_t most) const {
  Explanation explanation;
  if (row_count(reference_) == 0) {
    return explanation;
  }
  const std::size_t like = nearest(row);
  explanation.like = like;
  const std::vector<double> raised = raised_by(row, like);
  const double sum = std::accumulate(raised.begin(), raised.end(), 0.0);
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
