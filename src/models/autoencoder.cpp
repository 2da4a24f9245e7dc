#include "autoencoder.hpp"

#include <algorithm>
#include <array>
#include <cfloat>
#include <cmath>
#include <limits>
#include <memory>

#include "netml/core/error.hpp"
#include "netml/core/rng.hpp"
#include "netml/core/text_format.hpp"
#include "netml/nn/layers.hpp"
#include "netml/nn/trainer.hpp"

namespace netml {
namespace {

// Streams of the model's seed.
constexpr std::uint64_t kWeightStream = 0;
constexpr std::uint64_t kTrainerStream = 1;

// Units of the layers, input and output included.
using Widths = std::array<std::size_t, 5>;

// Of so many columns, rounded up.
std::size_t share_of(std::size_t columns, double share) {
  return static_cast<std::size_t>(std::ceil(share * static_cast<double>(columns)));
}

Widths widths_of(std::size_t columns, const Params& params) {
  const auto given = [&](const char* name, double share) {
    const auto units = static_cast<std::size_t>(params.integer(name));
    return units != 0 ? units : share_of(columns, share);
  };
  const std::size_t hidden = given("hidden_units", 0.75);
  return {columns, hidden, given("code_units", 0.25), hidden, columns};
}

double weight_count(const Widths& widths) {
  double count = 0;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    count += static_cast<double>(widths[i] + 1) * static_cast<double>(widths[i + 1]);
  }
  return count;
}

// `make_dense(inputs, outputs)` gives a layer.
template <typename MakeDense>
nn::Network build(const Widths& widths, const Params& params, const MakeDense& make_dense) {
  nn::Network network;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    network.add(make_dense(widths[i], widths[i + 1]));
    if (i + 2 < widths.size() && params.text("activation") == "tanh") {
      network.add(std::make_unique<nn::Tanh>());
    }
  }
  return network;
}

ParamSpec whole(const char* name, const char* standard, double low, double high, const char* help) {
  ParamSpec spec;
  spec.name = name;
  spec.type = ParamType::kInteger;
  spec.default_text = standard;
  spec.low = low;
  spec.high = high;
  spec.help = help;
  return spec;
}

ParamSpec real(const char* name, const char* standard, double high, const char* help) {
  ParamSpec spec;
  spec.name = name;
  spec.default_text = standard;
  spec.high = high;
  spec.help = help;
  return spec;
}

ParamSpec choice(const char* name, const char* standard, std::vector<std::string> choices,
                 const char* help) {
  ParamSpec spec;
  spec.name = name;
  spec.type = ParamType::kChoice;
  spec.default_text = standard;
  spec.choices = std::move(choices);
  spec.help = help;
  return spec;
}

}  // namespace

ModelEntry autoencoder_entry() {
  ModelEntry entry;
  entry.name = "ae";
  entry.aliases = {"autoencoder"};
  entry.summary = "autoencoder (a neural network with a bottleneck)";
  entry.help =
      "Learns to give the training rows back through fewer units than there are columns; what it "
      "cannot give back is novel. Finds rows that break the relations between columns. Slowest to "
      "train, fast to score. Scale the columns: one huge value ruins the fit.";
  const double inf = std::numeric_limits<double>::max();
  ParamSpec rate = real("learning_rate_init", "0.001", 1, "Step size of Adam.");
  rate.low_is_open = true;
  ParamSpec fraction =
      real("validation_fraction", "0.1", 0.9,
           "Share of the training rows held out to stop by; where that is no row, the error of the "
           "epoch's own batches decides.");
  entry.schema = {
      whole("hidden_units", "0", 0, 65536,
            "Units of the outer hidden layers; 0: three quarters of the columns."),
      whole("code_units", "0", 0, 65536, "Units of the bottleneck; 0: a quarter of the columns."),
      choice("activation", "tanh", {"tanh", "identity"},
             "Of the hidden layers; identity makes the network linear."),
      rate,
      real("weight_decay", "0", inf, "Times the weight, added to its gradient (L2)."),
      whole("batch_size", "64", 1, 1e6, "Rows per step."),
      whole("max_iter", "200", 1, 1e6, "Epochs at most."),
      fraction,
      whole("n_iter_no_change", "10", 0, 1e6,
            "Epochs without gain after which training stops; 0: never, and the last weights stay."),
      real("tol", "0.001", 1, "The least gain that counts, as a share of the error."),
      choice("score", "mse", {"mse", "distance"},
             "mse: mean squared difference between row and output; distance: Euclidean.")};
  entry.make = []() -> std::unique_ptr<Model> { return std::make_unique<Autoencoder>(); };
  return entry;
}

double Autoencoder::fit_bytes(std::size_t rows, std::size_t columns, const Params& params) const {
  const Widths widths = widths_of(columns, params);
  const double batch =
      std::min(static_cast<double>(params.integer("batch_size")), static_cast<double>(rows));
  const double units = static_cast<double>(columns) * 5 + static_cast<double>(widths[1]) * 6 +
                       static_cast<double>(widths[2]) * 3;
  // Weights, gradients, two moments, the best weights, a transposed copy; activations of a batch.
  return 8 * (weight_count(widths) * 6 + batch * units) + 24 * static_cast<double>(rows);
}

