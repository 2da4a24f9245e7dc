#include "netml/commands/packets.hpp"

#include <nlohmann/json.hpp>

#include "netml/commands/run_files.hpp"
#include "netml/core/error.hpp"
#include "netml/core/log.hpp"
#include "netml/core/output_file.hpp"

#include "packet_rows.hpp"

namespace netml {
namespace {

std::unique_ptr<PacketRows> make_rows(const PacketsCommand& command) {
  if (command.id) {
    return make_packet_series(command);
  }
  return command.manner == PacketsCommand::Manner::kNetml ? make_netml_packet_table(command)
                                                          : make_packet_table(command);
}

}  // namespace

int run_packets(const PacketsCommand& command, const RunContext& context) {
  require_distinct_files(context, command.inputs.files(), {command.output});
  require_one_standard_output(context, {{"--output", command.output}});
  const std::unique_ptr<PacketRows> rows = make_rows(command);
  check_summary(context);
  ExtractResult result = read_packets(command.inputs.plain,
                                      {command.inputs.filter, command.inputs.is_continuous}, *rows);
  rows->add_to(result.stats);
  require_usable(result);
  if (rows->is_full()) {
    result.stop_by_limit("--preset netml holds all packets, and they do not fit --memory-limit");
  }
  report_inputs(result);
  try {
    if (!rows->is_closed()) {
      rows->commit();
    }
    result.output_closed = rows->is_closed();
  } catch (const BrokenPipe&) {
    result.output_closed = true;
  }
  const int status = result.exit_status();
  nlohmann::ordered_json summary = summary_of(result, status);
  summary["rows_written"] = rows->rows();
  write_summary(context, summary);
  return status;
}

}  // namespace netml
