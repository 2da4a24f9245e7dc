#pragma once

#include <functional>

#include "classify_line.hpp"
#include "completion.hpp"
#include "extract_line.hpp"
#include "learn_line.hpp"
#include "packets_line.hpp"
#include "show_lines.hpp"
#include "train_line.hpp"

namespace CLI {
class App;
}

namespace netml::cli {

/// The commands: declares their options and, once parsed, sets `run` to what was asked for. They
/// share nothing: only one command runs.
class CommandLine {
 public:
  /// Both must outlive the object.
  CommandLine(const RunContext& context, std::function<int()>& run);

  void add_to(CLI::App& app);

 private:
  ExtractLine extract_;
  PacketsLine packets_;
  LearnLine learn_;
  TrainLine train_;
  ClassifyLine classify_;
  InspectLine inspect_;
  ColumnsLine columns_;
  CompletionLine completion_;
};

}  // namespace netml::cli
