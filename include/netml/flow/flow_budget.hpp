#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "netml/flow/closed_flow.hpp"
#include "netml/flow/flow_policy.hpp"

namespace netml {

class FlowTable;

/// What the open flows of all tables of a run take together, against the limits of the policy.
/// Counted by constants, so that the same input gives the same output on each machine.
class FlowBudget {
 public:
  explicit FlowBudget(const FlowPolicy& policy);

  /// `table` must outlive the budget's use, and all tables cost the same per flow.
  void add(FlowTable& table) { tables_.push_back(&table); }

  /// True when the next `records` packets could pass a limit. They are then to be applied in
  /// arrival order over all tables; otherwise tables may run side by side and need no check.
  bool is_near(std::size_t records) const noexcept;
  /// The same without looking at the tables, from what they took together some packets ago.
  bool is_near(std::size_t records, std::size_t open_flows,
               std::uint64_t used_bytes) const noexcept;

  std::size_t open_flows() const noexcept;
  std::uint64_t used_bytes() const noexcept;

  /// Ends flows, the one whose last packet is oldest in arrival order first, until a new flow of
  /// `bytes` fits, or, with 0, what there is. Under OnLimit::kStop it ends none and is false when
  /// that does not fit: the run must stop.
  bool make_room(std::size_t bytes, std::uint64_t end_index, ClosedFlows& closed);

  /// True when one flow alone holds more than its share, a quarter: it is itself the one to end, or
  /// the run must stop.
  bool is_too_large(std::uint64_t flow_bytes) const noexcept {
    return policy_.memory_limit != 0 && flow_bytes > policy_.memory_limit / 4;
  }

 private:
  bool is_over(std::size_t bytes) const noexcept;

  FlowPolicy policy_;
  std::vector<FlowTable*> tables_;
};

}  // namespace netml
