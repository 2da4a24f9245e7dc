#include <algorithm>
#include <array>

#include "netml/commands/extraction.hpp"
#include "netml/commands/run_summary.hpp"
#include "netml/core/input_file.hpp"
#include "netml/core/text_format.hpp"
#include "netml/decode/protocol_name.hpp"
#include "netml/flow/flow.hpp"

#include "flow_text.hpp"
#include "inspect_parts.hpp"

namespace netml {
namespace {

class CountedFlows final : public RowReceiver {
 public:
  void begin(const Schema&, const Recipe&) override {}
  void row(const FlowRow& row) override {
    first_ns = std::min(first_ns, row.flow.first_ns());
    last_ns = std::max(last_ns, row.flow.last_ns());
    ++by_protocol[row.flow.key.protocol];
  }

  std::int64_t first_ns = INT64_MAX;
  std::int64_t last_ns = INT64_MIN;
  std::array<std::uint64_t, 256> by_protocol{};
};

}  // namespace

Inspection inspect_capture(const std::string& path) {
  CaptureInputs inputs;
  inputs.plain = {path};
  Recipe recipe;
  recipe.sets = {"flow"};
  Extraction extraction(inputs, recipe, {.threads = 0});
  CountedFlows flows;
  const ExtractResult result = extraction.run(flows);
  require_usable(result);
  report_inputs(result);
  const RunStats& stats = result.stats;
  std::string text = input_name(path) + ": capture, " + std::to_string(stats.packets_read) +
                     " packets, " + std::to_string(stats.bytes_read) + " captured bytes, " +
                     std::to_string(stats.flows_written) + " flows\n";
  if (flows.first_ns <= flows.last_ns) {
    text += "  from " + time_text(flows.first_ns, TextZone::kUtc) + " to " +
            time_text(flows.last_ns, TextZone::kUtc) + " UTC (" + std::to_string(flows.first_ns) +
            " to " + std::to_string(flows.last_ns) + " ns since 1970, " +
            number_text(static_cast<double>(time_difference(flows.last_ns, flows.first_ns)) / 1e9) +
            " s)\n";
  }
  for (std::size_t protocol = 0; protocol < flows.by_protocol.size(); ++protocol) {
    if (flows.by_protocol[protocol] != 0) {
      const std::string name = protocol_name(static_cast<std::uint8_t>(protocol));
      const std::string number = std::to_string(protocol);
      text += "  protocol " + (name == number ? number : number + " (" + name + ")") + ": " +
              std::to_string(flows.by_protocol[protocol]) + " flows\n";
    }
  }
  for (const auto& [reason, packets] : stats.packets_skipped) {
    text += "  skipped, " + reason + ": " + std::to_string(packets) + " packets\n";
  }
  for (const InputOutcome& input : result.inputs) {
    text += input.message.empty() ? "" : "  damaged: " + input.message + "\n";
  }
  return {text, result.exit_status(), result};
}

}  // namespace netml
