#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netml/commands/inputs.hpp"
#include "netml/commands/run_summary.hpp"
#include "netml/pipeline/packet_id.hpp"
#include "netml/table/anonymized_rows.hpp"

namespace netml {

/// captures -> one row per packet, or the packets of one flow or device as traffic models see them.
struct PacketsCommand {
  /// How rows look.
  enum class Manner : std::uint8_t {
    kCorrect,
    kNetml,   ///< --preset netml: the table of the Python netml
    kRadion,  ///< --compat radion: the CSV of the traffic models' seed; with an id
  };

  CaptureInputs inputs;
  Manner manner = Manner::kCorrect;
  std::string output = "-";
  std::string format;                ///< empty: by the suffix of `output`
  std::vector<std::string> columns;  ///< of the table; empty: the default ones
  std::optional<PacketId> id;        ///< the series of this flow or device instead of the table
  bool decode_tunnels = false;       ///< the innermost IP header instead of the outermost
  bool raw_text = false;
  Anonymization anonymization;     ///< of text columns; not with kNetml and kRadion
  std::uint64_t memory_limit = 0;  ///< of what kNetml must hold; 0: none
};

/// Runs it; the exit status. Throws the Error family; DataError when no packet is of the id.
int run_packets(const PacketsCommand& command, const RunContext& context);

}  // namespace netml
