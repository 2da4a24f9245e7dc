#pragma once

#include "netml/models/model.hpp"
#include "netml/models/registry.hpp"

namespace netml {

/// Kernel residual: how much of a row's image in the RBF kernel's feature space lies outside the
/// span of m landmarks (Nystroem features, Williams and Seeger 2001):
///   K = k(L, L) = V W V',  P = V W^-1/2 over w > 1e-8 w_max,  z = P' k(x),  r = 1 - |z|^2
/// The score is -log(1 - r), taken from logarithms so that far rows do not tie.
class KernelResidual : public Model {
 public:
  std::string_view name() const noexcept override { return "kres"; }
  void fit(const Matrix& rows, const Params& params, const FitContext& context,
           FitReport& report) override;
  void save(ArrayWriter& writer) const override;
  void load(const ArrayReader& reader, const Params& params, std::size_t columns) override;
  double fit_bytes(std::size_t rows, std::size_t columns, const Params& params) const override;
  double kept_bytes(std::size_t rows, std::size_t columns, const Params& params) const override;

 private:
  void score_block(const Rows& rows, std::span<double> scores) const override;
  void choose_width(const Matrix& rows, const Params& params, std::uint64_t seed,
                    FitReport& report);
  void decompose();

  double gamma_ = 1;   // 1/sigma^2
  Matrix landmarks_;   // [m × columns]
  Matrix projection_;  // P', [kept × m]
};

ModelEntry kres_entry();

}  // namespace netml
