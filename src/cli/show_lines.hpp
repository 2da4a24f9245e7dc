#pragma once

// The commands that only show something.

#include <functional>
#include <string>
#include <vector>

#include "netml/commands/run_summary.hpp"

namespace CLI {
class App;
}

namespace netml::cli {

/// The command line of `netml inspect`.
class InspectLine {
 public:
  /// Both must outlive the object; `run` is set once the command is parsed.
  InspectLine(const RunContext& context, std::function<int()>& run)
      : context_(context), run_(run) {}

  void add_to(CLI::App& app);

 private:
  int show() const;

  const RunContext& context_;
  std::function<int()>& run_;
  std::string file_;
  bool is_full_ = false;
};

/// The command line of `netml columns`.
class ColumnsLine {
 public:
  /// Both must outlive the object; `run` is set once the command is parsed.
  ColumnsLine(const RunContext& context, std::function<int()>& run)
      : context_(context), run_(run) {}

  void add_to(CLI::App& app);

 private:
  int show() const;

  const RunContext& context_;
  std::function<int()>& run_;
  std::vector<std::string> names_;
  std::string format_ = "text";
};

}  // namespace netml::cli
