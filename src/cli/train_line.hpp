#pragma once

#include <functional>
#include <optional>
#include <string>

#include "netml/commands/run_summary.hpp"

#include "training_options.hpp"

namespace CLI {
class App;
}

namespace netml::cli {

/// What is said where the file between the two halves of learn is not named.
inline constexpr const char* kNoFeatureFile =
    "the following arguments are required to \"extract\" or \"train\" in isolation: -f/--feature";

/// The command line of `netml train`, also as `learn train`.
class TrainLine {
 public:
  /// Both must outlive the object; `run` is set once the command is parsed.
  TrainLine(const RunContext& context, std::function<int()>& run) : context_(context), run_(run) {}

  void add_to(CLI::App& app);

 private:
  int train() const;

  const RunContext& context_;
  std::function<int()>& run_;
  TrainingText training_;
  std::string feature_, columns_, label_column_;
  std::optional<std::string> preset_, memory_limit_;
};

}  // namespace netml::cli
