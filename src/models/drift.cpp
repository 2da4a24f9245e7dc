#include "netml/models/drift.hpp"

#include <algorithm>
#include <cmath>

#include "netml/core/quantile.hpp"
#include "netml/core/text_format.hpp"
#include "netml/models/conformal.hpp"

namespace netml {
namespace {

constexpr double kLeastShare = 1e-4;

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// Q(x) = 2 sum (-1)^(k-1) exp(-2 k^2 x^2).
double kolmogorov_tail(double x) {
  constexpr double kSmall = 0.2;  // Q is 1 to all digits below
  if (x < kSmall) {
    return 1;
  }
  double sum = 0;
  for (int k = 1; k <= 100; ++k) {
    const double term = std::exp(-2.0 * k * k * x * x);
    sum += k % 2 == 1 ? term : -term;
    if (term < 1e-17) {
      break;
    }
  }
  return std::clamp(2 * sum, 0.0, 1.0);
}

// The least number of successes that are not exceeded with probability `p`.
std::uint64_t binomial_quantile(std::uint64_t count, double chance, double p) {
  const auto probability_up_to = [&](std::uint64_t successes) {
    return successes == count ? 1.0
                              : incomplete_beta(static_cast<double>(count - successes),
                                                static_cast<double>(successes) + 1, 1 - chance);
  };
  std::uint64_t low = 0, high = count;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (probability_up_to(middle) >= p) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

std::string percent_text(double share) {
  return number_text(std::round(share * 1000) / 10);
}

std::string why_inconclusive(bool has_scores, bool has_columns, std::uint64_t rows) {
  if (!has_scores) {
    return "the model has no calibration scores";
  }
  if (!has_columns) {
    return "the model keeps no training flows";
  }
  return rows >= DriftCheck::kLeastRows
             ? std::string()
             : std::to_string(rows) + " flows with a score are too few, it takes " +
                   std::to_string(DriftCheck::kLeastRows);
}

}  // namespace

// ---------------------------------------------------------------- shares

ShareRange binomial_range(std::uint64_t count, double chance, double level) {
  constexpr std::uint64_t kMostExact = 1'000'000;
  const double tail = (1 - level) / 2, n = static_cast<double>(count);
  if (count <= kMostExact) {
    return {static_cast<double>(binomial_quantile(count, chance, tail)) / n,
            static_cast<double>(binomial_quantile(count, chance, 1 - tail)) / n};
  }
  // Of the normal distribution, whose tail is half of erfc(x / sqrt(2)).
  double low = 0, high = 40;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (std::erfc(middle / std::sqrt(2.0)) / 2 > tail ? low : high) = middle;
  }
  const double width = low * std::sqrt(chance * (1 - chance) / n);
  return {std::max(chance - width, 0.0), std::min(chance + width, 1.0)};
}

// ---------------------------------------------------------------- one column

SampleComparison::SampleComparison(std::vector<double> sample) : sample_size_(sample.size()) {
  std::sort(sample.begin(), sample.end());
  for (const double value : sample) {
    if (points_.empty() || points_.back() != value) {
      points_.push_back(value);
      at_.push_back(0);
    }
    ++at_.back();
  }
  new_at_.resize(points_.size());
  new_below_.resize(points_.size() + 1);
  for (int decile = 1; decile < 10; ++decile) {
    // An edge is a point of the sample, so that counts at points suffice.
    const double edge = *std::prev(
        std::upper_bound(points_.begin(), points_.end(), quantile_sorted(sample, decile / 10.0)));
    if (edges_.empty() || edges_.back() != edge) {
      edges_.push_back(edge);
    }
  }
}

void SampleComparison::add(double value) {
  ++count_;
  const auto place = static_cast<std::size_t>(
      std::lower_bound(points_.begin(), points_.end(), value) - points_.begin());
  if (place < points_.size() && points_[place] == value) {
    ++new_at_[place];
  } else {
    ++new_below_[place];
  }
}

double SampleComparison::ks_distance() const {
  if (count_ == 0) {
    return 0;
  }
  // Between two points the sample's function stands still and the other one rises: the largest
  // distance lies at an end of the interval.
  double largest = 0;
  std::uint64_t sample = 0, values = 0;
  for (std::size_t i = 0; i < points_.size(); ++i) {
    values += new_below_[i];
    largest = std::max(largest, std::fabs(share(sample, sample_size_) - share(values, count_)));
    sample += at_[i];
    values += new_at_[i];
    largest = std::max(largest, std::fabs(share(sample, sample_size_) - share(values, count_)));
  }
  return largest;
}

double SampleComparison::ks_p_value() const {
  if (count_ == 0) {
    return 1;
  }
  const double n = static_cast<double>(sample_size_), m = static_cast<double>(count_);
  const double root = std::sqrt(n * m / (n + m));
  return kolmogorov_tail((root + 0.12 + 0.11 / root) * ks_distance());
}

std::uint64_t SampleComparison::values_up_to(double edge) const {
  std::uint64_t values = 0;
  for (std::size_t i = 0; i < points_.size() && points_[i] <= edge; ++i) {
    values += new_below_[i] + new_at_[i];
  }
  return values;
}

double SampleComparison::stability_index() const {
  if (count_ == 0) {
    return 0;
  }
  double index = 0;
  std::uint64_t sample_before = 0, values_before = 0;
  const auto add_bin = [&](std::uint64_t sample, std::uint64_t values) {
    const double p = std::max(share(sample - sample_before, sample_size_), kLeastShare);
    const double q = std::max(share(values - values_before, count_), kLeastShare);
    index += (q - p) * std::log(q / p);
    sample_before = sample;
    values_before = values;
  };
  if (edges_.front() == points_.front()) {
    add_bin(0, new_below_.front());  // a tenth or more of the sample is its minimum
  }
  for (const double edge : edges_) {
    std::uint64_t sample = 0;
    for (std::size_t i = 0; i < points_.size() && points_[i] <= edge; ++i) {
      sample += at_[i];
    }
    add_bin(sample, values_up_to(edge));
  }
  add_bin(sample_size_, count_);
  return index;
}

// ---------------------------------------------------------------- all columns

DriftCheck::DriftCheck(const Detector& detector) : detector_(detector) {
  const Matrix& reference = detector.reference.rows;
  for (Eigen::Index j = 0; j < reference.cols() && reference.rows() > 0; ++j) {
    const auto column = reference.col(j);
    columns_.emplace_back(std::vector<double>(column.begin(), column.end()));
  }
  if (!detector.calibration.is_empty()) {
    scores_.emplace(detector.calibration.scores());
  }
}

void DriftCheck::add(std::span<const double> row, const RowScore& answer) {
  ++rows_;
  for (std::size_t j = 0; j < columns_.size(); ++j) {
    columns_[j].add(row[j]);
  }
  if (scores_) {
    scores_->add(answer.score);
  }
  if (answer.p_value) {
    // Of the score itself: the p-value of an ensemble is larger than that.
    const double p = detector_.calibration.p_value(answer.score);
    at_most_half_ += p <= .5 ? 1U : 0U;
    at_most_tenth_ += p <= .1 ? 1U : 0U;
  }
}

DriftReport DriftCheck::report() const {
  DriftReport report;
  report.rows = rows_;
  for (std::size_t j = 0; j < columns_.size(); ++j) {
    const MovedColumn column{detector_.columns[j], columns_[j].stability_index(),
                             columns_[j].ks_distance()};
    report.moved += column.stability_index > kMovedIndex ? 1U : 0U;
    report.columns.push_back(column);
  }
  if (scores_ && rows_ > 0) {
    report.score_ks = scores_->ks_distance();
    report.score_ks_p = scores_->ks_p_value();
    report.share_p_half = share(at_most_half_, rows_);
    report.share_p_tenth = share(at_most_tenth_, rows_);
    report.range_p_half = binomial_range(rows_, .5, kShareLevel);
    report.range_p_tenth = binomial_range(rows_, .1, kShareLevel);
  }
  report.doubt = why_inconclusive(scores_.has_value(), !columns_.empty(), rows_);
  report.is_conclusive = report.doubt.empty();
  report.has_drifted = report.is_conclusive && *report.score_ks_p < kScoreLevel &&
                       report.moved >= std::max<std::size_t>(1, columns_.size() / 10);
  return report;
}

std::string drift_line(const DriftReport& report) {
  std::vector<const MovedColumn*> order;
  for (const MovedColumn& column : report.columns) {
    if (column.stability_index > DriftCheck::kMovedIndex) {
      order.push_back(&column);
    }
  }
  std::stable_sort(order.begin(), order.end(), [](const MovedColumn* a, const MovedColumn* b) {
    return a->stability_index > b->stability_index;
  });
  constexpr std::size_t kMostNamed = 5;
  std::string names;
  for (std::size_t i = 0; i < std::min(order.size(), kMostNamed); ++i) {
    names += (i == 0 ? ": " : ", ") + printable(order[i]->name);
  }
  std::string line = std::to_string(report.moved) + " of " + std::to_string(report.columns.size()) +
                     " columns have moved away from the training flows" + names +
                     (order.size() > kMostNamed ? ", …" : "");
  if (report.share_p_tenth) {
    line += "; " + percent_text(*report.share_p_tenth) +
            " % of the flows are as novel as the most novel tenth of the calibration flows";
  }
  return line;
}

std::string shares_line(const DriftReport& report) {
  if (!report.share_p_half || !report.range_p_half || !report.share_p_tenth ||
      !report.range_p_tenth) {
    return "";
  }
  const auto share_text = [](double value, const ShareRange& range) {
    return percent_text(value) + " % of the flows (by chance " + percent_text(range.low) + " to " +
           percent_text(range.high) + " %)";
  };
  return "p is at most 0.5 for " + share_text(*report.share_p_half, *report.range_p_half) +
         " and at most 0.1 for " + share_text(*report.share_p_tenth, *report.range_p_tenth);
}

}  // namespace netml
