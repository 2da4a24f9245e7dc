#pragma once

#include <nlohmann/json_fwd.hpp>

#include "netml/commands/classify.hpp"
#include "netml/models/detector.hpp"

#include "verdict_stage.hpp"

namespace netml {

// What `classify` says at its end, of captures and of tables alike.

/// What the stage has to keep for what was asked.
StageOptions stage_options(const ClassifyCommand& command, const RunContext& context);

/// 10 or 11 in place of 0, where they were asked for.
int final_status(int status, const VerdictStage& stage, const ClassifyCommand& command);

/// Adds `verdicts`, `drift` and, with labels, `metrics`.
void add_outcome(nlohmann::ordered_json& summary, const VerdictStage& stage, bool has_labels);

/// Adds `early`, the verdicts after so many packets.
void add_early(nlohmann::ordered_json& summary, const VerdictStage& stage, std::uint64_t packets);
void log_early(const VerdictStage& stage, std::uint64_t packets);

/// That verdicts are held back, where they are.
void log_waiting(const ClassifyCommand& command);

/// Counts, metrics and drift for the log.
void log_outcome(const ClassifyCommand& command, const VerdictStage& stage, bool has_labels);

/// Writes the page and its twin when they were asked for; the files are still to be committed.
/// `table`: whose rows were scored; null for flows. Throws OutputError.
void write_classify_report(OutputGroup& files, const ClassifyCommand& command,
                           const Detector& detector, const VerdictStage& stage, const Table* table);

/// Commits the verdicts, null for those that nobody reads any more, together with the other files
/// and the summary. A signal that ends the wait for the reader of a summary leaves the verdicts.
void commit_verdicts(OutputFile* verdicts, OutputGroup& files, const RunContext& context,
                     const nlohmann::ordered_json& summary);

}  // namespace netml
