#pragma once

#include "netml/models/mixture.hpp"
#include "netml/models/model.hpp"
#include "netml/models/registry.hpp"

namespace netml {

/// Gaussian mixture, fitted by expectation maximisation from a k-means clustering;
/// score = -log sum_k weight_k N(x; mean_k, C_k).
class Gmm : public Model {
 public:
  std::string_view name() const noexcept override { return "gmm"; }
  void fit(const Matrix& rows, const Params& params, const FitContext& context,
           FitReport& report) override;
  void save(ArrayWriter& writer) const override;
  void load(const ArrayReader& reader, const Params& params, std::size_t columns) override;
  double fit_bytes(std::size_t rows, std::size_t columns, const Params& params) const override;
  double kept_bytes(std::size_t rows, std::size_t columns, const Params& params) const override;

 private:
  void score_block(const Rows& rows, std::span<double> scores) const override;

  Mixture mixture_;
};

ModelEntry gmm_entry();

}  // namespace netml
