#include "kres.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Eigenvalues>

#include "netml/core/error.hpp"
#include "netml/core/rng.hpp"
#include "netml/core/text_format.hpp"

#include "kernel_sums.hpp"
#include "pairwise_scale.hpp"
#include "param_specs.hpp"
#include "training_sample.hpp"

namespace netml {
namespace {

constexpr double kLeastEigenvalue = 1e-8;  // times the largest
constexpr double kMostLandmarks = 5000;

// Streams of the model's seed.
constexpr std::uint64_t kScaleStream = 0;
constexpr std::uint64_t kLandmarkStream = 2;

std::size_t landmark_count(std::size_t rows, const Params& params) {
  return std::min(rows, static_cast<std::size_t>(params.integer("landmarks")));
}

}  // namespace

ModelEntry kres_entry() {
  ModelEntry entry;
  entry.name = "kres";
  entry.summary = "kernel residual: distance to the span of landmarks in the kernel's space";
  entry.help =
      "A fast kernel model: a few hundred training rows serve as landmarks, and what they cannot "
      "express together is novel. Training and scoring hardly depend on the number of training "
      "rows.";
  entry.schema = {
      integer_param("landmarks", "300", {1, kMostLandmarks},
                    "Training rows drawn as landmarks; at most the number of training rows."),
      real_or_choice_param("sigma", "auto", {0, kNoEnd, true}, {"auto"},
                           "Reach of the kernel exp(-|x-y|^2/sigma^2). auto: the q-quantile of the "
                           "distances between training rows."),
      real_param("q", "0.3", {0, 1}, "Quantile of the distances for sigma auto.")};
  entry.make = []() -> std::unique_ptr<Model> { return std::make_unique<KernelResidual>(); };
  return entry;
}

double KernelResidual::fit_bytes(std::size_t rows, std::size_t columns,
                                 const Params& params) const {
  const auto m = static_cast<double>(landmark_count(rows, params));
  return 5 * m * m * sizeof(double) + m * static_cast<double>(columns) * sizeof(double) + 8e6;
}

double KernelResidual::kept_bytes(std::size_t rows, std::size_t columns,
                                  const Params& params) const {
  const auto m = static_cast<double>(landmark_count(rows, params));
  return m * (static_cast<double>(columns) + m) * sizeof(double);
}

void KernelResidual::fit(const Matrix& rows, const Params& params, const FitContext& context,
                         FitReport& report) {
  require_finite_squares(rows, name());
  report.rows_given = row_count(rows);
  report.rows_used = row_count(rows);
  choose_width(rows, params, derive_seed(context.seed, kScaleStream), report);
  const std::size_t m = landmark_count(row_count(rows), params);
  Rng rng(derive_seed(context.seed, kLandmarkStream));
  landmarks_ = select_rows(rows, sample_without_replacement(row_count(rows), m, rng));
  report.derived.push_back({"landmarks", static_cast<double>(m),
                            "training rows drawn, at most the parameter landmarks"});
  decompose();
  report.derived.push_back({"dimensions", static_cast<double>(projection_.rows()),
                            "eigenvalues of the landmarks' kernel above 1e-8 of the largest"});
}

void KernelResidual::choose_width(const Matrix& rows, const Params& params, std::uint64_t seed,
                                  FitReport& report) {
  double sigma = 0;
  if (params.is_number("sigma")) {
    sigma = params.real("sigma");
  } else {
    sigma = pairwise_scale(rows, params.real("q"), seed);
    report.derived.push_back({"sigma", sigma,
                              number_text(params.real("q")) +
                                  "-quantile of the distances between at most " +
                                  std::to_string(kMostPairwiseRows) + " training rows"});
  }
  gamma_ = 1 / (sigma * sigma);
  if (!std::isfinite(gamma_) || gamma_ <= 0) {
    throw DataError(
        "kres: sigma is too large or too small to be squared; scale the columns (--scale) or give "
        "another sigma");
  }
}

void KernelResidual::decompose() {
  const Eigen::Index m = landmarks_.rows();
  const std::size_t columns = column_count(landmarks_);
  Eigen::MatrixXd kernel(m, m);
  for (Eigen::Index i = 0; i < m; ++i) {
    kernel(i, i) = 1;
    for (Eigen::Index j = 0; j < i; ++j) {
      const double distance =
          squared_distance(landmarks_.row(i).data(), landmarks_.row(j).data(), columns);
      kernel(i, j) = kernel(j, i) = std::exp(-gamma_ * distance);
    }
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(kernel);
  if (solver.info() != Eigen::Success) {
    throw DataError("kres: the kernel of the landmarks has no eigenvalues; give another sigma");
  }
  const Eigen::VectorXd& values = solver.eigenvalues();  // ascending
  Eigen::Index first = m - 1;
  while (first > 0 && values[first - 1] > kLeastEigenvalue * values[m - 1]) {
    --first;
  }
  projection_.resize(m - first, m);
  for (Eigen::Index i = first; i < m; ++i) {
    projection_.row(i - first) = solver.eigenvectors().col(i).transpose() / std::sqrt(values[i]);
  }
}

void KernelResidual::score_block(const Rows& rows, std::span<double> scores) const {
  const LaneRows lanes(rows);
  const std::size_t m = row_count(landmarks_);
  const std::size_t kept = row_count(projection_);
  std::vector<Lanes> kernels(m), z(kept);
  for (std::size_t group = 0; group < lanes.groups(); ++group) {
    lane_squared_distances(lanes.group(group), landmarks_.data(), m, column_count(landmarks_),
                           kernels.data());
    Lanes largest;
    std::fill_n(largest.of, kLanes, -DBL_MAX);
    for (Lanes& exponent : kernels) {
      for (std::size_t r = 0; r < kLanes; ++r) {
        exponent.of[r] = std::max(-gamma_ * exponent.of[r], -DBL_MAX);
        largest.of[r] = std::max(largest.of[r], exponent.of[r]);
      }
    }
    lane_exponentials(kernels.data(), largest, m);
    lane_products(kernels.data(), projection_.data(), kept, m, z.data());
    for (std::size_t r = 0; r < lanes.used(group); ++r) {
      double norm = 0;
      for (const Lanes& part : z) {
        norm += part.of[r] * part.of[r];
      }
      scores[group * kLanes + r] = finite_score(-2 * largest.of[r] - std::log(norm));
    }
  }
}

void KernelResidual::save(ArrayWriter& writer) const {
  writer.add("gamma", std::span<const double>(&gamma_, 1));
  write_matrix(writer, "landmarks", landmarks_);
  write_matrix(writer, "projection", projection_);
}

void KernelResidual::load(const ArrayReader& reader, const Params& params, std::size_t columns) {
  gamma_ = reader.scalar("gamma");
  if (gamma_ <= 0) {
    reader.refuse("gamma", "it is not above 0");
  }
  if (params.is_number("sigma") && gamma_ != 1 / (params.real("sigma") * params.real("sigma"))) {
    reader.refuse("gamma", "it does not fit the sigma of the parameters");
  }
  landmarks_ = read_matrix(reader, "landmarks", columns);
  if (landmarks_.rows() == 0 ||
      row_count(landmarks_) > static_cast<std::size_t>(params.integer("landmarks"))) {
    reader.refuse("landmarks", "their number does not fit the parameters");
  }
  projection_ = read_matrix(reader, "projection", row_count(landmarks_));
  if (projection_.rows() == 0 || projection_.rows() > landmarks_.rows()) {
    reader.refuse("projection", "not between one row and one for each landmark");
  }
  // |V| <= 1, the largest eigenvalue is at least 1, the least kept 1e-8 of it.
  if (projection_.cwiseAbs().maxCoeff() > 1.0001 / std::sqrt(kLeastEigenvalue)) {
    reader.refuse("projection", "a value is too large");
  }
}

}  // namespace netml
