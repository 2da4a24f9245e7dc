#pragma once

#include <functional>
#include <string>

#include "netml/commands/run_summary.hpp"

#include "anonymize_options.hpp"
#include "extract_line.hpp"
#include "options.hpp"
#include "train_line.hpp"
#include "training_options.hpp"

namespace CLI {
class App;
}

namespace netml::cli {

/// The command line of `netml learn`, and of its two halves `learn extract` and `learn train`.
class LearnLine {
 public:
  /// Both must outlive the object; `run` is set once the command is parsed.
  LearnLine(const RunContext& context, std::function<int()>& run)
      : context_(context), run_(run), train_(context, run) {}

  void add_to(CLI::App& app);

 private:
  void add_extract(CLI::App& app);
  int learn() const;

  const RunContext& context_;
  std::function<int()>& run_;
  CaptureText captures_;
  LabelText labels_;
  FlowText flow_;
  FeatureText features_;
  TrainingText training_;
  std::string feature_output_;
  AnonymizeText anonymize_;
  ExtractText extract_;
  TrainLine train_;
};

}  // namespace netml::cli
