// FlowTable under ExpiryRule::kNfstream: which flows end when, and in which order.

#include <algorithm>

#include "netml/flow/flow_table.hpp"

#include "flow_rules.hpp"

namespace netml {
namespace {

constexpr std::int64_t kScanMs = 10;

std::int64_t milliseconds(std::int64_t timeout_ns) {
  return timeout_ns == kNoTimeout ? kNoTimeout : timeout_ns / kNanosecondsPerMillisecond;
}

}  // namespace

// SPEC of NFStream, sections 4 and 5: late packets take the newest time; flows are looked at in
// order of creation, every 10 ms, up to the first that is not idle.
void FlowTable::apply_nfstream(const Epoch& epoch, std::uint32_t position, ClosedFlows& closed) {
  const PacketRecord& record = epoch.records[position];
  tick_ms_ = std::max(tick_ms_, record.ts_ns);
  const bool scans = tick_ms_ - last_scan_ms_ >= kScanMs;
  if (scans) {
    last_scan_ms_ = tick_ms_;
  }
  const std::uint32_t slot = find(record);
  bool joins = slot != kNil;
  if (joins) {
    const Flow& flow = *flow_at(slot);
    const TimeoutList& list = list_of(flow.key.protocol);
    if (has_passed(flow.last_ns(), tick_ms_, milliseconds(list.timeout_ns))) {
      close(slot, list.reason, record.index, closed);
      joins = false;
    } else if (has_passed(flow.first_ns(), tick_ms_, milliseconds(policy_.active_timeout_ns))) {
      close(slot, EndReason::kActive, record.index, closed);
      joins = false;
    } else if (ends_by_tcp(flow, record)) {
      close(slot, EndReason::kTcp, record.index, closed);
      joins = false;
    }
  }
  if (joins) {
    list_of(record.key.protocol).slots.move_to_back(slot);
    clock_steps_back_ += record.ts_ns < flow_at(slot)->last_ns() ? 1U : 0U;
    update({slot, *flow_at(slot)}, record, tick_ms_, tick_ms_, payload_of(epoch, position), closed);
  } else {
    create(record, tick_ms_, tick_ms_, payload_of(epoch, position), closed);
  }
  if (scans) {
    scan_nfstream(record.index, closed);
  }
}

void FlowTable::scan_nfstream(std::uint64_t end_index, ClosedFlows& closed) {
  constexpr int kMostPerScan = 1000;
  for (int i = 0; i < kMostPerScan && creation_order_.head() != kNil; ++i) {
    const Flow& head = *flow_at(creation_order_.head());
    const TimeoutList& list = list_of(head.key.protocol);
    if (!has_passed(head.last_ns(), tick_ms_, milliseconds(list.timeout_ns))) {
      return;
    }
    close(creation_order_.head(), list.reason, end_index, closed);
  }
}

}  // namespace netml
