#include "netml/nn/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "netml/core/rng.hpp"

namespace netml::nn {
namespace {

// Streams of the trainer's seed; epoch e shuffles with kShuffleStream + e.
constexpr std::uint64_t kHoldOutStream = 0;
constexpr std::uint64_t kShuffleStream = 1;

void shuffle(std::vector<std::size_t>& numbers, Rng& rng) {
  for (std::size_t i = numbers.size(); i > 1; --i) {
    std::swap(numbers[i - 1], numbers[rng.below(i)]);
  }
}

class Run {
 public:
  Run(Network& network, const Loss& loss, const Examples& examples, const TrainerOptions& options)
      : network_(network),
        loss_(loss),
        examples_(examples),
        options_(options),
        adam_(network, options.adam),
        gradients_(zero_gradients(network)) {
    const std::size_t count = examples.count();
    const auto held_out = static_cast<std::size_t>(
        std::floor(options.validation_fraction * static_cast<double>(count)));
    Rng rng(derive_seed(options.seed, kHoldOutStream));
    train_ = permutation(count, rng);
    held_out_.assign(train_.end() - static_cast<std::ptrdiff_t>(std::min(held_out, count - 1)),
                     train_.end());
    train_.resize(count - held_out_.size());
    std::sort(held_out_.begin(), held_out_.end());
    std::sort(train_.begin(), train_.end());
  }

  TrainerReport go(const std::function<void(double)>& progress) {
    double mark = std::numeric_limits<double>::infinity();
    std::size_t without_gain = 0;
    report_.held_out = held_out_.size();
    report_.best_loss = std::numeric_limits<double>::infinity();
    while (report_.epochs < options_.max_epochs) {
      const double trained = train_epoch();
      const double loss = held_out_.empty() ? trained : held_out_loss();
      keep_if_best(loss);
      without_gain = loss < mark * (1 - options_.tolerance) ? 0 : without_gain + 1;
      mark = std::min(mark, without_gain == 0 ? loss : mark);
      if (progress) {
        progress(static_cast<double>(report_.epochs) / static_cast<double>(options_.max_epochs));
      }
      if (options_.patience != 0 && without_gain >= options_.patience) {
        break;
      }
    }
    restore_best();
    return report_;
  }

 private:
  // The mean loss over the epoch's batches, each before the step that it causes.
  double train_epoch() {
    Rng rng(derive_seed(options_.seed, kShuffleStream + report_.epochs));
    order_ = train_;
    shuffle(order_, rng);
    const auto step = [&](std::span<const std::size_t> numbers) {
      examples_.gather(numbers, input_, target_);
      const Matrix& output = network_.forward(input_, workspace_);
      const double loss = loss_.evaluate(output, target_, &output_gradient_);
      for (Matrix& gradient : gradients_) {
        gradient.setZero();
      }
      network_.backward(input_, workspace_, output_gradient_, gradients_);
      adam_.step(network_, gradients_);
      return loss;
    };
    const double loss = mean_over_batches(order_, step);
    ++report_.epochs;
    return loss;
  }

  double held_out_loss() {
    return mean_over_batches(held_out_, [&](std::span<const std::size_t> numbers) {
      examples_.gather(numbers, input_, target_);
      return loss_.evaluate(network_.forward(input_, workspace_), target_, nullptr);
    });
  }

  template <typename Evaluate>
  double mean_over_batches(const std::vector<std::size_t>& numbers, const Evaluate& evaluate) {
    double sum = 0;
    for (std::size_t first = 0; first < numbers.size(); first += options_.batch_size) {
      const std::size_t size = std::min(options_.batch_size, numbers.size() - first);
      sum += evaluate(std::span(numbers).subspan(first, size)) * static_cast<double>(size);
    }
    return sum / static_cast<double>(numbers.size());
  }

  void keep_if_best(double loss) {
    // Without patience the last weights are wanted.
    if (!(loss < report_.best_loss) && options_.patience != 0) {
      return;
    }
    report_.best_loss = loss;
    report_.best_epoch = report_.epochs;
    if (options_.patience == 0) {
      return;
    }
    best_.clear();
    for (const Parameter* parameter : network_.parameters()) {
      best_.push_back(parameter->value);
    }
  }

  void restore_best() {
    for (std::size_t i = 0; i < best_.size(); ++i) {
      network_.parameters()[i]->value = best_[i];
    }
  }

  Network& network_;
  const Loss& loss_;
  const Examples& examples_;
  const TrainerOptions& options_;
  Adam adam_;
  std::vector<Matrix> gradients_;
  std::vector<std::size_t> train_, held_out_, order_;
  std::vector<Matrix> best_;
  Network::Workspace workspace_;
  Batch input_;
  Matrix target_, output_gradient_;
  TrainerReport report_;
};

}  // namespace

void SelfTargets::gather(std::span<const std::size_t> numbers, Batch& input, Matrix& target) const {
  target.resize(static_cast<Eigen::Index>(numbers.size()), rows_.cols());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    target.row(static_cast<Eigen::Index>(i)) = rows_.row(static_cast<Eigen::Index>(numbers[i]));
  }
  input.values = target;
  input.steps = 1;
}

TrainerReport train(Network& network, const Loss& loss, const Examples& examples,
                    const TrainerOptions& options, const std::function<void(double)>& progress) {
  return Run(network, loss, examples, options).go(progress);
}

}  // namespace netml::nn
