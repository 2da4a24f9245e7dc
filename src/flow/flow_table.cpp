#include "netml/flow/flow_table.hpp"

#include <algorithm>
#include <new>
#include <numeric>

namespace netml {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kNfstreamScanMs = 10;

std::size_t round_up(std::size_t value, std::size_t unit) {
  return (value + unit - 1) / unit * unit;
}

// True when `later - earlier >= timeout`, exact at the ends of the range too; kNoTimeout never
// passes.
bool has_passed(std::int64_t earlier, std::int64_t later, std::int64_t timeout_ns) {
  return timeout_ns != kNoTimeout && later >= earlier &&
         static_cast<std::uint64_t>(later) - static_cast<std::uint64_t>(earlier) >=
             static_cast<std::uint64_t>(timeout_ns);
}

std::uint32_t size_of(const PacketRecord& record, Accounting accounting) {
  switch (accounting) {
    case Accounting::kLink:
      return record.wire_length;
    case Accounting::kIp:
      return record.ip_length;
    case Accounting::kTransport:
      return record.transport_length;
    case Accounting::kPayload:
      return record.payload_length;
  }
  return 0;
}

std::span<const std::uint8_t> payload_of(const Epoch& epoch, std::uint32_t position) {
  if (epoch.payload_begins.empty()) {
    return {};
  }
  const std::size_t begin = epoch.payload_begins[position];
  const std::size_t end = position + 1 < epoch.payload_begins.size()
                              ? epoch.payload_begins[position + 1]
                              : epoch.arena.size();
  return std::span(epoch.arena).subspan(begin, end - begin);
}

std::int64_t milliseconds(std::int64_t timeout_ns) {
  return timeout_ns == kNoTimeout ? kNoTimeout : timeout_ns / kMillisecond;
}

bool closing_order(const ClosedFlow& a, const ClosedFlow& b) {
  return a.end_index != b.end_index ? a.end_index < b.end_index : a.first_index < b.first_index;
}

// The first packet of the epoch whose clock makes the flow idle. With a timeout of 0 that is the
// flow's own packet, also where earlier ones have the same clock.
std::uint64_t index_when_idle(const Epoch& epoch, const Flow& flow, std::int64_t timeout_ns) {
  const auto found = std::partition_point(
      epoch.clocks.begin(), epoch.clocks.end(),
      [&](std::int64_t clock) { return !has_passed(flow.last_clock, clock, timeout_ns); });
  const auto position = static_cast<std::size_t>(found - epoch.clocks.begin());
  return std::max(epoch.records[std::min(position, epoch.records.size() - 1)].index,
                  flow.last_index);
}

void note_tcp_flags(Flow& flow, const PacketView& view) {
  if (flow.key.protocol != ip_protocol::kTcp) {
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

std::string_view to_text(EndReason reason) noexcept {
  constexpr std::string_view kNames[] = {"idle",    "active", "tcp", "split",
                                         "evicted", "plugin", "end"};
  return kNames[static_cast<std::size_t>(reason)];
}

std::int64_t nanoseconds_from_ms(std::int64_t ms) noexcept {
  std::int64_t ns = 0;
  return __builtin_mul_overflow(ms, kMillisecond, &ns) ? (ms < 0 ? INT64_MIN : INT64_MAX) : ns;
}

Flow with_nanoseconds(const Flow& flow_in_ms) noexcept {
  Flow flow = flow_in_ms;
  for (DirectionCounters& counters : flow.direction) {
    counters.first_ns = nanoseconds_from_ms(counters.first_ns);
    counters.last_ns = nanoseconds_from_ms(counters.last_ns);
  }
  return flow;
}

FlowTable::FlowTable(const FlowPolicy& policy, const FlowHooks& hooks)
    : policy_(policy),
      hooks_(hooks),
      state_bytes_(round_up(hooks.state_size(), 16)),
      stride_(kStateOffset + state_bytes_ + (hooks.series_packets() == 0 ? 0 : 16)),
      series_limit_(hooks.series_packets()) {
  const auto or_common = [&](std::int64_t own) { return own == 0 ? policy.idle_timeout_ns : own; };
  lists_[kTcpList].timeout_ns = or_common(policy.tcp_idle_timeout_ns);
  lists_[kUdpList].timeout_ns = or_common(policy.udp_idle_timeout_ns);
  lists_[kOtherList].timeout_ns = policy.idle_timeout_ns;
  for (List& list : lists_) {
    if (list.timeout_ns == kNoTimeout) {
      list.timeout_ns = policy.active_timeout_ns;
      list.reason = EndReason::kActive;
    }
  }
}

FlowTable::~FlowTable() = default;

std::size_t FlowTable::flow_cost() const noexcept {
  const std::size_t lists = policy_.expiry == ExpiryRule::kNfstream ? 2 : 1;
  return stride_ + lists * sizeof(Links) + FlowIndex::kCostPerFlow;
}

std::uint64_t FlowTable::used_bytes() const noexcept {
  return open_ * flow_cost() + series_in_use_ * kSeriesPacketCost;
}

// ---------------------------------------------------------------- index

std::uint32_t FlowTable::find(const PacketRecord& record) const noexcept {
  return index_.find(static_cast<std::uint32_t>(record.hash),
                     [&](std::uint32_t slot) { return flow_at(slot)->key == record.key; });
}

void FlowTable::prefetch_flow(std::uint32_t tag) const noexcept {
  const std::uint32_t slot = index_.guess(tag);
  if (slot == FlowIndex::kNone) {
    return;
  }
  const auto* begin = reinterpret_cast<const std::byte*>(flow_at(slot));
  const std::byte* end = begin + std::min<std::size_t>(stride_, 512);
  for (const std::byte* line = begin; line < end; line += 64) {
    __builtin_prefetch(line, 1);
  }
  __builtin_prefetch(&links_[slot], 1);
}

// ---------------------------------------------------------------- lists

FlowTable::List& FlowTable::list_of(const FlowKey& key) noexcept {
  return lists_[key.protocol == ip_protocol::kTcp   ? kTcpList
                : key.protocol == ip_protocol::kUdp ? kUdpList
                                                    : kOtherList];
}

void FlowTable::link_back(List& list, std::vector<Links>& all, std::uint32_t slot) noexcept {
  all[slot] = {list.tail, kNil};
  (list.tail == kNil ? list.head : all[list.tail].next) = slot;
  list.tail = slot;
}

void FlowTable::unlink(List& list, std::vector<Links>& all, std::uint32_t slot) noexcept {
  const Links links = all[slot];
  (links.previous == kNil ? list.head : all[links.previous].next) = links.next;
  (links.next == kNil ? list.tail : all[links.next].previous) = links.previous;
}

void FlowTable::move_to_back(const FlowKey& key, std::uint32_t slot) noexcept {
  List& list = list_of(key);
  if (list.tail != slot) {
    unlink(list, links_, slot);
    link_back(list, links_, slot);
  }
}

// ---------------------------------------------------------------- packets

void FlowTable::apply(const Epoch& epoch, std::vector<ClosedFlow>& closed) {
  thread_local std::vector<std::uint32_t> all;
  if (all.size() < epoch.records.size()) {
    const std::size_t old = all.size();
    all.resize(epoch.records.size());
    std::iota(all.begin() + static_cast<std::ptrdiff_t>(old), all.end(),
              static_cast<std::uint32_t>(old));
  }
  apply(epoch, std::span(all).first(epoch.records.size()), closed);
}

void FlowTable::apply(const Epoch& epoch, std::span<const std::uint32_t> positions,
                      std::vector<ClosedFlow>& closed) {
  constexpr std::size_t kIndexAhead = 16, kFlowAhead = 8;
  if (epoch.empty()) {
    return;
  }
  const std::size_t first_closed = closed.size();
  if (epoch.clock_was_set_back) {
    set_clock_back(epoch.clocks.front());
  }
  closes_per_packet_ = is_near_limit(positions.size());
  for (std::size_t i = 0; i < positions.size(); ++i) {
    if (i + kIndexAhead < positions.size()) {
      index_.prefetch(static_cast<std::uint32_t>(epoch.records[positions[i + kIndexAhead]].hash));
    }
    if (i + kFlowAhead < positions.size()) {
      prefetch_flow(static_cast<std::uint32_t>(epoch.records[positions[i + kFlowAhead]].hash));
    }
    if (stopped_) {
      ++left_out_;
    } else if (policy_.expiry == ExpiryRule::kNfstream) {
      apply_nfstream(epoch, positions[i], closed);
    } else {
      apply_record(epoch, positions[i], closed);
    }
  }
  if (policy_.expiry == ExpiryRule::kExact) {
    if (!stopped_) {  // packets that are left out do not move the clock
      close_idle(epoch, epoch.clock(), closed);
    }
    std::sort(closed.begin() + static_cast<std::ptrdiff_t>(first_closed), closed.end(),
              closing_order);
  }
}

void FlowTable::apply_record(const Epoch& epoch, std::uint32_t position,
                             std::vector<ClosedFlow>& closed) {
  const PacketRecord& record = epoch.records[position];
  const std::int64_t clock = epoch.clocks[position];
  if (closes_per_packet_) {
    close_idle(epoch, clock, closed);
  }
  const std::uint32_t slot = find(record);
  if (slot == kNil || end_before(slot, epoch, position, closed)) {
    create(record, record.ts_ns, clock, payload_of(epoch, position), closed);
  } else {
    move_to_back(record.key, slot);
    update(slot, record, record.ts_ns, clock, payload_of(epoch, position), closed);
  }
}

// Ends the flow when this packet of its key comes too late for it. True when it did.
bool FlowTable::end_before(std::uint32_t slot, const Epoch& epoch, std::uint32_t position,
                           std::vector<ClosedFlow>& closed) {
  const PacketRecord& record = epoch.records[position];
  const Flow& flow = *flow_at(slot);
  const List& list = list_of(flow.key);
  if (has_passed(flow.last_clock, epoch.clocks[position], list.timeout_ns)) {
    close(slot, list.reason, index_when_idle(epoch, flow, list.timeout_ns), closed);
    return true;
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

bool FlowTable::ends_by_tcp(const Flow& flow, const PacketRecord& record) const noexcept {
  return policy_.tcp_end != TcpEnd::kNone && flow.is_finished() &&
         (policy_.tcp_end == TcpEnd::kStrict || (record.tcp_flags & tcp_flag::kSyn) != 0);
}

std::uint32_t FlowTable::take_slot() {
  if (free_.empty()) {
    const auto first = static_cast<std::uint32_t>(slabs_.size() * kSlotsPerSlab);
    slabs_.push_back(std::make_unique_for_overwrite<std::byte[]>(kSlotsPerSlab * stride_));
    links_.resize(links_.size() + kSlotsPerSlab);
    if (policy_.expiry == ExpiryRule::kNfstream) {
      creation_links_.resize(links_.size());
    }
    free_.resize(kSlotsPerSlab);
    std::iota(free_.rbegin(), free_.rend(), first);
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  return slot;
}

void FlowTable::create(const PacketRecord& record, std::int64_t ts_ns, std::int64_t clock,
                       std::span<const std::uint8_t> payload, std::vector<ClosedFlow>& closed) {
  if (!make_room(flow_cost(), record.index, closed)) {
    ++left_out_;
    return;
  }
  const std::uint32_t slot = take_slot();
  Flow& flow = *new (flow_at(slot)) Flow;
  const std::uint32_t size = size_of(record, policy_.accounting);
  flow.key = record.key;
  flow.initiator_is_b = record.from_b;
  flow.tag = static_cast<std::uint32_t>(record.hash);
  flow.first_index = flow.last_index = record.index;
  flow.last_clock = clock;
  flow.direction[0] = {1, size, ts_ns, ts_ns};
  flow.src_mac = record.src_mac;
  flow.dst_mac = record.dst_mac;
  index_.insert(flow.tag, slot);
  ++open_;
  link_back(list_of(flow.key), links_, slot);
  if (policy_.expiry == ExpiryRule::kNfstream) {
    link_back(creation_order_, creation_links_, slot);
  }
  const PacketView view{record, payload, Direction::kForward, ts_ns, 0, 0, size};
  if (series_limit_ != 0) {
    series_at(slot) = {};
  }
  hooks_.init(flow, state_at(slot), view);
  note_packet(slot, view, closed);
}

void FlowTable::update(std::uint32_t slot, const PacketRecord& record, std::int64_t ts_ns,
                       std::int64_t clock, std::span<const std::uint8_t> payload,
                       std::vector<ClosedFlow>& closed) {
  Flow& flow = *flow_at(slot);
  const std::int64_t last_ns = flow.last_ns();
  if (ts_ns < last_ns) {
    ++clock_steps_back_;
    ts_ns = last_ns;
  }
  const bool is_backward = record.from_b != flow.initiator_is_b;
  DirectionCounters& counters = flow.direction[is_backward ? 1 : 0];
  PacketView view{record, payload, is_backward ? Direction::kBackward : Direction::kForward, ts_ns};
  view.gap_ns = gap_ns(last_ns, ts_ns);
  view.direction_gap_ns = counters.packets == 0 ? 0 : gap_ns(counters.last_ns, ts_ns);
  view.size = size_of(record, policy_.accounting);
  if (counters.packets++ == 0) {
    counters.first_ns = ts_ns;
  }
  counters.bytes += view.size;
  counters.last_ns = ts_ns;
  flow.last_index = record.index;
  flow.last_clock = clock;
  hooks_.update(flow, state_at(slot), view);
  note_packet(slot, view, closed);
}

std::int64_t FlowTable::gap_ns(std::int64_t earlier, std::int64_t later) const noexcept {
  const std::int64_t gap = time_difference(later, earlier);
  return policy_.expiry == ExpiryRule::kNfstream ? nanoseconds_from_ms(gap) : gap;
}

// What happens after each packet of a flow, the first included.
void FlowTable::note_packet(std::uint32_t slot, const PacketView& view,
                            std::vector<ClosedFlow>& closed) {
  Flow& flow = *flow_at(slot);
  note_tcp_flags(flow, view);
  if (flow.packets() <= series_limit_) {
    SeriesPacket packet;
    packet.ts_ns = view.ts_ns;
    packet.size = view.size;
    packet.other_size = size_of(view.record, hooks_.other_accounting());
    packet.direction = static_cast<std::uint8_t>(view.direction);
    packet.tcp_flags = view.record.tcp_flags;
    packet.ttl = view.record.ttl;
    const std::uint64_t before = SeriesStore::capacity(series_at(slot).count);
    series_.append(series_at(slot), packet);
    const std::uint64_t capacity = SeriesStore::capacity(series_at(slot).count);
    series_in_use_ += capacity - before;
    const std::uint64_t own = capacity * kSeriesPacketCost;
    if (policy_.memory_limit != 0 && own > policy_.memory_limit / 4 &&
        policy_.on_limit == OnLimit::kEvict) {
      ++evicted_;
      close(slot, EndReason::kEvicted, view.record.index, closed);
      return;
    }
    make_room(0, view.record.index, closed);
  }
  if (policy_.max_packets_per_flow != 0 && flow.packets() >= policy_.max_packets_per_flow) {
    close(slot, EndReason::kSplit, view.record.index, closed);
  }
}

// ---------------------------------------------------------------- ends

void FlowTable::close(std::uint32_t slot, EndReason reason, std::uint64_t end_index,
                      std::vector<ClosedFlow>& closed) {
  Flow& flow = *flow_at(slot);
  flow.end_reason = reason;
  index_.erase(flow.tag, slot);
  unlink(list_of(flow.key), links_, slot);
  if (policy_.expiry == ExpiryRule::kNfstream) {
    unlink(creation_order_, creation_links_, slot);
  }
  --open_;
  if (series_limit_ != 0) {
    series_in_use_ -= SeriesStore::capacity(series_at(slot).count);
  }
  closed.push_back({end_index, flow.first_index, slot});
}

void FlowTable::release(std::uint32_t slot) {
  if (series_limit_ != 0) {
    series_.release(series_at(slot));
  }
  free_.push_back(slot);
}

void FlowTable::read_series(std::uint32_t slot, std::vector<SeriesPacket>& packets) const {
  if (series_limit_ != 0) {
    series_.read(series_at(slot), packets);
  }
}

void FlowTable::close_idle(const Epoch& epoch, std::int64_t clock,
                           std::vector<ClosedFlow>& closed) {
  for (List& list : lists_) {
    while (list.head != kNil &&
           has_passed(flow_at(list.head)->last_clock, clock, list.timeout_ns)) {
      const std::uint64_t end_index = index_when_idle(epoch, *flow_at(list.head), list.timeout_ns);
      close(list.head, list.reason, end_index, closed);
    }
  }
}

// Marks later than the new clock count as the new clock, so that the lists stay in order.
void FlowTable::set_clock_back(std::int64_t clock) noexcept {
  for (const List& list : lists_) {
    for (std::uint32_t slot = list.tail; slot != kNil && flow_at(slot)->last_clock > clock;
         slot = links_[slot].previous) {
      flow_at(slot)->last_clock = clock;
    }
  }
}

bool FlowTable::is_near_limit(std::size_t records) const noexcept {
  const bool by_count = policy_.max_flows != 0 && open_ + records > policy_.max_flows;
  const std::uint64_t growth =
      records * (flow_cost() + SeriesStore::kMostPerAppend * kSeriesPacketCost);
  return by_count || (policy_.memory_limit != 0 && used_bytes() + growth > policy_.memory_limit);
}

// Evicts until one more flow (`bytes` > 0) or nothing more (0) fits. False when the run must stop.
bool FlowTable::make_room(std::size_t bytes, std::uint64_t end_index,
                          std::vector<ClosedFlow>& closed) {
  // The flow that grew is the most recent one and stays; alone it may hold a quarter of the budget.
  const std::size_t fewest = bytes == 0 ? 1 : 0;
  while (open_ > fewest &&
         ((bytes != 0 && policy_.max_flows != 0 && open_ >= policy_.max_flows) ||
          (policy_.memory_limit != 0 && used_bytes() + bytes > policy_.memory_limit))) {
    if (policy_.on_limit == OnLimit::kStop) {
      stopped_ = true;
      return false;
    }
    std::uint32_t oldest = kNil;
    for (const List& list : lists_) {
      if (list.head != kNil &&
          (oldest == kNil || flow_at(list.head)->last_index < flow_at(oldest)->last_index)) {
        oldest = list.head;
      }
    }
    ++evicted_;
    close(oldest, EndReason::kEvicted, end_index, closed);
  }
  return true;
}

void FlowTable::finish(std::vector<ClosedFlow>& closed, std::size_t most) {
  if (finishing_.empty() && open_ != 0) {
    finishing_.reserve(open_);
    for (const List& list : lists_) {
      for (std::uint32_t slot = list.head; slot != kNil; slot = links_[slot].next) {
        finishing_.push_back(slot);
      }
    }
    std::sort(finishing_.begin(), finishing_.end(), [this](std::uint32_t a, std::uint32_t b) {
      return flow_at(a)->first_index > flow_at(b)->first_index;
    });
  }
  for (; most != 0 && !finishing_.empty(); --most) {
    close(finishing_.back(), EndReason::kEnd, UINT64_MAX, closed);
    finishing_.pop_back();
  }
  if (finishing_.empty()) {
    finishing_.shrink_to_fit();
  }
  if (finishing_.empty()) {
    tick_ms_ = 0;
    last_scan_ms_ = 0;
  }
}

// ---------------------------------------------------------------- NFStream's order

// SPEC of NFStream, sections 4 and 5: late packets take the newest time; flows are looked at in
// order of creation, every 10 ms, up to the first that is not idle.
void FlowTable::apply_nfstream(const Epoch& epoch, std::uint32_t position,
                               std::vector<ClosedFlow>& closed) {
  const PacketRecord& record = epoch.records[position];
  tick_ms_ = std::max(tick_ms_, record.ts_ns);
  const bool scans = tick_ms_ - last_scan_ms_ >= kNfstreamScanMs;
  if (scans) {
    last_scan_ms_ = tick_ms_;
  }
  const std::uint32_t slot = find(record);
  bool joins = slot != kNil;
  if (joins) {
    const Flow& flow = *flow_at(slot);
    const List& list = list_of(flow.key);
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
    move_to_back(record.key, slot);
    clock_steps_back_ += record.ts_ns < flow_at(slot)->last_ns() ? 1U : 0U;
    update(slot, record, tick_ms_, tick_ms_, payload_of(epoch, position), closed);
  } else {
    create(record, tick_ms_, tick_ms_, payload_of(epoch, position), closed);
  }
  if (scans) {
    scan_nfstream(record.index, closed);
  }
}

void FlowTable::scan_nfstream(std::uint64_t end_index, std::vector<ClosedFlow>& closed) {
  constexpr int kMostPerScan = 1000;
  for (int i = 0; i < kMostPerScan && creation_order_.head != kNil; ++i) {
    const Flow& head = *flow_at(creation_order_.head);
    const List& list = list_of(head.key);
    if (!has_passed(head.last_ns(), tick_ms_, milliseconds(list.timeout_ns))) {
      return;
    }
    close(creation_order_.head, list.reason, end_index, closed);
  }
}

}  // namespace netml
