#pragma once

#include "netml/models/model.hpp"
#include "netml/models/registry.hpp"

namespace netml {

/// One-class support vector machine (Schoelkopf et al. 2001) with the RBF kernel
/// K(x, y) = exp(-gamma |x - y|^2), with libsvm's solution (netml/models/one_class_solver.hpp):
///   min 1/2 a'Ka, 0 <= a_i <= 1, sum a = nu n;   f(x) = sum_i a_i K(x_i, x) - rho
///
/// Scores:
///   log  -LSE_i(log a_i - gamma |x - x_i|^2) + log rho; above 0 exactly where f < 0. The same
///   order as -f, but
///        far rows do not all tie at rho.
///   raw  -sum_i a_i K(x_i, x), rho not subtracted: scikit-learn's -score_samples; novel above
///   -rho.
class Ocsvm : public Model {
 public:
  std::string_view name() const noexcept override { return "ocsvm"; }
  void fit(const Matrix& rows, const Params& params, const FitContext& context,
           FitReport& report) override;
  void save(ArrayWriter& writer) const override;
  void load(const ArrayReader& reader, const Params& params, std::size_t columns) override;
  double fit_bytes(std::size_t rows, std::size_t columns, const Params& params) const override;
  double kept_bytes(std::size_t rows, std::size_t columns, const Params& params) const override;
  std::optional<double> own_threshold() const override;

 private:
  void score_block(const Rows& rows, std::span<double> scores) const override;

  enum class ScoreKind { kLog, kRaw };

  void choose_gamma(const Matrix& rows, const Params& params, std::uint64_t seed,
                    FitReport& report);
  void train(const Matrix& rows, double nu, double tolerance, const FitContext& context);
  void prepare();

  double gamma_ = 1;
  double rho_ = 0;
  Matrix support_;       // [support rows × columns]
  Vector coefficients_;  // a_i, all above 0
  Vector log_coefficients_;
  double log_rho_ = 0;
  ScoreKind score_kind_ = ScoreKind::kLog;
};

ModelEntry ocsvm_entry();

}  // namespace netml
