#pragma once

#include "netml/models/model.hpp"
#include "netml/models/registry.hpp"

namespace netml {

/// Nearest neighbours (Ramaswamy et al. 2000, Angiulli and Pizzuti 2002): the score is the mean
/// Euclidean distance to the k nearest training rows. Exact duplicates among them are kept.
class Knn : public Model {
 public:
  std::string_view name() const noexcept override { return "knn"; }
  void fit(const Matrix& rows, const Params& params, const FitContext& context,
           FitReport& report) override;
  void save(ArrayWriter& writer) const override;
  void load(const ArrayReader& reader, const Params& params, std::size_t columns) override;
  double fit_bytes(std::size_t rows, std::size_t columns, const Params& params) const override;
  double kept_bytes(std::size_t rows, std::size_t columns, const Params& params) const override;

 private:
  void score_block(const Rows& rows, std::span<double> scores) const override;

  std::size_t k_ = 1;  // at most the number of rows
  Matrix rows_;        // the training rows
};

ModelEntry knn_entry();

}  // namespace netml
