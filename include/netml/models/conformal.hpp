#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace netml {

/// Scores of normal rows that the model was not fitted on, and what follows from them
/// (split conformal; Vovk et al. 2005, Bates et al. 2023):
///
///   p(s) = (1 + #{c_i >= s}) / (m + 1);   a row is an anomaly when p <= alpha
///
/// If it and the calibration rows are exchangeable, a normal row is flagged with probability at
/// most alpha.
class Calibration {
 public:
  static constexpr std::size_t kMostScores = 10000;

  Calibration() = default;
  /// Sorts the scores. Of more than 10000 it keeps 10000 evenly spaced order statistics, chosen so
  /// that the bound above still holds. Requires: all finite.
  explicit Calibration(std::vector<double> scores);

  /// Ascending.
  const std::vector<double>& scores() const noexcept { return scores_; }
  bool is_empty() const noexcept { return scores_.empty(); }
  /// m.
  std::size_t size() const noexcept { return scores_.size(); }

  double p_value(double score) const noexcept;
  /// The same, but beyond the largest score the tail goes on exponentially instead of staying at
  /// 1/(m+1): with u the 0.9-quantile, k scores above u and b their mean excess,
  ///   p(s) = min(1/(m+1), (k + 1)/(m + 1) exp(-(s - u)/b)).
  /// For ranking: no false-alarm rate follows from it. Requires: not empty.
  double tail_p_value(double score) const noexcept;

  /// The least alpha that can ever flag anything: 1/(m+1).
  double least_alpha() const noexcept { return 1.0 / static_cast<double>(size() + 1); }
  /// Whether m + 1 >= 1/alpha.
  bool supports(double alpha) const noexcept;
  /// How many scores alpha takes; 10^18 where it is more. Requires: alpha > 0.
  static std::size_t needed(double alpha);

  /// How many of the m + 1 ranks raise the alarm, m + 1 - k: floor(alpha (m + 1)).
  std::size_t alarm_ranks(double alpha) const noexcept;
  /// The k-th smallest score, k = ceil((1 - alpha)(m + 1)); s > it exactly where p(s) <= alpha.
  /// Requires: supports(alpha).
  double threshold(double alpha) const;
  /// The true rate is below this with the given confidence: a quantile of Beta(m + 1 - k, k).
  /// Requires: supports(alpha).
  double rate_bound(double alpha, double confidence = 0.95) const;

 private:
  std::vector<double> scores_;
};

/// The alpha in force, and what to tell about it.
struct AlphaChoice {
  double alpha = 0;
  std::string warning;  ///< empty, or that the default gave way
};

inline constexpr double kDefaultAlpha = 0.01;

/// `asked`: the rate that the user gave. Without one the default gives way to least_alpha() where
/// the calibration set is too small for it. Throws DataError naming how many rows an asked rate
/// takes; UsageError for one that is not between 0 and 1. Requires: not empty.
///
/// `members`: how many models share the rate evenly, each with as many scores; the least rate is
/// then members/(m+1). Requires: that is below 1, or a rate is asked.
AlphaChoice choose_alpha(const Calibration& calibration, std::optional<double> asked,
                         std::size_t members = 1);

/// Benjamini and Hochberg (1995): the largest p-value that is rejected when of all that are, at
/// most the share `q` is to be false on average: max { p_(k) : p_(k) <= k q / n }, 0 when there is
/// none. With conformal p-values of one calibration set that share holds too (Bates et al. 2023).
double fdr_cutoff(std::vector<double> p_values, double q);

/// The regularised incomplete beta function I_x(a, b); a, b > 0, 0 <= x <= 1 (continued fraction,
/// Lentz).
double incomplete_beta(double a, double b, double x) noexcept;
/// x with I_x(a, b) = p (bisection, to the last bits).
double beta_quantile(double p, double a, double b) noexcept;

}  // namespace netml
