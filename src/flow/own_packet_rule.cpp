// FlowTable under ExpiryRule::kOwnPacket: when a flow's next packet ends it (NetFlowMeter SPEC,
// section 2.3).

#include <algorithm>

#include "netml/flow/flow_table.hpp"

#include "flow_rules.hpp"

namespace netml {
namespace {

// What is passed, not reached: the same as reaching the next nanosecond.
std::int64_t strict(std::int64_t timeout_ns) noexcept {
  return timeout_ns == kNoTimeout ? kNoTimeout : timeout_ns + 1;
}

std::int64_t with_lateness(std::int64_t timeout_ns) noexcept {
  std::int64_t sum = 0;
  return __builtin_add_overflow(timeout_ns, kOwnPacketLatenessNs, &sum) ? kNoTimeout : sum;
}

}  // namespace

// Once a flow has been silent for the shorter of its timeouts, its next packet will open another:
// the capture clock may take it then, later by how late that packet may be.
void FlowTable::set_own_packet_timeouts() noexcept {
  policy_.active_timeout_ns = strict(policy_.active_timeout_ns);
  const std::int64_t idle_ns[kListCount] = {
      strict(policy_.tcp_idle_timeout_ns.value_or(policy_.idle_timeout_ns)),
      strict(policy_.udp_idle_timeout_ns.value_or(policy_.idle_timeout_ns)),
      strict(policy_.idle_timeout_ns)};
  for (std::size_t i = 0; i < kListCount; ++i) {
    lists_[i].own_timeout_ns = idle_ns[i];
    lists_[i].timeout_ns = with_lateness(std::min(idle_ns[i], policy_.active_timeout_ns));
    lists_[i].reason =
        idle_ns[i] <= policy_.active_timeout_ns ? EndReason::kIdle : EndReason::kActive;
  }
}

bool FlowTable::ends_by_own_packet(std::uint32_t slot, const Flow& flow, const PacketRecord& record,
                                   ClosedFlows& closed) {
  if (has_passed(flow.first_ns(), record.ts_ns, policy_.active_timeout_ns)) {
    close(slot, EndReason::kActive, record.index, closed);
    return true;
  }
  const std::int64_t timeout_ns = list_of(record.key.protocol).own_timeout_ns;
  if (has_passed(last_arrival_at(slot), record.ts_ns, timeout_ns)) {
    close(slot, EndReason::kIdle, record.index, closed);
    return true;
  }
  if (ends_by_tcp(flow, record)) {
    close(slot, EndReason::kTcp, record.index, closed);
    return true;
  }
  return false;
}

}  // namespace netml
