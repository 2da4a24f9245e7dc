#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "netml/flow/flow_budget.hpp"
#include "netml/flow/flow_table.hpp"

namespace netml {

/// The flow tables of a run: each flow lives in the table that its hash chooses, and all share one
/// budget. What comes out does not depend on how many tables there are.
class FlowShards {
 public:
  /// At most `count` tables: some rules need a single one.
  FlowShards(const FlowPolicy& policy, const FlowHooks& hooks, std::size_t count);

  std::size_t size() const noexcept { return tables_.size(); }
  FlowTable& operator[](std::size_t shard) noexcept { return *tables_[shard]; }
  const FlowTable& operator[](std::size_t shard) const noexcept { return *tables_[shard]; }
  /// The table of a packet. The other half of the hash is the index's.
  std::size_t shard_of(const PacketRecord& record) const noexcept {
    return tables_.size() == 1 ? 0 : (record.hash >> 32) % tables_.size();
  }
  const FlowBudget& budget() const noexcept { return budget_; }

  /// For epochs that are not near the limit: each table its own records, side by side if wanted.
  void apply(std::size_t shard, const Epoch& epoch, const std::vector<std::uint32_t>& positions,
             ClosedFlows& closed);
  /// For all others: all records in arrival order over all tables, so that the flow that is evicted
  /// is the least recent of all, at the very packet that needs its room. Appends in closing order.
  void apply_in_order(const Epoch& epoch, ClosedFlows& closed);

  std::uint64_t evicted() const noexcept;
  std::uint64_t clock_steps_back() const noexcept;
  std::uint64_t packets_left_out() const noexcept;
  bool is_stopped() const noexcept;

 private:
  FlowBudget budget_;
  std::vector<std::unique_ptr<FlowTable>> tables_;
};

}  // namespace netml
