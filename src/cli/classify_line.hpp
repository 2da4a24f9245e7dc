#pragma once

#include <functional>
#include <optional>
#include <string>

#include "netml/commands/classify.hpp"
#include "netml/commands/run_summary.hpp"

#include "options.hpp"

namespace CLI {
class App;
}

namespace netml::cli {

/// The command line of `netml classify`.
class ClassifyLine {
 public:
  /// Both must outlive the object; `run` is set once the command is parsed.
  ClassifyLine(const RunContext& context, std::function<int()>& run)
      : context_(context), run_(run) {}

  void add_to(CLI::App& app);

 private:
  void add_verdicts(CLI::App& command);
  void refuse_captures() const;
  void refuse_seconds_apart() const;
  void take_input(ClassifyCommand& command) const;
  void take_decision(ClassifyCommand& command) const;
  void take_verdicts(ClassifyCommand& command) const;
  int classify() const;

  const CLI::App* command_ = nullptr;
  const RunContext& context_;
  std::function<int()>& run_;
  CaptureText captures_;
  LabelText labels_;
  FlowText flow_;
  FeatureText features_;
  std::string model_, output_ = "-", format_, timezone_ = "utc", by_source_;
  std::string table_, label_column_, report_, state_;
  std::optional<std::string> threshold_, false_alarm_rate_, fdr_;
  std::optional<std::uint64_t> explain_, early_;
  bool reports_all_ = false, reports_anomalies_ = false, uses_exit_code_ = false,
       fails_on_drift_ = false;
};

}  // namespace netml::cli
