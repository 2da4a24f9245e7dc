#include "kde.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "netml/core/error.hpp"
#include "netml/core/rng.hpp"

#include "bandwidth.hpp"
#include "kernel_sums.hpp"
#include "pairwise_scale.hpp"
#include "param_specs.hpp"
#include "training_sample.hpp"

namespace netml {
namespace {

constexpr double kScaleQuantile = 0.01;
constexpr double kLeastWidth = 1e-3;
constexpr double kLooLow = 0.005;
constexpr double kLooHigh = 0.5;

// Streams of the model's seed.
constexpr std::uint64_t kScaleStream = 0;
constexpr std::uint64_t kSubsampleStream = 1;

double auto_width(const Matrix& rows, std::uint64_t seed) {
  return std::max(pairwise_scale(rows, kScaleQuantile, seed), kLeastWidth);
}

double loo_width(const Matrix& rows, std::uint64_t seed, const FitContext& context) {
  const double low = std::max(pairwise_scale(rows, kLooLow, seed), kLeastWidth);
  const double high = std::max(pairwise_scale(rows, kLooHigh, seed), low);
  return leave_one_out_bandwidth(rows, low, high, context);
}

}  // namespace

ModelEntry kde_entry() {
  ModelEntry entry;
  entry.name = "kde";
  entry.summary = "kernel density estimate with a Gaussian kernel";
  entry.help =
      "Puts a Gaussian of width h around every training row; rows of low density are novel: the "
      "score is minus the log of the density. Good for normal traffic of any shape. Scoring takes "
      "time that grows with the training rows; above max_rows a uniform subsample of at most 5000 "
      "is used.";
  entry.schema = {
      real_or_choice_param(
          "h", "auto", {0, kNoEnd, true}, {"auto", "loo"},
          "Width of the kernel. auto: the 0.01-quantile of the distances between training rows, at "
          "least 0.001; loo: of 20 widths the one with the greatest leave-one-out likelihood "
          "(takes "
          "time that grows with the square of the rows)."),
      max_rows_param("63245")};  // rows squared is then 4e9
  entry.make = []() -> std::unique_ptr<Model> { return std::make_unique<Kde>(); };
  return entry;
}

double Kde::fit_bytes(std::size_t rows, std::size_t columns, const Params& params) const {
  const std::size_t n = training_sample_size(rows, params);
  const double kept = static_cast<double>(n) * static_cast<double>(columns) * sizeof(double);
  const bool is_loo = !params.is_number("h") && params.text("h") == "loo";
  return kept + (is_loo ? leave_one_out_bytes(n, columns) : 0.0) + 8e6;
}

double Kde::kept_bytes(std::size_t rows, std::size_t columns, const Params& params) const {
  const std::size_t n = training_sample_size(rows, params);
  return static_cast<double>(n) * static_cast<double>(columns) * sizeof(double);
}

void Kde::fit(const Matrix& rows, const Params& params, const FitContext& context,
              FitReport& report) {
  require_finite_squares(rows, name());
  const auto drawn =
      training_sample(rows, params, derive_seed(context.seed, kSubsampleStream), name(), report);
  rows_ = drawn ? *drawn : rows;
  const std::uint64_t seed = derive_seed(context.seed, kScaleStream);
  if (params.is_number("h")) {
    h_ = params.real("h");
  } else if (params.text("h") == "auto") {
    h_ = auto_width(rows_, seed);
    report.derived.push_back({"h", h_,
                              "max(sigma(0.01), 0.001), sigma the 0.01-quantile of the distances "
                              "between at most " +
                                  std::to_string(kMostPairwiseRows) + " training rows"});
  } else {
    h_ = loo_width(rows_, seed, context);
    report.derived.push_back({"h", h_,
                              "greatest leave-one-out mean log density of 20 widths between "
                              "sigma(0.005) and sigma(0.5)"});
  }
  prepare();
  if (!std::isfinite(factor_) || factor_ <= 0) {
    throw DataError(
        "kde: the width h is too large or too small to be squared; scale the columns (--scale) or "
        "give another h");
  }
}

void Kde::prepare() {
  const auto d = static_cast<double>(rows_.cols());
  factor_ = 0.5 / (h_ * h_);
  constant_ = std::log(static_cast<double>(rows_.rows())) + d / 2 * std::log(2 * std::numbers::pi) +
              d * std::log(h_);
}

void Kde::score_block(const Rows& rows, std::span<double> scores) const {
  log_kernel_sums(rows, rows_, nullptr, factor_, scores);
  for (double& score : scores) {
    score = score == -DBL_MAX ? DBL_MAX : finite_score(constant_ - score);
  }
}

void Kde::save(ArrayWriter& writer) const {
  writer.add("h", std::span<const double>(&h_, 1));
  write_matrix(writer, "rows", rows_);
}

void Kde::load(const ArrayReader& reader, const Params& params, std::size_t columns) {
  h_ = reader.scalar("h");
  if (params.is_number("h") && h_ != params.real("h")) {
    reader.refuse("h", "it is not the h of the parameters");
  }
  rows_ = read_matrix(reader, "rows", columns);
  if (rows_.rows() == 0) {
    reader.refuse("rows", "there is none");
  }
  prepare();
  if (h_ <= 0 || !std::isfinite(factor_) || factor_ <= 0) {
    reader.refuse("h", "it is not a width");
  }
}

}  // namespace netml
