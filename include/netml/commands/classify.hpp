#pragma once

#include <functional>
#include <optional>
#include <string>

#include "netml/commands/inputs.hpp"
#include "netml/commands/run_summary.hpp"
#include "netml/features/recipe.hpp"

namespace netml {

enum class VerdictFormat { kText, kCsv, kJsonLines };
enum class TextZone { kUtc, kLocal };

/// captures or a table + model -> a verdict for every flow or row.
struct ClassifyCommand {
  CaptureInputs inputs;
  std::string model;
  std::string output = "-";
  VerdictFormat format = VerdictFormat::kText;
  std::optional<bool> reports_all;  ///< unset: text at verbosity 2, csv and jsonl always
  std::optional<double> threshold;
  std::optional<double> false_alarm_rate;
  std::uint64_t flow_limit = 0;  ///< --limit; 0: none
  std::string table;             ///< rows of a feature table in place of captures; empty: none
  std::uint64_t memory_limit = std::uint64_t{2} << 30;  ///< bytes, of that table
  std::string label_column;           ///< of that table; empty: `label` if there is one
  std::size_t explain = 0;            ///< reasons per alert
  std::uint64_t early = 0;            ///< also a verdict after so many packets of a flow; 0: none
  std::optional<double> by_source_s;  ///< a ranking of sources, by windows of so many seconds
  std::optional<double> fdr;          ///< false-discovery rate per input, in place of the threshold
  bool uses_exit_code = false;        ///< status 10 when an anomaly was reported
  bool fails_on_drift = false;        ///< status 11 when the input has drifted
  std::string report;                 ///< HTML page; its JSON twin stands beside it; empty: none
  std::string state;                  ///< captures that were done by earlier runs; empty: none
  TextZone zone = TextZone::kUtc;
  bool uses_color = false;
  /// Changes the model's recipe by what was given on the command line: limits of memory, or throws
  /// UsageError for an option that contradicts the model, or `columns`, those that it sees.
  std::function<void(Recipe&, const std::vector<std::string>& columns)> adjust_recipe;
};

/// Runs it; the exit status. Throws the Error family.
int run_classify(const ClassifyCommand& command, const RunContext& context);

}  // namespace netml
