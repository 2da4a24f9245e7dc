#include "netml/flow/flow_table.hpp"

#include <algorithm>
#include <new>
#include <numeric>

#include "flow_rules.hpp"

namespace netml {
namespace {

std::size_t round_up(std::size_t value, std::size_t unit) {
  return (value + unit - 1) / unit * unit;
}

// Links in the list of the timeout, and in the order of creation where that counts.
std::size_t entry_bytes(const FlowPolicy& policy) {
  return (policy.expiry == ExpiryRule::kNfstream ? 2 : 1) * sizeof(SlotLinks);
}

using SizeField = std::uint32_t PacketRecord::*;

SizeField size_field(Accounting accounting) {
  switch (accounting) {
    case Accounting::kLink:
      return &PacketRecord::wire_length;
    case Accounting::kIp:
      return &PacketRecord::ip_length;
    case Accounting::kTransport:
      return &PacketRecord::transport_length;
    case Accounting::kPayload:
      return &PacketRecord::payload_length;
  }
  return &PacketRecord::wire_length;
}

void note_tcp_flags(Flow& flow, const PacketView& view) {
  constexpr std::uint8_t kClosing = tcp_flag::kFin | tcp_flag::kRst;
  if ((view.record.tcp_flags & kClosing) == 0 || flow.key.protocol != ip_protocol::kTcp) {
    return;
  }
  if ((view.record.tcp_flags & tcp_flag::kFin) != 0) {
    flow.tcp_closing |= view.direction == Direction::kForward ? 1U : 2U;
  }
  if ((view.record.tcp_flags & tcp_flag::kRst) != 0) {
    flow.tcp_closing |= 4U;
  }
}

}  // namespace

FlowTable::FlowTable(const FlowPolicy& policy, const FlowHooks& hooks)
    : FlowTable(policy, hooks, std::make_unique<FlowBudget>(policy), nullptr, 0) {}

FlowTable::FlowTable(const FlowPolicy& policy, const FlowHooks& hooks, FlowBudget& budget,
                     std::uint32_t number)
    : FlowTable(policy, hooks, nullptr, &budget, number) {}

FlowTable::FlowTable(const FlowPolicy& policy, const FlowHooks& hooks,
                     std::unique_ptr<FlowBudget> own_budget, FlowBudget* shared_budget,
                     std::uint32_t number)
    : policy_(policy),
      hooks_(hooks),
      own_budget_(std::move(own_budget)),
      budget_(own_budget_ ? *own_budget_ : *shared_budget),
      number_(number),
      size_field_(size_field(policy.accounting)),
      other_size_field_(size_field(hooks.other_accounting())),
      state_bytes_(round_up(hooks.state_size(), 8)),
      stride_(kStateOffset + state_bytes_ + (hooks.series_packets() == 0 ? 0 : kHandleBytes) +
              (hooks.record_bytes() == 0 ? 0 : kHandleBytes) +
              (policy.expiry == ExpiryRule::kOwnPacket ? sizeof(std::int64_t) : 0)),
      series_limit_(hooks.series_packets()),
      record_bytes_(hooks.record_bytes()),
      prefetched_bytes_(std::min<std::size_t>(stride_, 512)),
      blob_offsets_(hooks.blob_offsets()),
      can_end_flows_(hooks.can_end_flows()),
      keeps_packets_(series_limit_ != 0 || record_bytes_ != 0 || policy.max_packets_per_flow != 0 ||
                     !blob_offsets_.empty() || can_end_flows_ ||
                     policy.expiry == ExpiryRule::kOwnPacket),
      flows_(stride_, entry_bytes(policy)),
      blobs_(blob_offsets_.empty() ? nullptr : std::make_unique<BlobStore>()),
      records_(record_bytes_),
      lists_{TimeoutList(flows_), TimeoutList(flows_), TimeoutList(flows_)},
      creation_order_(flows_, 1) {
  lists_[kTcpList].timeout_ns = policy.tcp_idle_timeout_ns.value_or(policy.idle_timeout_ns);
  lists_[kUdpList].timeout_ns = policy.udp_idle_timeout_ns.value_or(policy.idle_timeout_ns);
  lists_[kOtherList].timeout_ns = policy.idle_timeout_ns;
  for (TimeoutList& list : lists_) {
    if (list.timeout_ns == kNoTimeout) {
      list.timeout_ns = policy.active_timeout_ns;
      list.reason = EndReason::kActive;
    }
  }
  if (policy.expiry == ExpiryRule::kOwnPacket) {
    set_own_packet_timeouts();
  }
  budget_.add(*this);
}

FlowTable::~FlowTable() = default;

void FlowTable::set_observer(FlowObserver& observer) noexcept {
  observer_ = &observer;
  keeps_packets_ = true;
}

std::size_t FlowTable::flow_cost() const noexcept {
  return stride_ + entry_bytes(policy_) + FlowIndex::kCostPerFlow;
}

std::size_t FlowTable::most_growth() const noexcept {
  return flow_cost() + (series_limit_ == 0 ? 0 : SeriesStore::kMostPerAppend * kSeriesPacketCost) +
         (record_bytes_ == 0 ? 0 : RecordStore::kMostPerAppend * record_cost(record_bytes_)) +
         hooks_.most_blob_growth();
}

std::uint64_t FlowTable::cost_of(std::uint32_t slot) const noexcept {
  return flow_cost() + packet_bytes(slot) + blob_bytes(state_at(slot), blob_offsets_);
}

std::uint64_t FlowTable::used_bytes() const noexcept {
  return open_ * flow_cost() + series_in_use_ * kSeriesPacketCost +
         records_in_use_ * record_cost(record_bytes_) +
         (blobs_ ? blobs_->used_bytes() - closed_blob_bytes_ : 0);
}

// ---------------------------------------------------------------- places

void FlowTable::prefetch_flow(std::uint32_t tag) const noexcept {
  const std::uint32_t slot = index_.guess(tag);
  if (slot == FlowIndex::kNone) {
    return;
  }
  const auto* line = reinterpret_cast<const std::byte*>(flow_at(slot));
  __builtin_prefetch(line, 1);
  __builtin_prefetch(line + 64, 1);
  __builtin_prefetch(line + 128, 1);
  const std::byte* const end = line + prefetched_bytes_;
  for (line += 192; line < end; line += 128) {
    __builtin_prefetch(line, 1);
    __builtin_prefetch(line + 64, 1);
  }
  __builtin_prefetch(flows_.entry_at(slot), 1);
}

// ---------------------------------------------------------------- packets

void FlowTable::apply(const Epoch& epoch, ClosedFlows& closed) {
  thread_local std::vector<std::uint32_t> all;
  if (all.size() < epoch.records.size()) {
    const std::size_t old = all.size();
    all.resize(epoch.records.size());
    std::iota(all.begin() + static_cast<std::ptrdiff_t>(old), all.end(),
              static_cast<std::uint32_t>(old));
  }
  apply(epoch, std::span(all).first(epoch.records.size()), closed);
}

void FlowTable::begin_epoch(const Epoch& epoch) {
  if (epoch.clock_was_set_back) {
    set_clock_back(epoch.records.front().index, epoch.clocks.front());
  }
}

void FlowTable::apply(const Epoch& epoch, std::span<const std::uint32_t> positions,
                      ClosedFlows& closed) {
  constexpr std::size_t kIndexAhead = 16, kFlowAhead = 8;
  if (epoch.empty()) {
    return;
  }
  const bool closes_idle = policy_.expiry != ExpiryRule::kNfstream;
  const auto first_closed = static_cast<std::ptrdiff_t>(closed.size());
  begin_epoch(epoch);
  obeys_limits_ = own_budget_ && budget_.is_near(positions.size());
  const PacketRecord* records = epoch.records.data();
  const std::uint32_t* next = positions.data();
  const std::uint32_t* end = next + positions.size();
  for (; next != end; ++next) {
    const auto left = static_cast<std::size_t>(end - next);
    if (left > kIndexAhead) {
      index_.prefetch(static_cast<std::uint32_t>(records[next[kIndexAhead]].hash));
    }
    if (left > kFlowAhead) {
      prefetch_flow(static_cast<std::uint32_t>(records[next[kFlowAhead]].hash));
    }
    if (obeys_limits_ && closes_idle && !stopped_) {
      close_idle(epoch, epoch.clocks[*next], closed);
    }
    step(epoch, *next, closed);
  }
  if (closes_idle) {
    if (!stopped_) {  // packets that are left out do not move the clock
      close_idle(epoch, epoch.clock(), closed);
    }
    std::sort(closed.begin() + first_closed, closed.end(), closing_order);
  }
}

// Ends the flow when this packet of its key is too late for its age, or new after its TCP end. True
// when it did.
[[gnu::always_inline]] inline bool FlowTable::ends_by_packet(std::uint32_t slot, const Flow& flow,
                                                             const PacketRecord& record,
                                                             ClosedFlows& closed) {
  if (policy_.expiry == ExpiryRule::kOwnPacket) {
    return ends_by_own_packet(slot, flow, record, closed);
  }
  const std::int64_t ts_ns = std::max(record.ts_ns, flow.last_ns());
  if (has_passed(flow.first_ns(), ts_ns, policy_.active_timeout_ns)) {
    close(slot, EndReason::kActive, record.index, closed);
    return true;
  }
  if (ends_by_tcp(flow, record)) {
    close(slot, EndReason::kTcp, record.index, closed);
    return true;
  }
  return false;
}

// Between times that do not go back, in nanoseconds.
inline std::int64_t FlowTable::gap_ns(std::int64_t earlier, std::int64_t later) const noexcept {
  const std::uint64_t gap = static_cast<std::uint64_t>(later) - static_cast<std::uint64_t>(earlier);
  const auto saturated = static_cast<std::int64_t>(std::min<std::uint64_t>(gap, INT64_MAX));
  return policy_.expiry == ExpiryRule::kNfstream ? nanoseconds_from_ms(saturated) : saturated;
}

// What happens after each packet of a flow, the first included.
inline void FlowTable::note_packet(const Place& place, const PacketView& view,
                                   ClosedFlows& closed) {
  note_tcp_flags(place.flow, view);
  if (keeps_packets_) {
    note_kept(place, view, closed);
  }
}

[[gnu::always_inline]] inline void FlowTable::update_inline(const Place& place,
                                                            const PacketRecord& record,
                                                            std::int64_t ts_ns, std::int64_t clock,
                                                            std::span<const std::uint8_t> payload,
                                                            ClosedFlows& closed) {
  Flow& flow = place.flow;
  const std::int64_t last_ns = flow.last_ns();
  if (ts_ns < last_ns) {
    ++clock_steps_back_;
    ts_ns = last_ns;
  }
  const bool is_backward = record.from_b != flow.initiator_is_b;
  DirectionCounters& counters = flow.direction[is_backward ? 1 : 0];
  const bool is_first = counters.packets++ == 0;
  const PacketView view{record,
                        payload,
                        is_backward ? Direction::kBackward : Direction::kForward,
                        ts_ns,
                        gap_ns(last_ns, ts_ns),
                        is_first ? 0 : gap_ns(counters.last_ns, ts_ns),
                        record.*size_field_,
                        blobs_.get()};
  if (is_first) {
    counters.first_ns = ts_ns;
  }
  counters.bytes += view.size;
  counters.last_ns = ts_ns;
  flow.last_index = record.index;
  flow.last_clock = clock;
  hooks_.update(flow, state_of(flow), view);
  note_packet(place, view, closed);
}

void FlowTable::apply_record(const Epoch& epoch, std::uint32_t position, ClosedFlows& closed) {
  const PacketRecord& record = epoch.records.data()[position];
  const std::int64_t clock = epoch.clocks.data()[position];
  TimeoutList& list = list_of(record.key.protocol);
  const std::uint32_t slot = find(record);
  // A flow that the clock has ended may be gone already: where epochs are cut must not show.
  bool goes_on = false;
  if (slot != kNil) {
    Flow& flow = *flow_at(slot);
    settle_clock(flow);
    if (!has_passed(flow.last_clock, clock, list.timeout_ns)) {
      goes_on = true;
      if (!ends_by_packet(slot, flow, record, closed)) {
        list.slots.move_to_back(slot);
        update_inline({slot, flow}, record, record.ts_ns, clock, payload_of(epoch, position),
                      closed);
        return;
      }
    } else {
      close(slot, list.reason, index_when_idle(epoch, flow, list.timeout_ns), closed);
    }
  }
  const std::uint32_t next =
      create(record, record.ts_ns, clock, payload_of(epoch, position), closed);
  // Flows that have ended stay in their slots until they are released.
  if (goes_on && next != kNil && flow_at(slot)->end_reason != EndReason::kTcp) {
    hooks_.follow(state_at(slot), state_at(next));
  }
}

// The flow's slot; kNil when there is no room. A flow of one packet may have ended already.
std::uint32_t FlowTable::create(const PacketRecord& record, std::int64_t ts_ns, std::int64_t clock,
                                std::span<const std::uint8_t> payload, ClosedFlows& closed) {
  if (obeys_limits_ && !budget_.make_room(flow_cost(), record.index, closed)) {
    stopped_ = true;
    stopped_by_max_flows_ = policy_.max_flows != 0 && open_ >= policy_.max_flows;
    ++left_out_;
    return kNil;
  }
  const std::uint32_t slot = flows_.take();
  Flow& flow = *new (flow_at(slot)) Flow;
  const std::uint32_t size = record.*size_field_;
  flow.key = record.key;
  flow.initiator_is_b = record.from_b;
  flow.icmp_type = record.icmp_type;
  flow.tag = static_cast<std::uint32_t>(record.hash);
  flow.first_index = flow.last_index = record.index;
  flow.last_clock = clock;
  flow.direction[0] = {1, size, ts_ns, ts_ns};
  flow.src_mac = record.src_mac;
  flow.dst_mac = record.dst_mac;
  index_.insert(flow.tag, slot);
  ++open_;
  list_of(flow.key.protocol).slots.push_back(slot);
  if (policy_.expiry == ExpiryRule::kNfstream) {
    creation_order_.push_back(slot);
  }
  const PacketView view{record, payload, Direction::kForward, ts_ns, 0, 0, size, blobs_.get()};
  if (series_limit_ != 0) {
    series_at(slot) = {};
  }
  if (record_bytes_ != 0) {
    records_at(slot) = {};
  }
  hooks_.init(flow, state_of(flow), view);
  note_packet({slot, flow}, view, closed);
  return slot;
}

void FlowTable::update(const Place& place, const PacketRecord& record, std::int64_t ts_ns,
                       std::int64_t clock, std::span<const std::uint8_t> payload,
                       ClosedFlows& closed) {
  update_inline(place, record, ts_ns, clock, payload, closed);
}

// What only some runs need: the packet's own time, series, records, blobs, observer, packet limits.
void FlowTable::note_kept(const Place& place, const PacketView& view, ClosedFlows& closed) {
  const auto [slot, flow] = place;
  if (policy_.expiry == ExpiryRule::kOwnPacket) {
    last_arrival_at(slot) = view.record.ts_ns;
  }
  if (blobs_ && blobs_->is_exhausted()) {
    throw std::bad_alloc();  // the hooks may not
  }
  const bool has_series = flow.packets() <= series_limit_;
  if (has_series) {
    note_series(slot, view);
  }
  if (record_bytes_ != 0) {
    note_record(slot, view);
  }
  if (observer_ != nullptr) {
    observer_->packet(*this, slot);
  }
  if (has_series || record_bytes_ != 0 || blobs_) {
    const bool is_too_large = budget_.is_too_large(kept_bytes(slot));
    if (is_too_large && policy_.on_limit == OnLimit::kEvict) {
      ++evicted_;
      close(slot, EndReason::kEvicted, view.record.index, closed);
      return;
    }
    stopped_ = is_too_large ||
               (obeys_limits_ && !budget_.make_room(0, view.record.index, closed)) || stopped_;
  }
  if (can_end_flows_ && hooks_.ends_flow(state_of(flow))) {
    close(slot, EndReason::kPlugin, view.record.index, closed);
    return;
  }
  if (policy_.max_packets_per_flow != 0 && flow.packets() >= policy_.max_packets_per_flow) {
    close(slot, EndReason::kSplit, view.record.index, closed);
  }
}

void FlowTable::note_series(std::uint32_t slot, const PacketView& view) {
  SeriesPacket packet;
  packet.ts_ns = view.ts_ns;
  packet.size = view.size;
  packet.other_size = view.record.*other_size_field_;
  packet.direction = static_cast<std::uint8_t>(view.direction);
  packet.tcp_flags = view.record.tcp_flags;
  packet.ttl = view.record.ttl;
  SeriesHandle& series = series_at(slot);
  const std::uint64_t before = SeriesStore::capacity(series.count);
  series_.append(series, packet);
  series_in_use_ += SeriesStore::capacity(series.count) - before;
}

void FlowTable::note_record(std::uint32_t slot, const PacketView& view) {
  SeriesHandle& records = records_at(slot);
  const std::uint64_t before = RecordStore::capacity(records.count);
  hooks_.write_record(view, records_.append(records));
  records_in_use_ += RecordStore::capacity(records.count) - before;
}

// Of the flow's series and records.
std::uint64_t FlowTable::packet_bytes(std::uint32_t slot) const noexcept {
  std::uint64_t bytes = 0;
  if (series_limit_ != 0) {
    bytes += SeriesStore::capacity(series_at(slot).count) * kSeriesPacketCost;
  }
  if (record_bytes_ != 0) {
    bytes += RecordStore::capacity(records_at(slot).count) * record_cost(record_bytes_);
  }
  return bytes;
}

// What one flow keeps, and what it takes to measure it.
std::uint64_t FlowTable::kept_bytes(std::uint32_t slot) const noexcept {
  return packet_bytes(slot) * (1 + kReading) + blob_bytes(state_at(slot), blob_offsets_);
}

// ---------------------------------------------------------------- ends

void FlowTable::close(std::uint32_t slot, EndReason reason, std::uint64_t end_index,
                      ClosedFlows& closed) {
  Flow& flow = *flow_at(slot);
  flow.end_reason = reason;
  settle_clock(flow);
  index_.erase(flow.tag, slot);
  list_of(flow.key.protocol).slots.erase(slot);
  if (policy_.expiry == ExpiryRule::kNfstream) {
    creation_order_.erase(slot);
  }
  --open_;
  if (series_limit_ != 0) {
    series_in_use_ -= SeriesStore::capacity(series_at(slot).count);
  }
  if (record_bytes_ != 0) {
    records_in_use_ -= RecordStore::capacity(records_at(slot).count);
  }
  note_closed(slot);
  closed.push_back({end_index, flow.first_index, slot, number_});
}

// Its blobs are there until release(), but count no more.
void FlowTable::note_closed(std::uint32_t slot) noexcept {
  if (blobs_) {
    closed_blob_bytes_ += blob_bytes(state_at(slot), blob_offsets_);
  }
}

void FlowTable::release(std::uint32_t slot) noexcept {
  if (blobs_) {
    closed_blob_bytes_ -= blob_bytes(state_at(slot), blob_offsets_);
    for (const std::size_t offset : blob_offsets_) {
      blobs_->release(blob_at(state_at(slot), offset));
    }
  }
  if (series_limit_ != 0) {
    series_.release(series_at(slot));
  }
  if (record_bytes_ != 0) {
    records_.release(records_at(slot));
  }
  flows_.give_back(slot);
}

void FlowTable::read_series(std::uint32_t slot, PageList<SeriesPacket>& packets) const {
  if (series_limit_ != 0) {
    series_.read(series_at(slot), packets);
  }
}

void FlowTable::read_records(std::uint32_t slot, PageList<std::byte>& records) const {
  if (record_bytes_ != 0) {
    records_.read(records_at(slot), records);
  }
}

}  // namespace netml
