#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "netml/core/char_buffer.hpp"
#include "netml/features/context_values.hpp"
#include "netml/flow/epoch.hpp"
#include "netml/flow/flow_table.hpp"

#include "early_rows.hpp"

namespace netml {

/// An input begins: what the consumer is told before its first flow.
struct InputStart {
  std::size_t input = 0;
  std::int64_t first_packet_ns = 0;
};

/// An epoch on its way through the flow tables: `epoch` and `input` are the caller's to fill, the
/// rest is the pipeline's.
struct EpochJob {
  Epoch epoch;
  std::optional<InputStart> input;  ///< begins with this epoch

  std::uint64_t number = 0;
  bool needs_all_tables = false;  ///< near a limit, or the end of the input
  bool is_end = false;
  bool is_exhausted = false;   ///< all flows that it ended are in slices, or wait for their context
  bool is_in_context = false;  ///< its clocks are known there
  bool is_all_in_context = false;  ///< and so are its flows
  std::size_t tables_left = 0;
  std::vector<std::vector<std::uint32_t>> positions;  ///< of the records of each table
  /// Flows that ended, each list in closing order: one per table, or all of them in the first.
  std::vector<ClosedFlows> closed;
  std::vector<std::size_t> taken;  ///< of each list, so far
  std::vector<bool> is_ended;      ///< at the end of the input: no more will come
  std::vector<EarlyRow> early;     ///< of flows that are open
  std::size_t early_taken = 0;
};

/// Ended flows in closing order, on their way to the consumer.
struct Slice {
  enum class State { kArranged, kFormatting, kFormatted };
  /// The row of an open flow.
  struct Early {
    std::size_t place;  ///< before flows[place]
    EarlyRow row;
  };

  State state = State::kArranged;
  std::optional<InputStart> input;  ///< begins before the first flow
  std::vector<ClosedFlow> flows;
  std::vector<ContextValues> contexts;  ///< one per flow where rows tell of others
  std::vector<ClosedFlow> dropped;      ///< that nobody wants
  std::vector<Early> early;
  std::uint64_t first_id = 0;

  std::size_t formatted = 0;  ///< flows, from the first on, whose rows are or were in the text
  CharBuffer text;
  std::size_t text_flows = 0;  ///< those whose rows are in the text now, and their packets
  std::uint64_t text_packets = 0;
  std::size_t text_bytes = 0;  ///< what it counts as among all slices, formatted or about to be
};

}  // namespace netml
