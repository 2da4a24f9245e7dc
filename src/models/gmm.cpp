#include "gmm.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "netml/core/error.hpp"
#include "netml/core/rng.hpp"
#include "netml/core/text_format.hpp"

#include "kernel_sums.hpp"
#include "param_specs.hpp"
#include "training_sample.hpp"

namespace netml {
namespace {

constexpr std::size_t kDefaultComponents = 20;
constexpr std::size_t kRowsPerComponent = 20;
constexpr std::size_t kMostFullColumns = 200;
constexpr double kMostComponents = 1000;
constexpr std::array<std::size_t, 5> kCandidates = {1, 2, 5, 10, 20};
constexpr std::size_t kFolds = 5;

// Streams of the model's seed.
constexpr std::uint64_t kStartStream = 3;
constexpr std::uint64_t kFoldStream = 4;

std::size_t sensible_components(std::size_t rows, std::size_t wanted) {
  return std::max<std::size_t>(1, std::min(wanted, rows / kRowsPerComponent));
}

bool is_full(const Params& params, std::size_t columns) {
  return params.text("covariance") == "full" && columns <= kMostFullColumns;
}

// The most components that a fit of these rows may have.
std::size_t most_components(std::size_t rows, const Params& params) {
  return params.is_number("k") && params.is_given("k")
             ? static_cast<std::size_t>(params.real("k"))
             : sensible_components(rows, kDefaultComponents);
}

// A fit of some rows, step by step.
class Fitter {
 public:
  Fitter(const Matrix& rows, const Params& params, const FitContext& context, FitReport& report)
      : rows_(rows), params_(params), context_(context), report_(report) {
    options_.covariance =
        is_full(params, column_count(rows)) ? Covariance::kFull : Covariance::kDiagonal;
    options_.regularisation = params.real("reg");
    options_.tolerance = params.real("tol");
    options_.threads = context.threads;
    if (params.text("covariance") == "full" && options_.covariance == Covariance::kDiagonal) {
      report.warnings.push_back("gmm: " + std::to_string(column_count(rows)) +
                                " columns are too many for full covariances (at most " +
                                std::to_string(kMostFullColumns) + "); diagonal ones are used");
    }
  }

  Mixture run() {
    const std::size_t k = components();
    MixtureFit fit = fit_part(rows_, k, chosen_from_, 1);
    report_.derived.push_back({"steps", static_cast<double>(fit.steps),
                               "EM steps until the mean log-likelihood changed by less than tol"});
    report_.derived.push_back({"log_likelihood", fit.mean_log_likelihood,
                               "mean over the training rows, natural logarithm"});
    if (!fit.is_converged) {
      report_.warnings.push_back("gmm: EM had not converged after " + std::to_string(fit.steps) +
                                 " steps");
    }
    if (fit.regularisation > options_.regularisation) {
      report_.warnings.push_back("gmm: a covariance was singular; reg was raised to " +
                                 number_text(fit.regularisation));
    }
    return std::move(fit.mixture);
  }

 private:
  std::size_t components() {
    const std::size_t n = row_count(rows_);
    if (!params_.is_number("k")) {
      return held_out_best();
    }
    const double asked = params_.real("k");
    if (asked != std::floor(asked)) {
      throw DataError("gmm: k " + number_text(asked) + " is not a whole number");
    }
    const auto k = static_cast<std::size_t>(asked);
    if (!params_.is_given("k")) {
      const std::size_t capped = sensible_components(n, k);
      report_.derived.push_back({"k", static_cast<double>(capped),
                                 std::to_string(k) + ", at most one for each " +
                                     std::to_string(kRowsPerComponent) + " training rows"});
      return capped;
    }
    if (k > n) {
      throw DataError("gmm: k " + std::to_string(k) + " is more than the " + std::to_string(n) +
                      " training rows");
    }
    return k;
  }

  // The number of components with the greatest mean log density of rows held out in five folds.
  std::size_t held_out_best() {
    const std::size_t n = row_count(rows_);
    Rng rng(derive_seed(context_.seed, kFoldStream));
    const std::vector<std::size_t> order = permutation(n, rng);
    const std::size_t most = sensible_components(n - n / kFolds, kCandidates.back());
    const auto tried = static_cast<std::size_t>(
        std::count_if(kCandidates.begin(), kCandidates.end(),
                      [&](std::size_t candidate) { return candidate <= most; }));
    std::size_t best = 1;
    double best_density = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < tried && n >= kFolds; ++i) {
      const double share = 0.8 / static_cast<double>(tried);
      const double density =
          held_out_density(order, kCandidates[i], share * static_cast<double>(i), share);
      if (density > best_density) {
        best_density = density;
        best = kCandidates[i];
      }
    }
    chosen_from_ = 0.8;
    report_.derived.push_back({"k", static_cast<double>(best),
                               "of 1, 2, 5, 10 and 20 (at most one for each 20 rows) that of the "
                               "lowest mean negative log-likelihood of rows held out in 5 folds"});
    return best;
  }

  double held_out_density(const std::vector<std::size_t>& order, std::size_t k, double told,
                          double share) {
    double sum = 0;
    for (std::size_t fold = 0; fold < kFolds; ++fold) {
      std::vector<std::size_t> fitted, held;
      for (std::size_t i = 0; i < order.size(); ++i) {
        (i % kFolds == fold ? held : fitted).push_back(order[i]);
      }
      const MixtureFit fit =
          fit_part(select_rows(rows_, fitted), k, told + share * static_cast<double>(fold) / kFolds,
                   told + share * static_cast<double>(fold + 1) / kFolds);
      std::vector<double> densities(held.size());
      fit.mixture.log_densities(select_rows(rows_, held), densities);
      sum += std::accumulate(densities.begin(), densities.end(), 0.0);
    }
    return sum / static_cast<double>(order.size());
  }

