#include "netml/dataset/scaler.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "netml/core/error.hpp"
#include "netml/core/quantile.hpp"
#include "netml/core/text_format.hpp"
#include "netml/core/words.hpp"

namespace netml {
namespace {

constexpr std::array<Scaling, 5> kScalings = {Scaling::kStandard, Scaling::kMinMax,
                                              Scaling::kRobust, Scaling::kRank, Scaling::kNone};
// IQR of a normal distribution in standard deviations.
constexpr double kNormalIqr = 1.349;
constexpr double kConstant = 1e-9;

bool is_constant(double divisor, double centre) {
  return divisor <= kConstant * std::max(1.0, std::fabs(centre));
}

struct Moments {
  double mean;
  double deviation;
};

// Two passes; population deviation (divided by n).
Moments moments(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) {
    sum += value;
  }
  const double mean = sum / n;
  double squares = 0;
  for (const double value : values) {
    squares += (value - mean) * (value - mean);
  }
  return {mean, std::sqrt(squares / n)};
}

struct Line {
  double centre;
  double divisor;
};

Line fit_column(Scaling scaling, std::vector<double>& values) {
  if (scaling == Scaling::kMinMax) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return {*low, *high - *low};
  }
  const Moments standard = moments(values);
  if (scaling == Scaling::kStandard) {
    return {standard.mean, standard.deviation};
  }
  std::sort(values.begin(), values.end());
  const double centre = quantile_sorted(values, 0.5);
  const double iqr = quantile_sorted(values, 0.75) - quantile_sorted(values, 0.25);
  return {centre, is_constant(iqr, centre) ? standard.deviation : iqr / kNormalIqr};
}

template <std::size_t kCount>
double polynomial(const std::array<double, kCount>& coefficients, double x) {
  double value = 0;
  for (std::size_t i = kCount; i-- > 0;) {
    value = value * x + coefficients[i];
  }
  return value;
}

}  // namespace

