#pragma once

#include "netml/models/model.hpp"
#include "netml/models/registry.hpp"

#include "principal_axes.hpp"

namespace netml {

/// Principal components (Jolliffe 2002). With centre mu, axes v_i (unit length, variances l_i in
/// descending order) and t_i = v_i'(x - mu), the scores are:
///   reconstruction  |x - mu - sum_{i <= q} t_i v_i|^2, q the least count that holds `share` of the
///                   variance
///   mahalanobis     sum over all axes of t_i^2 / (l_i + 0.001); where there are fewer rows than
///                   columns, l_i = 0 for what no axis reaches
///   components      sum_i |x - mu - v_i| / r_i, r_i the share of variance of axis i, over axes
///                   with any: what PyOD gives, and through it Python netml. It depends on the
///                   signs of the axes, which are those of scikit-learn (the largest |t_i| of the
///                   training rows is positive)
class Pca : public Model {
 public:
  std::string_view name() const noexcept override { return "pca"; }
  void fit(const Matrix& rows, const Params& params, const FitContext& context,
           FitReport& report) override;
  void save(ArrayWriter& writer) const override;
  void load(const ArrayReader& reader, const Params& params, std::size_t columns) override;
  double fit_bytes(std::size_t rows, std::size_t columns, const Params& params) const override;
  double kept_bytes(std::size_t rows, std::size_t columns, const Params& params) const override;

 private:
  enum class ScoreKind { kReconstruction, kMahalanobis, kComponents };
  static ScoreKind parse_kind(const Params& params);
  static AxesPrecision precision_of(ScoreKind kind);

  void score_block(const Rows& rows, std::span<double> scores) const override;
  void keep_share(const Params& params, FitReport& report);
  void keep_varying(FitReport& report);
  void prepare();

  ScoreKind kind_ = ScoreKind::kReconstruction;
  Vector mean_;
  Vector scale_;       // 1 unless `standardize`
  Matrix components_;  // v_i, [axes × columns]
  Vector variances_;   // l_i; of components: r_i
  Matrix transposed_;  // [columns × axes]
};

ModelEntry pca_entry();

}  // namespace netml