  // k-means and EM; the shares of the whole work done before and after.
  MixtureFit fit_part(const Matrix& rows, std::size_t k, double from, double to) {
    const std::vector<std::size_t> clusters =
        k_means(rows, k, static_cast<std::size_t>(params_.integer("restarts")),
                derive_seed(context_.seed, kStartStream), context_.threads,
                [&](double share) { context_.tell(from + 0.7 * (to - from) * share); });
    MixtureFit fit = fit_mixture(rows, clusters, k, options_);
    context_.tell(to);
    return fit;
  }

  const Matrix& rows_;
  const Params& params_;
  const FitContext& context_;
  FitReport& report_;
  MixtureOptions options_;
  double chosen_from_ = 0;  // share of the work that the choice of k took
};

}  // namespace

ModelEntry gmm_entry() {
  ModelEntry entry;
  entry.name = "gmm";
  entry.summary = "Gaussian mixture, fitted by EM from k-means";
  entry.help =
      "Describes normal traffic as k clouds; rows of low density are novel: the score is minus the "
      "log of the density. Small models and fast scoring. reg, added to the variances, keeps "
      "columns that hardly vary from deciding everything.";
  entry.schema = {
      real_or_choice_param("k", std::to_string(kDefaultComponents), {1, kMostComponents}, {"auto"},
                           "Components, a whole number; the default takes at most one for each 20 "
                           "training rows. auto: of 1, 2, 5, 10 and 20 the one that describes "
                           "held-out rows best (5 folds)."),
      choice_param("covariance", {"diag", "full"},
                   "diag: columns vary by themselves inside a component; full: together (at most "
                   "200 columns)."),
      real_param(
          "reg", "0.1", {0, kNoEnd, true},
          "Added to every variance, in scaled units; multiplied by 10 while a full covariance "
          "is singular."),
      real_param("tol", "0.001", {0, kNoEnd, true},
                 "EM ends when the mean log-likelihood changes by less; at most 100 steps."),
      integer_param("restarts", "10", {1, 1000},
                    "k-means starts, the best of which EM begins from.")};
  entry.make = []() -> std::unique_ptr<Model> { return std::make_unique<Gmm>(); };
  return entry;
}

double Gmm::fit_bytes(std::size_t rows, std::size_t columns, const Params& params) const {
  const auto n = static_cast<double>(rows);
  const auto d = static_cast<double>(columns);
  const auto k = static_cast<double>(most_components(rows, params));
  const double square = is_full(params, columns) ? d * d : d;
  // Rows in lanes for each part of the work, responsibilities or clusterings, sums in lanes.
  const double working = n * (2 * d + k + 8 * 3) + (k + 64 + 8 * 8) * square + 80 * k * d;
  return (working + (params.is_number("k") ? 0.0 : n * d)) * sizeof(double) + 4e6;
}

double Gmm::kept_bytes(std::size_t rows, std::size_t columns, const Params& params) const {
  const auto d = static_cast<double>(columns);
  const auto k = static_cast<double>(most_components(rows, params));
  return k * (1 + d + (is_full(params, columns) ? d * d : d)) * sizeof(double);
}

void Gmm::fit(const Matrix& rows, const Params& params, const FitContext& context,
              FitReport& report) {
  require_finite_squares(rows, name());
  report.rows_given = report.rows_used = row_count(rows);
  mixture_ = Fitter(rows, params, context, report).run();
}

void Gmm::score_block(const Rows& rows, std::span<double> scores) const {
  mixture_.log_densities(rows, scores);
  for (double& score : scores) {
    score = finite_score(-score);
  }
}

void Gmm::save(ArrayWriter& writer) const {
  write_vector(writer, "weights", mixture_.weights);
  write_matrix(writer, "means", mixture_.means);
  write_matrix(writer, mixture_.covariance == Covariance::kDiagonal ? "deviations" : "cholesky",
               mixture_.factors);
}

void Gmm::load(const ArrayReader& reader, const Params& params, std::size_t columns) {
  mixture_.covariance = is_full(params, columns) ? Covariance::kFull : Covariance::kDiagonal;
  mixture_.means = read_matrix(reader, "means", columns);
  const std::size_t k = row_count(mixture_.means);
  if (k == 0 || (params.is_number("k") && static_cast<double>(k) > params.real("k"))) {
    reader.refuse("means", "their number does not fit the parameters");
  }
  mixture_.weights = read_vector(reader, "weights", k);
  if (mixture_.weights.minCoeff() <= 0 || std::fabs(mixture_.weights.sum() - 1) > 1e-6) {
    reader.refuse("weights", "not above 0 and of sum 1");
  }
  if (mixture_.covariance == Covariance::kDiagonal) {
    mixture_.factors = read_matrix(reader, "deviations", columns);
    if (row_count(mixture_.factors) != k || mixture_.factors.minCoeff() < DBL_MIN) {
      reader.refuse("deviations", "not one row above 0 for each component");
    }
    return;
  }
  mixture_.factors = read_matrix(reader, "cholesky", columns);
  if (row_count(mixture_.factors) != k * columns) {
    reader.refuse("cholesky", "not one square for each component");
  }
  for (std::size_t row = 0; row < k * columns; ++row) {
    const std::span<const double> values = row_of(mixture_.factors, row);
    const std::size_t diagonal = row % columns;
    if (values[diagonal] < DBL_MIN ||
        std::any_of(values.begin() + static_cast<std::ptrdiff_t>(diagonal) + 1, values.end(),
                    [](double value) { return value != 0; })) {
      reader.refuse("cholesky", "not lower triangular, or a diagonal value is not above 0");
    }
  }
}

}  // namespace netml
