#pragma once

#include "netml/models/model.hpp"
#include "netml/models/registry.hpp"
#include "netml/nn/network.hpp"

namespace netml {

/// Autoencoder: a network that passes the columns through fewer units and learns to give training
/// rows back.
///
///   columns -> hidden -> code -> hidden -> columns, tanh after all but the last
///   score = mean_j (x_j - output_j)^2
///
/// Trained on one thread by Adam on the mean squared error, with shuffled batches; the weights of
/// the lowest error on held-out rows stay. Where the score leaves the range of doubles it is the
/// largest double.
class Autoencoder : public Model {
 public:
  std::string_view name() const noexcept override { return "ae"; }
  void fit(const Matrix& rows, const Params& params, const FitContext& context,
           FitReport& report) override;
  void save(ArrayWriter& writer) const override;
  void load(const ArrayReader& reader, const Params& params, std::size_t columns) override;
  double fit_bytes(std::size_t rows, std::size_t columns, const Params& params) const override;
  double kept_bytes(std::size_t rows, std::size_t columns, const Params& params) const override;

 private:
  enum class ScoreKind { kMeanSquare, kDistance };

  void score_block(const Rows& rows, std::span<double> scores) const override;

  nn::Network network_;
  ScoreKind score_kind_ = ScoreKind::kMeanSquare;
};

ModelEntry autoencoder_entry();

}  // namespace netml