double normal_quantile(double p) noexcept {
  static constexpr std::array<double, 8> kA = {
      3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
      45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727};
  static constexpr std::array<double, 8> kB = {1.0,
                                               42.313330701600911252,
                                               687.18700749205790830,
                                               5394.1960214247511077,
                                               21213.794301586595867,
                                               39307.895800092710610,
                                               28729.085735721942674,
                                               5226.4952788528545610};
  static constexpr std::array<double, 8> kC = {1.42343711074968357734,   4.63033784615654529590,
                                               5.76949722146069140550,   3.64784832476320460504,
                                               1.27045825245236838258,   0.241780725177450611770,
                                               0.0227238449892691845833, 7.74545014278341407640e-4};
  static constexpr std::array<double, 8> kD = {1.0,
                                               2.05319162663775882187,
                                               1.67638483018380384940,
                                               0.689767334985100004550,
                                               0.148103976427480074590,
                                               0.0151986665636164571966,
                                               5.47593808499534494600e-4,
                                               1.05075007164441684324e-9};
  static constexpr std::array<double, 8> kE = {
      6.65790464350110377720,    5.46378491116411436990,   1.78482653991729133580,
      0.296560571828504891230,   0.0265321895265761230930, 1.24266094738807843860e-3,
      2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr std::array<double, 8> kF = {1.0,
                                               0.599832206555887937690,
                                               0.136929880922735805310,
                                               0.0148753612908506148525,
                                               7.86869131145613259100e-4,
                                               1.84631831751005468180e-5,
                                               1.42151175831644588870e-7,
                                               2.04426310338993978564e-15};
  const double q = p - 0.5;
  if (std::fabs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(kA, r) / polynomial(kB, r);
  }
  double r = std::sqrt(-std::log(q < 0 ? p : 1 - p));
  double value = 0;
  if (r <= 5) {
    r -= 1.6;
    value = polynomial(kC, r) / polynomial(kD, r);
  } else {
    r -= 5;
    value = polynomial(kE, r) / polynomial(kF, r);
  }
  return q < 0 ? -value : value;
}

std::string_view to_text(Scaling scaling) noexcept {
  switch (scaling) {
    case Scaling::kStandard:
      return "standard";
    case Scaling::kMinMax:
      return "minmax";
    case Scaling::kRobust:
      return "robust";
    case Scaling::kRank:
      return "rank";
    case Scaling::kNone:
      return "none";
  }
  return "";
}

Scaling parse_scaling(std::string_view text) {
  std::vector<std::string> names;
  for (const Scaling scaling : kScalings) {
    if (to_text(scaling) == text) {
      return scaling;
    }
    names.emplace_back(to_text(scaling));
  }
  refuse_word(text, names, "--scale");
}

Scaler Scaler::fit(const Matrix& rows, Scaling scaling, std::span<const std::string> columns) {
  Scaler scaler;
  scaler.scaling_ = scaling;
  scaler.columns_ = column_count(rows);
  if (scaling == Scaling::kNone) {
    return scaler;
  }
  std::vector<double> values(row_count(rows));
  if (scaling == Scaling::kRank) {
    scaler.sorted_.resize(rows.cols(), rows.rows());
  } else {
    scaler.centre_.resize(rows.cols());
    scaler.divisor_.resize(rows.cols());
  }
  for (Eigen::Index c = 0; c < rows.cols(); ++c) {
    for (Eigen::Index r = 0; r < rows.rows(); ++r) {
      values[static_cast<std::size_t>(r)] = rows(r, c);
    }
    if (scaling == Scaling::kRank) {
      std::sort(values.begin(), values.end());
      scaler.sorted_.row(c) = Eigen::Map<const Eigen::RowVectorXd>(values.data(), rows.rows());
      continue;
    }
    const Line line = fit_column(scaling, values);
    if (!std::isfinite(line.centre) || !std::isfinite(line.divisor)) {
      throw DataError("column '" + printable(columns[static_cast<std::size_t>(c)]) +
                      "': its values are too large to be scaled");
    }
    scaler.centre_[c] = line.centre;
    scaler.divisor_[c] = is_constant(line.divisor, line.centre) ? 1.0 : line.divisor;
  }
  return scaler;
}

double Scaler::rank_score(std::size_t column, double value) const {
  const std::span<const double> sorted = row_of(sorted_, column);
  const auto low = std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin();
  const auto high = std::upper_bound(sorted.begin(), sorted.end(), value) - sorted.begin();
  const auto n = static_cast<double>(sorted.size());
  return normal_quantile(static_cast<double>(low + high + 1) / (2 * (n + 1)));
}

Matrix Scaler::transform(const Matrix& rows) const {
  Matrix scaled = rows;
  if (scaling_ == Scaling::kNone) {
    return scaled;
  }
  for (Eigen::Index r = 0; r < scaled.rows(); ++r) {
    for (Eigen::Index c = 0; c < scaled.cols(); ++c) {
      double& value = scaled(r, c);
      if (std::isnan(value)) {
        continue;
      }
      value = scaling_ == Scaling::kRank
                  ? rank_score(static_cast<std::size_t>(c), value)
                  : std::clamp((value - centre_[c]) / divisor_[c], -kClip, kClip);
    }
  }
  return scaled;
}

void Scaler::save(ArrayWriter& writer) const {
  if (scaling_ == Scaling::kRank) {
    write_matrix(writer, "sorted", sorted_);
  } else if (scaling_ != Scaling::kNone) {
    write_vector(writer, "mean", centre_);
    write_vector(writer, "scale", divisor_);
  }
}

Scaler Scaler::load(const ArrayReader& reader, Scaling scaling, std::size_t columns) {
  Scaler scaler;
  scaler.scaling_ = scaling;
  scaler.columns_ = columns;
  if (scaling == Scaling::kRank) {
    const ArrayReader::Shape shape = reader.shape("sorted");
    if (shape.rows != columns) {
      reader.refuse("sorted", "it does not have a row for each column of the model");
    }
    scaler.sorted_ = read_matrix(reader, "sorted", shape.columns);
    for (std::size_t c = 0; c < columns; ++c) {
      const std::span<const double> sorted = row_of(scaler.sorted_, c);
      if (!std::is_sorted(sorted.begin(), sorted.end())) {
        reader.refuse("sorted", "its values are not in ascending order");
      }
    }
  } else if (scaling != Scaling::kNone) {
    scaler.centre_ = read_vector(reader, "mean", columns);
    scaler.divisor_ = read_vector(reader, "scale", columns);
    if (columns > 0 && scaler.divisor_.minCoeff() <= 0) {
      reader.refuse("scale", "a divisor is not above 0");
    }
  }
  return scaler;
}

}  // namespace netml
