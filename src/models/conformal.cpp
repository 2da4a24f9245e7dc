#include "netml/models/conformal.hpp"

#include <algorithm>
#include <cmath>

#include "netml/core/error.hpp"
#include "netml/core/quantile.hpp"
#include "netml/core/text_format.hpp"

namespace netml {
namespace {

// Keeps alpha (m + 1) from missing a whole number by its last bits: .01 · 100, or 1/(m+1) · (m+1).
constexpr double kRounding = 1e-9;

// Beyond any number of flows, within that of a size_t.
constexpr double kMostNeeded = 1e18;

// The continued fraction of the incomplete beta function (Lentz's method, DLMF 8.17.22).
double beta_fraction(double a, double b, double x) noexcept {
  constexpr double kTiny = 1e-300;
  constexpr double kPrecision = 1e-16;
  constexpr int kMostSteps = 10000;
  const auto not_zero = [](double value) { return std::fabs(value) < kTiny ? kTiny : value; };
  double c = 1;
  double d = 1 / not_zero(1 - (a + b) * x / (a + 1));
  double fraction = d;
  for (int m = 1; m <= kMostSteps; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / not_zero(1 + even * d);
    c = not_zero(1 + even / c);
    fraction *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / not_zero(1 + odd * d);
    c = not_zero(1 + odd / c);
    fraction *= d * c;
    if (std::fabs(d * c - 1) < kPrecision) {
      break;
    }
  }
  return fraction;
}

double log_gamma(double x) noexcept {
  int sign = 0;
  return lgamma_r(x, &sign);  // std::lgamma writes a global
}

}  // namespace

double fdr_cutoff(std::vector<double> p_values, double q) {
  std::sort(p_values.begin(), p_values.end());
  const double n = static_cast<double>(p_values.size());
  for (std::size_t k = p_values.size(); k > 0; --k) {
    if (p_values[k - 1] * n <= static_cast<double>(k) * q + kRounding) {
      return p_values[k - 1];
    }
  }
  return 0;
}

double incomplete_beta(double a, double b, double x) noexcept {
  if (x <= 0 || x >= 1) {
    return x <= 0 ? 0 : 1;
  }
  const double front = std::exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * std::log(x) +
                                b * std::log1p(-x));
  // The fraction converges fast on this side of the mean.
  return x < (a + 1) / (a + b + 2) ? front * beta_fraction(a, b, x) / a
                                   : 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double beta_quantile(double p, double a, double b) noexcept {
  double low = 0;
  double high = 1;
  while (true) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) {
      return middle;
    }
    (incomplete_beta(a, b, middle) < p ? low : high) = middle;
  }
}

Calibration::Calibration(std::vector<double> scores) : scores_(std::move(scores)) {
  std::sort(scores_.begin(), scores_.end());
  const std::size_t m = scores_.size();
  if (m <= kMostScores) {
    return;
  }
  // The r-th score kept stands for rank r/(kept+1), rounded up: never a lower threshold than that
  // of all.
  for (std::size_t r = 1; r <= kMostScores; ++r) {
    const std::size_t rank = (r * (m + 1) + kMostScores) / (kMostScores + 1);
    scores_[r - 1] = scores_[rank - 1];
  }
  scores_.resize(kMostScores);
}

double Calibration::p_value(double score) const noexcept {
  const auto above = scores_.end() - std::lower_bound(scores_.begin(), scores_.end(), score);
  return static_cast<double>(1 + above) / static_cast<double>(size() + 1);
}

std::size_t Calibration::alarm_ranks(double alpha) const noexcept {
  return static_cast<std::size_t>(std::floor(alpha * static_cast<double>(size() + 1) + kRounding));
}

double Calibration::tail_p_value(double score) const noexcept {
  if (score <= scores_.back()) {
    return p_value(score);
  }
  const double quantile = quantile_sorted(scores_, 0.9);
  double excess = 0;
  const auto first = std::upper_bound(scores_.begin(), scores_.end(), quantile);
  for (auto above = first; above != scores_.end(); ++above) {
    excess += *above - quantile;
  }
  const auto count = static_cast<double>(scores_.end() - first);
  if (excess <= 0) {
    return least_alpha();
  }
  const double tail = (count + 1) * least_alpha() * std::exp(-(score - quantile) * count / excess);
  return tail < least_alpha() ? tail : least_alpha();  // where scores are huge it is no number
}

bool Calibration::supports(double alpha) const noexcept {
  const std::size_t ranks = alarm_ranks(alpha);
  return ranks >= 1 && ranks <= size();
}

std::size_t Calibration::needed(double alpha) {
  return static_cast<std::size_t>(std::min(std::ceil(1.0 / alpha - kRounding) - 1, kMostNeeded));
}

double Calibration::threshold(double alpha) const {
  return scores_[size() - alarm_ranks(alpha)];
}

double Calibration::rate_bound(double alpha, double confidence) const {
  const std::size_t ranks = alarm_ranks(alpha);
  return beta_quantile(confidence, static_cast<double>(ranks),
                       static_cast<double>(size() + 1 - ranks));
}

namespace {

// Why so many calibration flows cannot be had, and what helps; `least` is the least rate that those
// there are allow. No more flows help beyond those that are kept, and no rate is 1.
std::string shortage(std::size_t needed, const std::string& have, double least) {
  const std::string ask = least < 1 ? "ask for at least " + number_text(least) : "";
  if (needed > Calibration::kMostScores) {
    return ", and a model keeps at most " + std::to_string(Calibration::kMostScores) + "; " +
           (ask.empty() ? "ask for more" : ask);
  }
  return ", there are " + have + "; train on more normal flows, or " +
         (ask.empty() ? "choose one algorithm" : ask);
}

}  // namespace

AlphaChoice choose_alpha(const Calibration& calibration, std::optional<double> asked,
                         std::size_t members) {
  const std::string have = std::to_string(calibration.size());
  const auto shares = static_cast<double>(members);
  const double least = members == 1 ? calibration.least_alpha()
                                    : shares / static_cast<double>(calibration.size() + 1);
  const std::string shared =
      members == 1 ? "" : ", because " + std::to_string(members) + " members share it";
  if (asked) {
    if (!(*asked > 0 && *asked < 1)) {
      throw UsageError("the false-alarm rate " + number_text(*asked) + " is not between 0 and 1");
    }
    if (!calibration.supports(*asked / shares)) {
      const std::size_t needed = Calibration::needed(*asked / shares);
      throw DataError("a false-alarm rate of " + number_text(*asked) + " takes at least " +
                      std::to_string(needed) + " calibration flows" + shared +
                      shortage(needed, have, least));
    }
    return {*asked, ""};
  }
  if (calibration.supports(kDefaultAlpha / shares)) {
    return {kDefaultAlpha, ""};
  }
  return {least,
          "the false-alarm rate is " + number_text(least) + ", not " + number_text(kDefaultAlpha) +
              ": " + have + " calibration flows allow no less, and " + number_text(kDefaultAlpha) +
              " takes " + std::to_string(Calibration::needed(kDefaultAlpha / shares)) + shared};
}

}  // namespace netml
