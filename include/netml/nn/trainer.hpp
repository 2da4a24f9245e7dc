#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "netml/nn/adam.hpp"
#include "netml/nn/loss.hpp"
#include "netml/nn/network.hpp"

namespace netml::nn {

/// What a network is trained on: pairs of input and target.
class Examples {
 public:
  virtual ~Examples() = default;
  virtual std::size_t count() const = 0;
  /// Overwrites input and target with the given examples, in their order.
  virtual void gather(std::span<const std::size_t> numbers, Batch& input, Matrix& target) const = 0;
};

/// Rows whose target is the row itself. Borrows them.
class SelfTargets : public Examples {
 public:
  explicit SelfTargets(const Matrix& rows) : rows_(rows) {}
  std::size_t count() const override { return static_cast<std::size_t>(rows_.rows()); }
  void gather(std::span<const std::size_t> numbers, Batch& input, Matrix& target) const override;

 private:
  const Matrix& rows_;
};

struct TrainerOptions {
  std::size_t batch_size = 64;
  std::size_t max_epochs = 200;
  /// Share of the examples, drawn once, that are never trained on: floor(share · count). Where that
  /// is none, the loss over an epoch's batches takes the place of the held-out loss.
  double validation_fraction = 0.1;
  /// Training ends after `patience` epochs without a held-out loss below (1 - tolerance) times the
  /// best one before them; 0: never before max_epochs, and then the last weights stay.
  std::size_t patience = 10;
  double tolerance = 1e-3;
  AdamOptions adam = {};
  std::uint64_t seed = 0;
};

struct TrainerReport {
  std::size_t epochs = 0;      ///< trained
  std::size_t best_epoch = 0;  ///< whose weights the network has, from 1
  double best_loss = 0;        ///< held-out loss of those weights
  std::size_t held_out = 0;    ///< examples
};

/// Minimises the loss by Adam over batches, shuffled anew every epoch, and leaves the network with
/// the weights of the lowest held-out loss. Runs on the calling thread; the same arguments give the
/// same bits. `progress` is told the share of max_epochs done and may throw. Requires: at least one
/// example.
TrainerReport train(Network& network, const Loss& loss, const Examples& examples,
                    const TrainerOptions& options,
                    const std::function<void(double)>& progress = {});

}  // namespace netml::nn
