#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "netml/commands/inputs.hpp"
#include "netml/core/interrupt.hpp"
#include "netml/core/output_group.hpp"
#include "netml/pipeline/extractor.hpp"

namespace netml {

/// What every command knows of its run.
struct RunContext {
  std::string command_line;               ///< as typed, for the summary
  std::string summary_path;               ///< --summary; empty: none
  std::vector<std::string> option_files;  ///< of --config, --anonymize-key: read, not to be written
  std::string color = "auto";
  std::uint64_t seed = 42;
  std::size_t threads = 0;
};

/// Version of the program, as `netml --version` prints it.
std::string version();

/// Logs how inputs ended: errors for those that cannot be used, warnings for damage.
void report_inputs(const ExtractResult& result);

/// Warns of flows that made room for others, as flows and in the context of others. `policy`: the
/// limits as they were asked for.
void report_evictions(const ExtractResult& result, const FlowPolicy& policy);

/// Warns of inputs of --continuous that are not in order of time.
void report_order(const ExtractResult& result);

/// Logs what the labels did: matched, unmatched, contradictory.
void report_labels(const Labeler& labeler);

/// The counters of a run as JSON (RELIABILITY: --summary).
nlohmann::ordered_json summary_of(const ExtractResult& result, int status);
/// Adds `labels`.
void add_labels(nlohmann::ordered_json& summary, const Labeler& labeler);

/// The counters of a run that read no capture but these files, whole.
nlohmann::ordered_json summary_of_files(const std::vector<std::string>& files, int status);

/// A signal came while the summary waited for a reader of its FIFO; there will be none.
struct SummaryInterrupted : Interrupted {};

/// Throws OutputError where the summary could not be written, before the run has done its work.
void check_summary(const RunContext& context);

/// Writes the summary when one was asked for, with version and command line. Throws OutputError and
/// SummaryInterrupted.
void write_summary(const RunContext& context, nlohmann::ordered_json summary);
/// The same as one of the run's files, which are still to be committed.
void write_summary(OutputGroup& files, const RunContext& context, nlohmann::ordered_json summary);

/// The summary of a run that memory, a limit or a signal ended in the middle, without output: the
/// packets read so far, counted an epoch at a time, are skipped for that reason. Where even this
/// cannot be written it is left out.
void write_unfinished_summary(const RunContext& context, int status) noexcept;

/// Throws InputError with the first message when no input could be used.
void require_usable(const ExtractResult& result);

}  // namespace netml
