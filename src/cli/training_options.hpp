#pragma once

#include <optional>
#include <string>

#include "netml/commands/run_summary.hpp"

namespace CLI {
class App;
}

namespace netml {
struct TrainOptions;
}

namespace netml::cli {

/// The options of learn and train about the model.
struct TrainingText {
  std::string model, param, test_scores, report, split = "random", train_on = "auto",
                                                 missing = "error", calibrate;
  std::optional<std::string> algorithm, test_size, scale, false_alarm_rate;
  bool shows_algorithms = false;
  bool shows_params = false;
};

/// Adds the group and gives it back for more; the text must outlive `app`.
CLI::App& add_training(CLI::App& app, TrainingText& text);

/// True when only help was asked for, and has been printed.
bool show_model_help(const TrainingText& text);

/// The training that the options describe. `command`: as messages call it. Throws UsageError.
TrainOptions make_train_options(const TrainingText& text, const std::string& command,
                                const RunContext& context);

}  // namespace netml::cli
