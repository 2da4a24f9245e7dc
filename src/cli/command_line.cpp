#include "command_line.hpp"

namespace netml::cli {

CommandLine::CommandLine(const RunContext& context, std::function<int()>& run)
    : extract_(context, run),
      packets_(context, run),
      learn_(context, run),
      train_(context, run),
      classify_(context, run),
      inspect_(context, run),
      columns_(context, run),
      completion_(context, run) {}

void CommandLine::add_to(CLI::App& app) {
  extract_.add_to(app);
  packets_.add_to(app);
  learn_.add_to(app);
  train_.add_to(app);
  classify_.add_to(app);
  inspect_.add_to(app);
  columns_.add_to(app);
  completion_.add_to(app);
}

}  // namespace netml::cli
