#pragma once

#include "netml/models/model.hpp"
#include "netml/models/registry.hpp"

namespace netml {

/// Kernel density estimate (Parzen 1962) with a Gaussian of width h around every training row:
///   log p(x) = LSE_i(-|x - x_i|^2 / (2 h^2)) - log n - d/2 log(2 pi) - d log h;  score = -log p
///
/// Summed directly, the largest term taken out: a far row does not saturate and is exact, where a
/// tree's sums (scikit-learn's KernelDensity) are off by tens of nats.
class Kde : public Model {
 public:
  std::string_view name() const noexcept override { return "kde"; }
  void fit(const Matrix& rows, const Params& params, const FitContext& context,
           FitReport& report) override;
  void save(ArrayWriter& writer) const override;
  void load(const ArrayReader& reader, const Params& params, std::size_t columns) override;
  double fit_bytes(std::size_t rows, std::size_t columns, const Params& params) const override;
  double kept_bytes(std::size_t rows, std::size_t columns, const Params& params) const override;

 private:
  void score_block(const Rows& rows, std::span<double> scores) const override;
  void prepare();

  double h_ = 1;
  Matrix rows_;          // the training rows
  double factor_ = 0.5;  // 1 / (2 h^2)
  double constant_ = 0;  // log n + d/2 log(2 pi) + d log h
};

ModelEntry kde_entry();

}  // namespace netml
