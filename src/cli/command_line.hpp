#pragma once

#include <functional>
#include <memory>
#include <string>

#include "netml/commands/run_summary.hpp"

#include "options.hpp"

namespace CLI {
class App;
}

namespace netml::cli {

/// The commands: declares their options and, once parsed, sets `run` to what was asked for.
class CommandLine {
 public:
  /// Both must outlive the object.
  CommandLine(RunContext& context, std::function<int()>& run);
  ~CommandLine();

  void add_to(CLI::App& app);

 private:
  void add_extract(CLI::App& app);
  void add_learn(CLI::App& app);
  void add_train(CLI::App& app);
  void add_classify(CLI::App& app);
  void add_columns(CLI::App& app);
  void add_inspect(CLI::App& app);
  int classify();

  struct Text;
  RunContext& context_;
  std::function<int()>& run_;
  std::unique_ptr<Text> text_;
};

}  // namespace netml::cli
