#pragma once

#include <cstdint>
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

/// What extract was given, under that name or as `learn extract`.
struct ExtractText {
  CaptureText captures;
  LabelText labels;
  FlowText flow;
  FeatureText features;
  std::string output = "-", format;
  bool raw_text = false;
  std::optional<std::uint64_t> rotate, keep;
  std::optional<std::string> shard;
  AnonymizeText anonymize;
};

/// Declares the options; the text must outlive `command`.
void add_extract_options(CLI::App& command, ExtractText& text, const std::string& default_features);
/// Runs what they say and returns the exit status.
int extract_with(const ExtractText& text, const std::string& default_features,
                 const RunContext& context);

/// The command line of `netml extract`.
class ExtractLine {
 public:
  /// Both must outlive the object; `run` is set once the command is parsed.
  ExtractLine(const RunContext& context, std::function<int()>& run)
      : context_(context), run_(run) {}

  void add_to(CLI::App& app);

 private:
  const RunContext& context_;
  std::function<int()>& run_;
  ExtractText text_;
};

}  // namespace netml::cli
