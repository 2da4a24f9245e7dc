#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "netml/features/source_context.hpp"
#include "netml/flow/epoch.hpp"
#include "netml/flow/flow_policy.hpp"
#include "netml/flow/flow_table.hpp"

namespace netml {

struct ContextOptions {
  ContextWindow window;
  std::uint64_t most_flows = 0;    ///< remembered at once
  std::uint64_t memory_limit = 0;  ///< of what is remembered and of rows that wait; 0: none
  std::int64_t silence_ns = 0;  ///< after which every flow has ended; kNoTimeout: at the end only
  bool is_in_ms = false;        ///< times of flows and clocks (ExpiryRule::kNfstream)
};

/// How long after its last packet a flow may still be open, by the capture clock; kNoTimeout:
/// without end.
std::int64_t longest_silence_ns(const FlowPolicy& policy) noexcept;

/// Ended flows whose rows wait until their context is complete, in closing order.
///
/// A row is final when the clock has passed its flow's end by `silence_ns` and the window's part
/// behind: everything that counts has ended then. It leaves when the rows before it have left. What
/// comes out depends on the input alone, not on how it is cut into epochs. Over the limits the flow
/// that ended first is forgotten, and its row is final as it is.
class ContextRows final : private ContextReceiver {
 public:
  explicit ContextRows(const ContextOptions& options);

  /// An epoch whose ended flows come next. Must outlive them.
  void begin(const Epoch& epoch);
  /// A flow that ended, in closing order: one that gets a row, or one that only counts for others.
  void add(const ClosedFlow& closed, const FlowTable& table, bool has_row);
  /// All flows that ended before the packet of that index have been added. True when a row may
  /// leave.
  bool advance_to(std::uint64_t index);
  /// The epoch has no more ended flows.
  void end();
  /// The input has no more ended flows: all rows are final.
  void end_input();

  /// The next row, if it is final.
  bool take(ClosedFlow& closed, ContextValues& values);

  /// Flows that were forgotten for want of room.
  std::uint64_t dropped() const noexcept { return dropped_; }

 private:
  struct Waiting {
    ClosedFlow closed;
    std::uint64_t cost = 0;  ///< of the flow, which stays in its table
    bool is_final = false;
    ContextValues values{};
  };

  void context(std::uint64_t row, const ContextValues& values) override;
  void move_clock_to(std::uint64_t index);
  void advance();
  bool is_over_limit() const noexcept;

  ContextOptions options_;
  SourceContext flows_;
  std::deque<Waiting> rows_;
  std::uint64_t first_row_ = 0;     ///< number of rows_.front()
  std::size_t final_ = 0;           ///< rows at the front that may leave
  std::uint64_t waiting_cost_ = 0;  ///< of the rows behind them
  std::uint64_t dropped_ = 0;

  const Epoch* epoch_ = nullptr;
  std::size_t position_ = 0;        ///< of the first record that has not moved the clock
  std::int64_t clock_ = INT64_MIN;  ///< at the record before
};

}  // namespace netml
