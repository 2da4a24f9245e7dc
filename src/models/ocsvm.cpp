#include "ocsvm.hpp"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <vector>

#include "netml/core/error.hpp"
#include "netml/core/rng.hpp"
#include "netml/core/text_format.hpp"
#include "netml/models/one_class_solver.hpp"

#include "kernel_sums.hpp"
#include "pairwise_scale.hpp"
#include "param_specs.hpp"
#include "training_sample.hpp"

namespace netml {
namespace {

constexpr double kSmallestCoefficient = 1e-12;
constexpr std::size_t kCacheBytes = std::size_t{200} << 20;

// Streams of the model's seed.
constexpr std::uint64_t kScaleStream = 0;
constexpr std::uint64_t kSubsampleStream = 1;

// 1 / (d · population variance of all entries); 1 if that variance is 0. scikit-learn's
// gamma='scale'.
double gamma_scale(const Matrix& rows) {
  const std::span<const double> values = values_of(rows);
  const auto count = static_cast<double>(values.size());
  double mean = 0;
  for (const double value : values) {
    mean += value / count;
  }
  double variance = 0;
  for (const double value : values) {
    variance += (value - mean) * (value - mean) / count;
  }
  return variance > 0 ? 1.0 / (static_cast<double>(rows.cols()) * variance) : 1.0;
}

}  // namespace

ModelEntry ocsvm_entry() {
  ModelEntry entry;
  entry.name = "ocsvm";
  entry.summary = "one-class support vector machine with an RBF kernel";
  entry.help =
      "Encloses the training rows in the smallest region of the kernel's feature space; what lies "
      "outside is novel. Good when normal traffic forms a few dense groups. Training takes time "
      "that grows "
      "with the square of the rows; above max_rows a uniform subsample of at most 5000 is used. "
      "gamma, the inverse squared reach of a training row, matters most: 'auto' takes it from the "
      "q-quantile "
      "of the distances between training rows.";
  entry.schema = {
      real_param(
          "nu", "0.05", {0, 1, true},
          "Upper bound on the share of training rows left outside; raised to 1/n when below."),
      real_or_choice_param(
          "gamma", "auto", {0, kNoEnd, true}, {"auto", "scale"},
          "auto: 1/sigma(q)^2; scale: 1/(columns * variance of all training values)."),
      real_param("q", "0.05", {0, 1},
                 "Quantile of the distances between training rows for gamma auto."),
      real_param("tol", "0.001", {1e-12, 1}, "Stopping tolerance of the solver."),
      choice_param(
          "score", {"log", "raw"},
          "log: does not saturate far away; raw: minus the kernel sum, as scikit-learn has "
          "it."),
      max_rows_param("20000")};
  entry.make = []() -> std::unique_ptr<Model> { return std::make_unique<Ocsvm>(); };
  return entry;
}

double Ocsvm::fit_bytes(std::size_t rows, std::size_t columns, const Params& params) const {
  const auto n = static_cast<double>(training_sample_size(rows, params));
  const auto d = static_cast<double>(columns);
  const double cache = std::min(static_cast<double>(kCacheBytes), n * n * sizeof(float));
  // The rows in lanes and the support rows (at most all), the solver's vectors, two columns, and
  // the sample for sigma(q).
  return 2 * n * d * sizeof(double) + n * 200.0 + cache + 8e6;
}

double Ocsvm::kept_bytes(std::size_t rows, std::size_t columns, const Params& params) const {
  // Support rows and coefficients, at most of all rows.
  const std::size_t n = training_sample_size(rows, params);
  return static_cast<double>(n) * static_cast<double>(columns + 1) * sizeof(double);
}

void Ocsvm::fit(const Matrix& rows, const Params& params, const FitContext& context,
                FitReport& report) {
  score_kind_ = params.text("score") == "raw" ? ScoreKind::kRaw : ScoreKind::kLog;
  const auto drawn =
      training_sample(rows, params, derive_seed(context.seed, kSubsampleStream), name(), report);
  const Matrix& used = drawn ? *drawn : rows;
  // The solver takes |x - y|^2 apart into |x|^2 + |y|^2 - 2xy: beyond the range of doubles that is
  // NaN, and it then keeps no row.
  require_finite_squares(used, name());
  const std::size_t n = row_count(used);
  double nu = params.real("nu");
  if (nu * static_cast<double>(n) < 1) {
    nu = 1.0 / static_cast<double>(n);
    report.derived.push_back({"nu", nu, "1/n, because nu*n < 1 has no solution"});
  }
  choose_gamma(used, params, context.seed, report);
  train(used, nu, params.real("tol"), context);
  prepare();
  report.derived.push_back({"rho", rho_, "offset of the decision function, from the solver"});
}

void Ocsvm::choose_gamma(const Matrix& rows, const Params& params, std::uint64_t seed,
                         FitReport& report) {
  if (params.is_number("gamma")) {
    gamma_ = params.real("gamma");
    return;
  }
  if (params.text("gamma") == "scale") {
    gamma_ = gamma_scale(rows);
    report.derived.push_back({"gamma", gamma_, "1/(columns * variance of all training values)"});
  } else {
    const double q = params.real("q");
    const double sigma = pairwise_scale(rows, q, derive_seed(seed, kScaleStream));
    gamma_ = 1.0 / (sigma * sigma);
    report.derived.push_back({"gamma", gamma_,
                              "1/sigma(q)^2, sigma the " + number_text(q) +
                                  "-quantile of the distances between at most " +
                                  std::to_string(kMostPairwiseRows) + " training rows"});
  }
  if (!std::isfinite(gamma_) || gamma_ <= 0) {
    throw DataError("ocsvm: the training values are too large or too small for gamma '" +
                    params.text("gamma") +
                    "'; scale the columns (--scale) or give gamma as a number");
  }
}

void Ocsvm::train(const Matrix& rows, double nu, double tolerance, const FitContext& context) {
  OneClassProblem problem;
  problem.gamma = gamma_;
  problem.nu = nu;
  problem.tolerance = tolerance;
  problem.cache_bytes = kCacheBytes;
  problem.progress = context.progress;
  const OneClassSolution solution = solve_one_class(rows, problem);
  std::vector<std::size_t> kept;
  std::vector<double> coefficients;
  for (std::size_t i = 0; i < solution.alpha.size(); ++i) {
    if (solution.alpha[i] >= kSmallestCoefficient) {
      kept.push_back(i);
      coefficients.push_back(solution.alpha[i]);
    }
  }
  support_ = select_rows(rows, kept);
  coefficients_ =
      Eigen::Map<const Vector>(coefficients.data(), static_cast<Eigen::Index>(coefficients.size()));
  rho_ = solution.rho;
  if (!std::isfinite(rho_)) {
    // nu = 1: every coefficient stands at its bound and any rho from the largest kernel sum on is
    // optimal. The solver gives infinity, we take the least.
    prepare();
    const ScoreKind kind = score_kind_;
    score_kind_ = ScoreKind::kRaw;
    rho_ = -score(rows, context.threads).minCoeff();
    score_kind_ = kind;
  }
}

void Ocsvm::prepare() {
  log_coefficients_ = coefficients_.array().log();
  // rho is a kernel sum at a training row, so above 0; where rounding says otherwise no row has f <
  // 0, and the smallest number keeps the score below 0 and its order.
  log_rho_ = std::log(std::max(rho_, DBL_MIN));
}

void Ocsvm::score_block(const Rows& rows, std::span<double> scores) const {
  if (score_kind_ == ScoreKind::kRaw) {
    kernel_sums(rows, support_, coefficients_.data(), gamma_, scores);
    for (double& score : scores) {
      score = -score;
    }
    return;
  }
  log_kernel_sums(rows, support_, log_coefficients_.data(), gamma_, scores);
  for (double& score : scores) {
    // A distance beyond the range of doubles is as far as can be.
    score = score == -DBL_MAX ? DBL_MAX : log_rho_ - score;
  }
}

std::optional<double> Ocsvm::own_threshold() const {
  return score_kind_ == ScoreKind::kRaw ? -rho_ : 0.0;
}

void Ocsvm::save(ArrayWriter& writer) const {
  writer.add("gamma", std::span<const double>(&gamma_, 1));
  writer.add("rho", std::span<const double>(&rho_, 1));
  write_vector(writer, "coefficients", coefficients_);
  write_matrix(writer, "support", support_);
}

void Ocsvm::load(const ArrayReader& reader, const Params& params, std::size_t columns) {
  score_kind_ = params.text("score") == "raw" ? ScoreKind::kRaw : ScoreKind::kLog;
  gamma_ = reader.scalar("gamma");
  if (gamma_ <= 0) {
    reader.refuse("gamma", "it is not above 0");
  }
  if (params.is_number("gamma") && gamma_ != params.real("gamma")) {
    reader.refuse("gamma", "it is not the gamma of the parameters");
  }
  rho_ = reader.scalar("rho");
  support_ = read_matrix(reader, "support", columns);
  coefficients_ = read_vector(reader, "coefficients", row_count(support_));
  if (coefficients_.minCoeff() < kSmallestCoefficient || coefficients_.maxCoeff() > 1) {
    reader.refuse("coefficients", "a value is not between 0 and 1");
  }
  prepare();
}

}  // namespace netml
