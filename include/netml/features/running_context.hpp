#pragma once

#include <cstdint>
#include <vector>

#include "netml/features/context_values.hpp"
#include "netml/features/source_counts.hpp"
#include "netml/flow/slot_list.hpp"
#include "netml/flow/slot_pool.hpp"

namespace netml {

/// The context of flows that are still open: what SourceContext would say if the input ended now.
///
///   G(f) = { g : src(g) = src(f), now - before <= end(g) },  f included
///
/// over all flows so far, each with the packets that have come, where now is the capture clock and
/// end(g) the clock at the last packet of g. A packet costs O(1). Not thread-safe.
class RunningContext {
 public:
  /// Over `most_flows`, or `memory_limit` bytes (0: none), the flow whose last packet came first is
  /// forgotten until its next one.
  RunningContext(const ContextWindow& window, std::uint64_t most_flows, std::uint64_t memory_limit);

  /// A packet came. `slot` is the flow's among all that are open; `flow` tells of it as it is now,
  /// its end not before that of the packet before.
  void packet(std::uint32_t slot, const ContextFlow& flow);
  /// Around the flow of the last packet. Requires: packet() since the last clear().
  ContextValues values() const noexcept;
  /// There are no flows any more.
  void clear() noexcept;

  /// Flows that were forgotten for want of room.
  std::uint64_t dropped() const noexcept { return dropped_; }

 private:
  struct Record;

  Record& record(std::uint32_t at) const noexcept;
  std::uint32_t find(std::uint32_t slot, const ContextFlow& flow) const noexcept;
  std::uint32_t add(std::uint32_t slot, const ContextFlow& flow);
  void link(std::uint32_t at) noexcept;
  void unlink(std::uint32_t at) noexcept;
  void forget_first() noexcept;
  // By constants: which slots flows have is no property of the input.
  std::uint64_t used_bytes() const noexcept;

  ContextWindow window_;
  std::uint64_t most_flows_;
  std::uint64_t memory_limit_;
  SourceCounts counts_;
  SlotPool records_;
  SlotList in_order_;  ///< of their ends
  std::vector<std::uint32_t> record_of_slot_;
  std::uint32_t latest_ = SlotList::kNone;
  std::uint64_t dropped_ = 0;
};

}  // namespace netml
