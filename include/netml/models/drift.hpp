#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "netml/models/detector.hpp"

namespace netml {

/// How many of the values seen lie below, at and between the points of a fixed sample. Takes each
/// value once and keeps no more than two counts per point; from these the distance to the sample
/// is exact.
class SampleComparison {
 public:
  /// Requires: at least one point, all finite.
  explicit SampleComparison(std::vector<double> sample);

  void add(double value);

  std::uint64_t count() const noexcept { return count_; }
  /// The largest distance of the two empirical distribution functions (two-sample
  /// Kolmogorov-Smirnov). 0 before the first value.
  double ks_distance() const;
  /// The probability of a distance this large or larger under one distribution, by the asymptotic
  /// series of Kolmogorov with Stephens' correction (Numerical Recipes, 3rd ed., 14.3.3).
  double ks_p_value() const;
  /// Population stability index over the deciles of the sample: sum of (q - p) ln(q / p) over at
  /// most ten bins, with p, q the shares of sample and values, each at least 1e-4. Where a tenth
  /// or more of the sample equals its minimum, what lies below is a bin of its own.
  double stability_index() const;

 private:
  std::uint64_t values_up_to(double edge) const;

  std::vector<double> points_;         ///< distinct, ascending
  std::vector<std::uint64_t> at_;      ///< sample values at the point
  std::vector<std::uint64_t> new_at_;  ///< new values at the point
  std::vector<std::uint64_t>
      new_below_;              ///< between the point before and this one; last: above all
  std::vector<double> edges_;  ///< inner decile edges, distinct
  std::uint64_t sample_size_ = 0;
  std::uint64_t count_ = 0;
};

/// Ends of a range of shares.
struct ShareRange {
  double low = 0;
  double high = 0;
};

/// [low, high], for or_null.
template <typename Json>
void to_json(Json& json, const ShareRange& range) {
  json = {range.low, range.high};
}

/// Where the share of successes among `count` trials lies with probability `level` when each
/// succeeds with probability `chance`: the central interval of the binomial distribution, as
/// scipy.stats.binom.interval has it, divided by `count`; above 10^6 trials that of the normal
/// distribution with its mean and variance, a few trials off at most. Requires: count > 0;
/// chance and level between 0 and 1.
ShareRange binomial_range(std::uint64_t count, double chance, double level);

/// A column that no longer looks like the training rows.
struct MovedColumn {
  std::string name;
  double stability_index = 0;
  double ks_distance = 0;
};

/// Whether rows look like those that a model was trained on.
struct DriftReport {
  std::uint64_t rows = 0;
  std::vector<MovedColumn> columns;  ///< all columns, in the order of the model
  std::size_t moved = 0;             ///< of them, how many have an index above kMovedIndex
  std::optional<double> score_ks;    ///< calibration scores against new ones
  std::optional<double> score_ks_p;
  std::optional<double> share_p_half;  ///< rows with p <= .5, and with p <= .1
  std::optional<double> share_p_tenth;
  /// Of so many rows, by chance alone (kShareLevel), the calibration scores taken as exact.
  std::optional<ShareRange> range_p_half;
  std::optional<ShareRange> range_p_tenth;
  bool is_conclusive = false;  ///< enough rows to tell
  std::string doubt;           ///< why it is not
  bool has_drifted = false;
};

/// Collects rows and their scores as they come and compares them with what the detector keeps of
/// its training: the reference rows, column by column, and the calibration scores.
///
/// Drift is said when the scores are distributed otherwise than the calibration scores (two-sample
/// KS, p < 0.001) and at least one column in ten has moved (index above 0.25). Below kLeastRows
/// rows nothing is said. The shares of small p-values are reported beside their binomial range, and
/// decide nothing. Memory: about 48 kB per column, whatever the number of rows.
class DriftCheck {
 public:
  static constexpr double kMovedIndex = 0.25;
  static constexpr double kScoreLevel = 0.001;
  static constexpr double kShareLevel = 0.99;
  static constexpr std::uint64_t kLeastRows = 100;

  /// The detector must outlive the object.
  explicit DriftCheck(const Detector& detector);

  /// Requires: a finite row of the detector's columns, not scaled, and its answer.
  void add(std::span<const double> row, const RowScore& answer);

  DriftReport report() const;

 private:
  const Detector& detector_;
  std::vector<SampleComparison> columns_;
  std::optional<SampleComparison> scores_;
  std::uint64_t rows_ = 0;
  std::uint64_t at_most_half_ = 0;
  std::uint64_t at_most_tenth_ = 0;
};

/// "alerts 7 %, expected 1 %; 9 of 40 columns moved: log_duration, …": one line for the log.
std::string drift_line(const DriftReport& report);
/// "p is at most 0.5 for 61 % of the flows (by chance 45.2 to 54.8 %), …"; empty without shares.
std::string shares_line(const DriftReport& report);

}  // namespace netml
