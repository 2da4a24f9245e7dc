#pragma once

// The commands that only show something.

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace netml::cli {

/// The command line of `netml inspect`.
class InspectLine {
 public:
  /// `run` must outlive the object; it is set once the command is parsed.
  explicit InspectLine(std::function<int()>& run) : run_(run) {}

  void add_to(CLI::App& app);

 private:
  int show() const;

  std::function<int()>& run_;
  std::string file_;
  bool is_full_ = false;
};

/// The command line of `netml columns`.
class ColumnsLine {
 public:
  /// `run` must outlive the object; it is set once the command is parsed.
  explicit ColumnsLine(std::function<int()>& run) : run_(run) {}

  void add_to(CLI::App& app);

 private:
  int show() const;

  std::function<int()>& run_;
  std::vector<std::string> names_;
  std::string format_ = "text";
};

}  // namespace netml::cli
