#include "pca.hpp"

#include <algorithm>
#include <cmath>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

#include "kernel_sums.hpp"
#include "param_specs.hpp"
#include "principal_axes.hpp"
#include "training_sample.hpp"

namespace netml {
namespace {

constexpr double kRidge = 1e-3;
// Of the largest: the rounding noise of singular values, squared, lies below.
constexpr double kLeastVariance = 1e-24;
constexpr double kLongestEntry = 1 + 1e-9;

Matrix scaled_rows(const Matrix& rows, const Vector& mean, const Vector& scale) {
  return (rows.rowwise() - mean.transpose()).array().rowwise() / scale.transpose().array();
}

// Two passes, in the order of rows.
Vector column_means(const Matrix& rows) {
  return rows.colwise().sum().transpose() / static_cast<double>(rows.rows());
}
Vector population_deviations(const Matrix& rows, const Vector& mean) {
  const Matrix centred = rows.rowwise() - mean.transpose();
  return (centred.colwise().squaredNorm().transpose() / static_cast<double>(rows.rows()))
      .cwiseSqrt();
}

// scikit-learn's svd_flip: the projection of largest magnitude is positive.
void orient_by_rows(const Matrix& centred, Matrix& axes) {
  for (Eigen::Index i = 0; i < axes.rows(); ++i) {
    Eigen::Index largest = 0;
    const Vector projections = centred * axes.row(i).transpose();
    projections.cwiseAbs().maxCoeff(&largest);
    if (projections[largest] < 0) {
      axes.row(i) *= -1;
    }
  }
}

}  // namespace

ModelEntry pca_entry() {
  ModelEntry entry;
  entry.name = "pca";
  entry.summary = "principal components: what they do not explain";
  entry.help =
      "Learns how the columns of normal rows move together; rows that break this are novel. The "
      "cheapest model to train and to score. The score is the squared reconstruction error, or "
      "with "
      "score mahalanobis the squared distance in units of the variance along each component.";
  entry.schema = {
      real_param("share", "0.95", {0, 1, true},
                 "Share of the variance that the kept components hold (score reconstruction)."),
      choice_param("score", {"reconstruction", "mahalanobis", "components"},
                   "reconstruction: squared distance to the kept components; mahalanobis: over all "
                   "components, each divided by its variance + 0.001; components: distances to the "
                   "tips of all components by share of variance, as Python netml has it."),
      choice_param("standardize", {"no", "yes"},
                   "yes: divide by the population standard deviation first, besides --scale.")};
  entry.make = []() -> std::unique_ptr<Model> { return std::make_unique<Pca>(); };
  return entry;
}

Pca::ScoreKind Pca::parse_kind(const Params& params) {
  const std::string& text = params.text("score");
  return text == "mahalanobis"  ? ScoreKind::kMahalanobis
         : text == "components" ? ScoreKind::kComponents
                                : ScoreKind::kReconstruction;
}

// Shares of small components are divided by.
AxesPrecision Pca::precision_of(ScoreKind kind) {
  return kind == ScoreKind::kComponents ? AxesPrecision::kOfEach : AxesPrecision::kOfTheLargest;
}

double Pca::fit_bytes(std::size_t rows, std::size_t columns, const Params& params) const {
  const auto n = static_cast<double>(rows);
  const auto d = static_cast<double>(columns);
  // Centred rows twice; a decomposition works on several squares of its smaller side.
  const double side = std::min(n, d);
  const double decomposition = takes_covariance(n, d, precision_of(parse_kind(params)))
                                   ? 4 * d * d
                                   : 2 * n * d + 6 * side * side;
  return (3 * n * d + decomposition) * sizeof(double) + 1e6;
}

double Pca::kept_bytes(std::size_t, std::size_t columns, const Params&) const {
  const auto d = static_cast<double>(columns);
  return d * (d + 3) * sizeof(double);
}

void Pca::fit(const Matrix& rows, const Params& params, const FitContext&, FitReport& report) {
  require_finite_squares(rows, name());
  report.rows_given = report.rows_used = row_count(rows);
  kind_ = parse_kind(params);
  mean_ = column_means(rows);
  scale_ = Vector::Ones(rows.cols());
  if (params.text("standardize") == "yes") {
    scale_ = population_deviations(rows, mean_);
    for (double& scale : scale_) {
      scale = scale > 0 ? scale : 1.0;
    }
  }
  const Matrix centred = scaled_rows(rows, mean_, scale_);
  PrincipalAxes found = principal_axes(centred, precision_of(kind_));
  components_ = std::move(found.axes);
  variances_ = std::move(found.variances);
  if (kind_ == ScoreKind::kReconstruction) {
    keep_share(params, report);
  } else if (kind_ == ScoreKind::kComponents) {
    keep_varying(report);
    orient_by_rows(centred, components_);
  }
  prepare();
}

void Pca::keep_share(const Params& params, FitReport& report) {
  const double wanted = params.real("share") * variances_.sum();
  const Eigen::Index columns = components_.cols();
  Eigen::Index kept = 0;
  for (double held = 0; held < wanted && kept < components_.rows(); ++kept) {
    held += variances_[kept];
  }
  std::string rule =
      "least count that holds share " + number_text(params.real("share")) + " of the variance";
  if (kept == columns) {
    const std::string trouble = "pca: share " + number_text(params.real("share")) + " keeps all " +
                                std::to_string(columns) +
                                " components, and every row would score 0";
    if (params.is_given("share")) {
      throw DataError(trouble + "; give a lower share, or score: mahalanobis");
    }
    kept = columns - 1;
    rule = "all but one: share " + number_text(params.real("share")) + " would keep them all";
    report.warnings.push_back(trouble + "; " + std::to_string(kept) + " are kept instead");
  }
  if (kept == 0) {  // nothing varies, or there is one column: an axis that explains nothing
    components_ = Matrix::Zero(1, columns);
    variances_ = Vector::Zero(1);
  } else {
    components_.conservativeResize(kept, Eigen::NoChange);
    variances_.conservativeResize(kept);
  }
  report.derived.push_back({"components", static_cast<double>(kept), rule});
}

// Netml divides by the share of every component, also where that is rounding noise: scores of 1e34
// without meaning. Here such components are left out.
void Pca::keep_varying(FitReport& report) {
  Eigen::Index kept = 1;
  while (kept < variances_.size() && variances_[kept] > kLeastVariance * variances_[0]) {
    ++kept;
  }
  components_.conservativeResize(kept, Eigen::NoChange);
  variances_.conservativeResize(kept);
  const double total = variances_.sum();
  variances_ = total > 0 ? Vector(variances_ / total) : Vector::Ones(kept);
  report.derived.push_back(
      {"components", static_cast<double>(kept), "all whose variance is more than rounding noise"});
}

void Pca::prepare() {
  transposed_ = components_.transpose();
}

void Pca::score_block(const Rows& rows, std::span<double> scores) const {
  const LaneRows lanes(rows);
  const std::size_t columns = values_of(mean_).size();
  const std::size_t axes = row_count(components_);
  std::vector<Lanes> centred(columns), along(axes), back(columns);
  for (std::size_t group = 0; group < lanes.groups(); ++group) {
    for (std::size_t c = 0; c < columns; ++c) {
      for (std::size_t r = 0; r < kLanes; ++r) {
        const auto i = static_cast<Eigen::Index>(c);
        centred[c].of[r] = (lanes.group(group)[c].of[r] - mean_[i]) / scale_[i];
      }
    }
    std::array<double, kLanes> sums{};
    if (kind_ == ScoreKind::kComponents) {
      lane_squared_distances(centred.data(), components_.data(), axes, columns, along.data());
      for (std::size_t a = 0; a < axes; ++a) {
        for (std::size_t r = 0; r < kLanes; ++r) {
          sums[r] += std::sqrt(along[a].of[r]) / variances_[static_cast<Eigen::Index>(a)];
        }
      }
    } else {
      lane_products(centred.data(), components_.data(), axes, columns, along.data());
      lane_products(along.data(), transposed_.data(), columns, axes, back.data());
      for (std::size_t r = 0; r < kLanes; ++r) {
        for (std::size_t c = 0; c < columns; ++c) {
          const double rest = centred[c].of[r] - back[c].of[r];
          sums[r] += rest * rest;
        }
        if (kind_ == ScoreKind::kMahalanobis) {
          sums[r] = axes == columns ? 0.0 : sums[r] / kRidge;
          for (std::size_t a = 0; a < axes; ++a) {
            sums[r] += along[a].of[r] * along[a].of[r] /
                       (variances_[static_cast<Eigen::Index>(a)] + kRidge);
          }
        }
      }
    }
    for (std::size_t r = 0; r < lanes.used(group); ++r) {
      scores[group * kLanes + r] = finite_score(sums[r]);
    }
  }
}

void Pca::save(ArrayWriter& writer) const {
  write_vector(writer, "mean", mean_);
  write_vector(writer, "scale", scale_);
  write_matrix(writer, "components", components_);
  write_vector(writer, "variances", variances_);
}

void Pca::load(const ArrayReader& reader, const Params& params, std::size_t columns) {
  kind_ = parse_kind(params);
  mean_ = read_vector(reader, "mean", columns);
  scale_ = read_vector(reader, "scale", columns);
  if (scale_.minCoeff() <= 0) {
    reader.refuse("scale", "a value is not above 0");
  }
  components_ = read_matrix(reader, "components", columns);
  const std::size_t axes = row_count(components_);
  if (axes == 0 || axes > columns ||
      (axes == columns && kind_ == ScoreKind::kReconstruction && !components_.isZero(0))) {
    reader.refuse("components", "their number does not fit the columns");
  }
  if (components_.cwiseAbs().maxCoeff() > kLongestEntry) {
    reader.refuse("components", "a value is above 1");
  }
  variances_ = read_vector(reader, "variances", axes);
  if (variances_.minCoeff() < 0) {
    reader.refuse("variances", "a value is below 0");
  }
  prepare();
}

}  // namespace netml
