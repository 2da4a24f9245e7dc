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

/// The command line of `netml train`, also as `learn train`.
class TrainLine {
 public:
  /// Both must outlive the object; `run` is set once the command is parsed.
  TrainLine(const RunContext& context, std::function<int()>& run) : context_(context), run_(run) {}

  /// `name`: of the command, as its examples show it.
  void add_to(CLI::App& app, const std::string& name = "train");

 private:
  int train() const;

  const RunContext& context_;
  std::function<int()>& run_;
  TrainingText training_;
  std::string feature_, columns_, label_column_;
  std::optional<std::string> preset_, memory_limit_;
};

}  // namespace netml::cli
