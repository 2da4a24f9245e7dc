#pragma once

#include <functional>
#include <optional>
#include <string>

#include "netml/commands/run_summary.hpp"

#include "anonymize_options.hpp"
#include "options.hpp"

namespace CLI {
class App;
}

namespace netml::cli {

/// The command line of `netml packets`.
class PacketsLine {
 public:
  /// Both must outlive the object; `run` is set once the command is parsed.
  PacketsLine(const RunContext& context, std::function<int()>& run)
      : context_(context), run_(run) {}

  void add_to(CLI::App& app);

 private:
  int run_it() const;

  const RunContext& context_;
  std::function<int()>& run_;
  CaptureText captures_;
  std::string output_ = "-", format_;
  std::optional<std::string> columns_, id_, decode_tunnels_, preset_, compat_, memory_limit_;
  AnonymizeText anonymize_;
  bool raw_text_ = false;
};

}  // namespace netml::cli
