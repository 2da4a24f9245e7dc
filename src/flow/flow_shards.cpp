#include "netml/flow/flow_shards.hpp"

#include <algorithm>

namespace netml {

FlowShards::FlowShards(const FlowPolicy& policy, const FlowHooks& hooks, std::size_t count)
    : budget_(policy) {
  // NFStream's order and the packet at which a run stops are properties of the whole input.
  const bool is_global =
      policy.expiry == ExpiryRule::kNfstream || policy.on_limit == OnLimit::kStop;
  for (std::size_t i = 0; i < (is_global ? 1 : std::max<std::size_t>(count, 1)); ++i) {
    tables_.push_back(
        std::make_unique<FlowTable>(policy, hooks, budget_, static_cast<std::uint32_t>(i)));
  }
}

void FlowShards::apply(std::size_t shard, const Epoch& epoch,
                       const std::vector<std::uint32_t>& positions, ClosedFlows& closed) {
  if (tables_.size() == 1) {
    tables_.front()->apply(epoch, closed);
  } else {
    tables_[shard]->apply(epoch, positions, closed);
  }
}

void FlowShards::apply_in_order(const Epoch& epoch, ClosedFlows& closed) {
  const auto first_closed = static_cast<std::ptrdiff_t>(closed.size());
  for (const auto& table : tables_) {
    table->begin_epoch(epoch);
    table->obeys_limits_ = true;
  }
  const bool closes_idle = tables_.front()->policy_.expiry != ExpiryRule::kNfstream;
  const auto close_idle = [&](std::int64_t clock) {
    for (const auto& table : tables_) {
      if (closes_idle && !table->is_stopped()) {  // packets that are left out do not move the clock
        table->close_idle(epoch, clock, closed);
      }
    }
  };
  constexpr std::size_t kIndexAhead = 16, kFlowAhead = 8;
  const std::size_t count = epoch.records.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (i + kIndexAhead < count) {
      const PacketRecord& ahead = epoch.records[i + kIndexAhead];
      tables_[shard_of(ahead)]->index_.prefetch(static_cast<std::uint32_t>(ahead.hash));
    }
    if (i + kFlowAhead < count) {
      const PacketRecord& ahead = epoch.records[i + kFlowAhead];
      tables_[shard_of(ahead)]->prefetch_flow(static_cast<std::uint32_t>(ahead.hash));
    }
    close_idle(epoch.clocks[i]);
    tables_[shard_of(epoch.records[i])]->step(epoch, static_cast<std::uint32_t>(i), closed);
  }
  close_idle(epoch.clock());
  for (const auto& table : tables_) {
    table->obeys_limits_ = false;
  }
  // Evictions come in order already.
  if (closes_idle && !std::is_sorted(closed.begin() + first_closed, closed.end(), closing_order)) {
    std::sort(closed.begin() + first_closed, closed.end(), closing_order);
  }
}

namespace {

template <typename Tables, typename Count>
std::uint64_t sum(const Tables& tables, Count count) {
  std::uint64_t total = 0;
  for (const auto& table : tables) {
    total += count(*table);
  }
  return total;
}

}  // namespace

std::uint64_t FlowShards::evicted() const noexcept {
  return sum(tables_, [](const FlowTable& table) { return table.evicted(); });
}
std::uint64_t FlowShards::clock_steps_back() const noexcept {
  return sum(tables_, [](const FlowTable& table) { return table.clock_steps_back(); });
}
std::uint64_t FlowShards::packets_left_out() const noexcept {
  return sum(tables_, [](const FlowTable& table) { return table.packets_left_out(); });
}
bool FlowShards::is_stopped() const noexcept {
  return std::any_of(tables_.begin(), tables_.end(),
                     [](const auto& table) { return table->is_stopped(); });
}

}  // namespace netml
