#include "netml/commands/run_summary.hpp"

#include <algorithm>
#include <iterator>

#include <nlohmann/json.hpp>

#include "netml/core/error.hpp"
#include "netml/core/input_file.hpp"
#include "netml/core/log.hpp"
#include "netml/core/output_file.hpp"
#include "netml/core/progress.hpp"
#include "netml/core/text_format.hpp"

namespace netml {

std::string version() {
  return NETML_VERSION;
}

namespace {

std::string limit_reason(const ExtractResult& result) {
  if (!result.limit_reason.empty()) {
    return result.limit_reason;
  }
  return result.stopped_by_max_flows
             ? "as many flows are open as --max-flows allows; raise it, or use --on-limit evict"
             : "the memory budget is used up; raise --memory-limit, or use --on-limit evict";
}

}  // namespace

void report_inputs(const ExtractResult& result) {
  for (const InputOutcome& input : result.inputs) {
    if (input.status != InputStatus::kOk) {
      log::error(input.message);
    }
  }
  if (result.stopped_by_limit) {
    const std::string where =
        result.inputs.empty() ? "" : input_name(result.inputs.back().path) + ": ";
    log::error(where + limit_reason(result));
  }
  const RunStats& stats = result.stats;
  log::detail(std::to_string(stats.packets_read) + " packets, " +
              std::to_string(stats.flows_written) + " flows, " +
              std::to_string(stats.flows_too_short) + " too short");
  for (const auto& [reason, packets] : stats.packets_skipped) {
    log::detail(std::to_string(packets) + " packets skipped: " + reason);
  }
}

namespace {

// "2GiB", "100KiB", "1500": as --memory-limit takes it.
std::string size_text(std::uint64_t bytes) {
  constexpr const char* kUnits[] = {"", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  while (bytes != 0 && bytes % 1024 == 0 && unit + 1 < std::size(kUnits)) {
    bytes /= 1024;
    ++unit;
  }
  return std::to_string(bytes) + kUnits[unit];
}

}  // namespace

void report_order(const ExtractResult& result) {
  const InputOutcome* before = nullptr;
  for (const InputOutcome& input : result.inputs) {
    if (!input.first_ns) {
      continue;
    }
    if (before != nullptr && *input.first_ns < *before->first_ns) {
      log::warning(input_name(input.path) + ": begins earlier than " + input_name(before->path) +
                   ", which was given before it; --continuous takes the files of a capture in "
                   "order of time");
    }
    before = &input;
  }
}

void report_evictions(const ExtractResult& result, const FlowPolicy& policy) {
  const RunStats& stats = result.stats;
  // At the end of flows and, with --early, at a packet of theirs: the same flows.
  if (const std::uint64_t forgotten = std::max(stats.context_dropped, stats.early_context_dropped);
      forgotten != 0) {
    log::warning(std::to_string(forgotten) + (forgotten == 1 ? " flow was" : " flows were") +
                 " forgotten by `context` before their time, for want of room: its columns count "
                 "too little; its limits are --context-limit and a share of --memory-limit " +
                 size_text(policy.memory_limit));
  }
  if (stats.flows_evicted == 0) {
    return;
  }
  const std::string memory = "--memory-limit " + size_text(policy.memory_limit);
  const std::string limit =
      policy.max_flows == 0 ? memory
      : policy.memory_limit == 0
          ? "--max-flows " + std::to_string(policy.max_flows)
          : "--max-flows " + std::to_string(policy.max_flows) + " or " + memory;
  log::warning(std::to_string(stats.flows_evicted) + " flows were cut short at " + limit +
               " (end_reason evicted): packets that follow count as new flows; raise it to keep "
               "flows whole");
}

namespace {

// Of all label files together.
LabelReport total(const Labeler& labeler) {
  LabelReport sum;
  for (const LabelFile& file : labeler.files()) {
    const LabelReport& report = file.report();
    sum.rows += report.rows;
    sum.rows_matched += report.rows_matched;
    sum.rows_skipped += report.rows_skipped;
    sum.rows_left_out += report.rows_left_out;
    sum.flows_contradictory += report.flows_contradictory;
  }
  return sum;
}

}  // namespace

void report_labels(const Labeler& labeler) {
  constexpr std::size_t kShown = 3;  // at the default verbosity
  for (const LabelFile& file : labeler.files()) {
    const LabelReport& report = file.report();
    for (const std::string& warning : report.warnings) {
      log::warning(warning);
    }
    std::size_t shown = 0;
    for (const LabelContradiction& row : report.contradictions) {
      const bool is_first = shown++ < kShown;
      (is_first ? log::warning : log::detail)(
          report.file + ": labels disagree: line " + std::to_string(row.first_line) + " says " +
          printable(row.first_name) + ", line " + std::to_string(row.second_line) + " says " +
          printable(row.second_name));
    }
  }
  const LabelReport sum = total(labeler);
  log::info("labels: " + std::to_string(labeler.matched()) + " flows matched, " +
            std::to_string(labeler.unmatched()) + " unmatched, " +
            std::to_string(sum.flows_contradictory) + " contradictory");
  if (sum.rows_matched < sum.rows || sum.rows_left_out > 0) {
    log::info("labels: " + std::to_string(sum.rows - sum.rows_matched) + " of " +
              std::to_string(sum.rows) + " rows matched no flow, " +
              std::to_string(sum.rows_left_out) + " more give no label or are not about IP");
  }
}

nlohmann::ordered_json summary_of(const ExtractResult& result, int status) {
  const RunStats& stats = result.stats;
  nlohmann::ordered_json summary;
  summary["status"] = status;
  summary["packets_read"] = stats.packets_read;
  summary["bytes_read"] = stats.bytes_read;
  summary["packets_in_flows"] = stats.packets_in_flows;
  summary["packets_in_flows_too_short"] = stats.packets_in_flows_too_short;
  summary["packets_skipped"] = nlohmann::ordered_json::object();
  for (const auto& [reason, packets] : stats.packets_skipped) {
    summary["packets_skipped"][reason] = packets;
  }
  summary["not_ip"] = nlohmann::ordered_json::object();
  for (const auto& [kind, packets] : stats.not_ip_by_ethertype) {
    summary["not_ip"][kind] = packets;
  }
  summary["packets_dropped"] = stats.packets_dropped;
  summary["flows_written"] = stats.flows_written;
  summary["flows_evicted"] = stats.flows_evicted;
  summary["flows_too_short"] = stats.flows_too_short;
  summary["context_dropped"] = stats.context_dropped;
  summary["clock_steps_back"] = stats.clock_steps_back;
  summary["clock_out_of_range"] = stats.clock_out_of_range;
  summary["inputs"] = nlohmann::ordered_json::array();
  for (const InputOutcome& input : result.inputs) {
    constexpr const char* kNames[] = {"ok", "damaged", "unusable"};
    summary["inputs"].push_back({{"path", valid_utf8(input.path)},
                                 {"status", kNames[static_cast<std::size_t>(input.status)]},
                                 {"message", input.message}});
  }
  return summary;
}

nlohmann::ordered_json summary_of_files(const std::vector<std::string>& files, int status) {
  ExtractResult result;
  for (const std::string& file : files) {
    result.inputs.push_back({file, InputStatus::kOk, "", 0});
  }
  return summary_of(result, status);
}

void add_labels(nlohmann::ordered_json& summary, const Labeler& labeler) {
  const LabelReport sum = total(labeler);
  summary["labels"] = {{"flows_matched", labeler.matched()},
                       {"flows_unmatched", labeler.unmatched()},
                       {"flows_contradictory", sum.flows_contradictory},
                       {"rows", sum.rows},
                       {"rows_matched", sum.rows_matched},
                       {"rows_unmatched", sum.rows - sum.rows_matched},
                       {"rows_skipped", sum.rows_skipped},
                       {"rows_left_out", sum.rows_left_out},
                       {"contradictions", nlohmann::ordered_json::array()}};
  for (const LabelFile& file : labeler.files()) {
    for (const LabelContradiction& found : file.report().contradictions) {
      summary["labels"]["contradictions"].push_back({{"file", file.report().file},
                                                     {"first_line", found.first_line},
                                                     {"second_line", found.second_line},
                                                     {"first_label", found.first_name},
                                                     {"second_label", found.second_name}});
    }
  }
}

void check_summary(const RunContext& context) {
  check_output(context.summary_path);
}

void write_summary(const RunContext& context, nlohmann::ordered_json summary) {
  OutputGroup files;
  write_summary(files, context, std::move(summary));
  files.commit();
  if (files.has_lost_reader()) {
    throw BrokenPipe{};
  }
}

void write_summary(OutputGroup& files, const RunContext& context, nlohmann::ordered_json summary) {
  if (context.summary_path.empty()) {
    return;
  }
  summary["netml_version"] = version();
  summary["command_line"] = context.command_line;
  const std::string text =
      summary.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  try {
    files.file(context.summary_path).write(text);
  } catch (const Interrupted& interrupted) {
    throw SummaryInterrupted{interrupted};
  }
}

void write_unfinished_summary(const RunContext& context, int status) noexcept {
  try {
    ExtractResult result;
    result.stats.packets_read = progress::board.packets;
    result.stats.bytes_read = progress::board.bytes;
    result.stats.skip(skip_reason::kLimit, result.stats.packets_read);
    write_summary(context, summary_of(result, status));
  } catch (...) {
    // The run ends by what it was given up for; nobody may read, and a signal may come.
  }
}

void require_usable(const ExtractResult& result) {
  if (result.any_usable() || result.inputs.empty() || result.signal != 0) {
    return;
  }
  for (std::size_t i = 0; i + 1 < result.inputs.size(); ++i) {
    log::error(result.inputs[i].message);
  }
  throw InputError(result.inputs.back().message);
}

}  // namespace netml
