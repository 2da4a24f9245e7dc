#pragma once

#include <functional>
#include <string>
#include <vector>

#include "netml/commands/run_summary.hpp"

namespace CLI {
class App;
}

namespace netml::cli {

/// An option as its command declares it.
struct OptionWords {
  std::vector<std::string> short_names;  ///< "-o"
  std::vector<std::string> long_names;   ///< "--output"
  std::string value;                     ///< what the help calls its value; empty: a flag
  std::vector<std::string> values;       ///< the words that it takes, where they are few
  std::string description;
  std::string group;
};

/// A command, or the program itself.
struct CommandWords {
  std::string path;  ///< "learn extract"; empty: the program
  std::string description;
  std::string footer;
  std::vector<OptionWords> options;
  std::vector<std::string> arguments;  ///< what the help calls those without an option
  std::vector<std::string> values;     ///< the words that they take, where they are few
  std::vector<std::string> commands;   ///< that may follow
};

/// All commands below `app`, the program first. What completion and the manual page are made of:
/// they cannot differ from what is parsed.
std::vector<CommandWords> command_words(const CLI::App& app);

/// The script that makes `shell` (bash, zsh or fish) complete the words of `netml`.
std::string completion_script(const std::vector<CommandWords>& commands, const std::string& shell);

/// netml(1), in roff's man macros.
std::string manual_page(const std::vector<CommandWords>& commands);

/// The command line of `netml completion`.
class CompletionLine {
 public:
  /// Both must outlive the object; `run` is set once the command is parsed.
  CompletionLine(const RunContext& context, std::function<int()>& run)
      : context_(context), run_(run) {}

  void add_to(CLI::App& app);

 private:
  const RunContext& context_;
  std::function<int()>& run_;
  std::string shell_;
};

}  // namespace netml::cli