double Autoencoder::kept_bytes(std::size_t, std::size_t columns, const Params& params) const {
  return weight_count(widths_of(columns, params)) * sizeof(double);
}

void Autoencoder::fit(const Matrix& rows, const Params& params, const FitContext& context,
                      FitReport& report) {
  score_kind_ = params.text("score") == "mse" ? ScoreKind::kMeanSquare : ScoreKind::kDistance;
  const Widths widths = widths_of(column_count(rows), params);
  Rng rng(derive_seed(context.seed, kWeightStream));
  network_ = build(widths, params, [&](std::size_t inputs, std::size_t outputs) {
    return std::make_unique<nn::Dense>(inputs, outputs, rng);
  });
  nn::TrainerOptions options;
  options.batch_size = static_cast<std::size_t>(params.integer("batch_size"));
  options.max_epochs = static_cast<std::size_t>(params.integer("max_iter"));
  options.validation_fraction = params.real("validation_fraction");
  options.patience = static_cast<std::size_t>(params.integer("n_iter_no_change"));
  options.tolerance = params.real("tol");
  options.adam.learning_rate = params.real("learning_rate_init");
  options.adam.weight_decay = params.real("weight_decay");
  options.seed = derive_seed(context.seed, kTrainerStream);
  const nn::TrainerReport trained =
      nn::train(network_, nn::MeanSquaredError(), nn::SelfTargets(rows), options, context.progress);
  bool is_finite = std::isfinite(trained.best_loss);
  for (const nn::Parameter* parameter : network_.parameters()) {
    is_finite = is_finite && parameter->value.allFinite();
  }
  if (!is_finite) {
    throw DataError(
        "ae: the weights grow beyond all bounds; scale the columns (--scale) or lower "
        "learning_rate_init");
  }
  report.rows_given = report.rows_used = row_count(rows);
  const auto derive = [&](const char* name, double value, const std::string& rule) {
    report.derived.push_back({name, value, rule});
  };
  if (params.integer("hidden_units") == 0) {
    derive("hidden_units", static_cast<double>(widths[1]), "3/4 of the columns, rounded up");
  }
  if (params.integer("code_units") == 0) {
    derive("code_units", static_cast<double>(widths[2]), "1/4 of the columns, rounded up");
  }
  derive("epochs", static_cast<double>(trained.best_epoch),
         options.patience == 0
             ? std::string("all that max_iter allows: the last weights stay")
             : "those with the lowest error, of " + std::to_string(trained.epochs) + " trained");
  derive("error", trained.best_loss,
         trained.held_out > 0
             ? "mean square over " + std::to_string(trained.held_out) + " held-out rows"
             : std::string("mean square over the batches of that epoch"));
}

void Autoencoder::score_block(const Rows& rows, std::span<double> scores) const {
  nn::Network::Workspace workspace;
  const nn::Batch input{rows};
  const Matrix& output = network_.forward(input, workspace);
  for (std::size_t r = 0; r < scores.size(); ++r) {
    double sum = 0;
    for (Eigen::Index c = 0; c < output.cols(); ++c) {
      const double difference =
          rows(static_cast<Eigen::Index>(r), c) - output(static_cast<Eigen::Index>(r), c);
      sum += difference * difference;
    }
    const double score = score_kind_ == ScoreKind::kMeanSquare
                             ? sum / static_cast<double>(output.cols())
                             : std::sqrt(sum);
    scores[r] = std::isfinite(score) ? score : DBL_MAX;
  }
}

void Autoencoder::save(ArrayWriter& writer) const {
  for (const nn::Parameter* parameter : network_.parameters()) {
    write_matrix(writer, parameter->name, parameter->value);
  }
}

void Autoencoder::load(const ArrayReader& reader, const Params& params, std::size_t columns) {
  score_kind_ = params.text("score") == "mse" ? ScoreKind::kMeanSquare : ScoreKind::kDistance;
  const Widths widths = widths_of(columns, params);
  // Nothing of that size is made before the file is known to have it.
  std::size_t layer = 0;
  const std::size_t layers_between = params.text("activation") == "tanh" ? 2 : 1;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i, layer += layers_between) {
    const std::string name = std::to_string(layer) + ".weight";
    const ArrayReader::Shape shape = reader.shape(name);
    if (shape.rows != widths[i] || shape.columns != widths[i + 1]) {
      reader.refuse(name, "not of the size that columns and parameters give");
    }
  }
  network_ = build(widths, params, [](std::size_t inputs, std::size_t outputs) {
    return std::make_unique<nn::Dense>(inputs, outputs);
  });
  for (nn::Parameter* parameter : network_.parameters()) {
    const auto rows = static_cast<std::size_t>(parameter->value.rows());
    Matrix value =
        read_matrix(reader, parameter->name, static_cast<std::size_t>(parameter->value.cols()));
    if (row_count(value) != rows) {
      reader.refuse(parameter->name, "not of the size that columns and parameters give");
    }
    parameter->value = std::move(value);
  }
}

}  // namespace netml
