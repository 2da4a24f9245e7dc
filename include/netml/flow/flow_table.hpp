#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "netml/flow/clock_set_backs.hpp"
#include "netml/flow/closed_flow.hpp"
#include "netml/flow/epoch.hpp"
#include "netml/flow/flow.hpp"
#include "netml/flow/flow_budget.hpp"
#include "netml/flow/flow_hash.hpp"
#include "netml/flow/flow_hooks.hpp"
#include "netml/flow/flow_index.hpp"
#include "netml/flow/flow_observer.hpp"
#include "netml/flow/flow_policy.hpp"
#include "netml/flow/record_store.hpp"
#include "netml/flow/slot_list.hpp"
#include "netml/flow/slot_pool.hpp"

namespace netml {

/// Splits a packet stream into bidirectional flows: one shard.
///
/// A flow ends at the first packet of the input whose clock makes it idle, at its own packet (age,
/// TCP end, packet limit), by eviction, or at the end. Flows close in closing_order(). Under
/// ExpiryRule::kNfstream the order is NFStream's, and there must be one shard.
///
/// Without an idle timeout a flow that has been silent for the active timeout ends by that.
///
/// Memory: counted per open flow with `flow_cost()`, per packet that the flow's series and records
/// have room for, and by the bytes of its blobs, against the policy's budget; over it, the flow
/// whose last packet is oldest in arrival order is evicted. A flow that alone holds more than a
/// quarter, with what it takes to measure its packets, is itself evicted. Under OnLimit::kStop
/// nothing is evicted: where either would be, the table stops, and a packet that was applied stays.
/// Not thread-safe, but for this: flow(), state(), read_series(), read_records() and what blobs()
/// has of flows that have ended and are not released may be read from any thread at any time.
/// Tables share nothing but a budget.
class FlowTable {
 public:
  FlowTable(const FlowPolicy& policy, const FlowHooks& hooks);
  /// Table `number` of several that share a budget; who applies epochs must then see to the limits
  /// (FlowShards does).
  FlowTable(const FlowPolicy& policy, const FlowHooks& hooks, FlowBudget& budget,
            std::uint32_t number);
  ~FlowTable();
  FlowTable(const FlowTable&) = delete;
  FlowTable& operator=(const FlowTable&) = delete;

  /// Who looks at flows from the next packet on; it must outlive the table.
  void set_observer(FlowObserver& observer) noexcept;

  /// Applies the records of `epoch` whose positions are in `positions` (ascending; all of them when
  /// the epoch is given alone), then closes every flow that is idle at the epoch's last clock.
  /// Closed flows are appended to `closed` in closing order. Cost: O(1) per record, amortised.
  /// Requires: record.hash == flow_hash(…, record.key).
  void apply(const Epoch& epoch, std::span<const std::uint32_t> positions, ClosedFlows& closed);
  void apply(const Epoch& epoch, ClosedFlows& closed);

  /// The parts of apply(), for who applies one epoch to several tables packet by packet: begin, for
  /// each packet close_idle() on every table and step() on its own, then close_idle() at the end.
  /// What closes is then in no order.
  void begin_epoch(const Epoch& epoch);
  void step(const Epoch& epoch, std::uint32_t position, ClosedFlows& closed) {
    if (stopped_) {
      ++left_out_;
    } else if (policy_.expiry == ExpiryRule::kNfstream) {
      apply_nfstream(epoch, position, closed);
    } else {
      apply_record(epoch, position, closed);
    }
  }
  void close_idle(const Epoch& epoch, std::int64_t clock, ClosedFlows& closed);

  /// Ends open flows, at most `most` of them, in closing order: call until it appends none. No
  /// packets may be applied in between. After the call that appends none and the release of all
  /// flows the table is as new, its statistics excepted.
  void finish(ClosedFlows& closed, std::size_t most = SIZE_MAX);

  const Flow& flow(std::uint32_t slot) const noexcept { return *flow_at(slot); }
  const std::byte* state(std::uint32_t slot) const noexcept { return state_at(slot); }
  /// Appends the series of a flow to `packets`.
  void read_series(std::uint32_t slot, PageList<SeriesPacket>& packets) const;
  /// Appends the records of a flow, FlowHooks::record_bytes() for each of its packets.
  void read_records(std::uint32_t slot, PageList<std::byte>& records) const;
  void release(std::uint32_t slot) noexcept;

  /// What flow() and state() keep in blobs; null when the hooks keep none.
  const BlobStore* blobs() const noexcept { return blobs_.get(); }

  std::size_t open_flows() const noexcept { return open_; }
  std::uint64_t evicted() const noexcept { return evicted_; }
  std::uint64_t clock_steps_back() const noexcept { return clock_steps_back_; }
  /// True once the budget was reached under OnLimit::kStop: apply() then leaves packets out.
  bool is_stopped() const noexcept { return stopped_; }
  /// True when it was FlowPolicy::max_flows that left no room for another flow.
  bool is_stopped_by_max_flows() const noexcept { return stopped_by_max_flows_; }
  /// Records that apply() left out after is_stopped().
  std::uint64_t packets_left_out() const noexcept { return left_out_; }

  /// Bytes that one open flow counts as: record, state, links and index.
  std::size_t flow_cost() const noexcept;
  /// Bytes that this flow counts as, with its packets and blobs.
  std::uint64_t cost_of(std::uint32_t slot) const noexcept;
  static constexpr std::size_t kSeriesPacketCost = sizeof(SeriesPacket) + 4;
  /// Bytes that room for one record counts as.
  static constexpr std::size_t record_cost(std::size_t record_bytes) noexcept {
    return record_bytes + 4;
  }
  /// Whoever measures the packets of a flow needs memory beside them: a copy in one piece, and
  /// lists of values that are sorted. At most so many times what they count as.
  static constexpr std::size_t kReading = 2;
  /// That memory, in bytes.
  std::uint64_t reading_bytes(std::uint32_t slot) const noexcept {
    return packet_bytes(slot) * kReading;
  }
  /// Bytes by which one packet can raise used_bytes() at most.
  std::size_t most_growth() const noexcept;
  /// Bytes that the open flows count as.
  std::uint64_t used_bytes() const noexcept;

  /// Arrival index of the last packet of the flow that is to be evicted next; UINT64_MAX without
  /// one.
  std::uint64_t least_recent_index() const noexcept;
  void evict_least_recent(std::uint64_t end_index, ClosedFlows& closed);

 private:
  static constexpr std::uint32_t kNil = SlotList::kNone;

  FlowTable(const FlowPolicy& policy, const FlowHooks& hooks,
            std::unique_ptr<FlowBudget> own_budget, FlowBudget* shared_budget,
            std::uint32_t number);

  // Open flows of one timeout class, least recent packet first.
  struct TimeoutList {
    explicit TimeoutList(const SlotPool& pool) : slots(pool) {}
    SlotList slots;
    std::int64_t timeout_ns = kNoTimeout;      ///< by the capture clock
    std::int64_t own_timeout_ns = kNoTimeout;  ///< by a flow's own packet: ExpiryRule::kOwnPacket
    EndReason reason = EndReason::kIdle;       ///< of flows that this timeout ends
  };
  enum TimeoutClass : std::uint8_t { kTcpList, kUdpList, kOtherList, kListCount };

  Flow* flow_at(std::uint32_t slot) const noexcept {
    return reinterpret_cast<Flow*>(flows_.at(slot));
  }
  static std::byte* state_of(Flow& flow) noexcept {
    return reinterpret_cast<std::byte*>(&flow) + kStateOffset;
  }
  std::byte* state_at(std::uint32_t slot) const noexcept { return state_of(*flow_at(slot)); }
  // Behind the state, in tables that keep series.
  SeriesHandle& series_at(std::uint32_t slot) const noexcept {
    return *reinterpret_cast<SeriesHandle*>(state_at(slot) + state_bytes_);
  }
  // Behind those, in tables that keep records.
  SeriesHandle& records_at(std::uint32_t slot) const noexcept {
    return *reinterpret_cast<SeriesHandle*>(state_at(slot) + state_bytes_ +
                                            (series_limit_ == 0 ? 0 : kHandleBytes));
  }
  // Last, under ExpiryRule::kOwnPacket: the last packet's own time; a late one's is before the
  // flow's last_ns().
  std::int64_t& last_arrival_at(std::uint32_t slot) const noexcept {
    return *reinterpret_cast<std::int64_t*>(flows_.at(slot) + stride_ - sizeof(std::int64_t));
  }
  static constexpr std::size_t kHandleBytes = 16;
  static constexpr std::size_t kStateOffset = sizeof(Flow);
  static_assert(kStateOffset % 8 == 0 && alignof(Flow) == 8);

  std::uint32_t find(const PacketRecord& record) const noexcept {
    return index_.find(static_cast<std::uint32_t>(record.hash),
                       [&](std::uint32_t slot) { return flow_at(slot)->key == record.key; });
  }
  void prefetch_flow(std::uint32_t tag) const noexcept;
  TimeoutList& list_of(std::uint8_t protocol) noexcept {
    return protocol == ip_protocol::kTcp   ? lists_[kTcpList]
           : protocol == ip_protocol::kUdp ? lists_[kUdpList]
                                           : lists_[kOtherList];
  }

  // An open flow.
  struct Place {
    std::uint32_t slot;
    Flow& flow;
  };

  // one record
  void apply_record(const Epoch& epoch, std::uint32_t position, ClosedFlows& closed);
  bool ends_by_packet(std::uint32_t slot, const Flow& flow, const PacketRecord& record,
                      ClosedFlows& closed);
  void set_own_packet_timeouts() noexcept;
  bool ends_by_own_packet(std::uint32_t slot, const Flow& flow, const PacketRecord& record,
                          ClosedFlows& closed);
  std::uint32_t create(const PacketRecord& record, std::int64_t ts_ns, std::int64_t clock,
                       std::span<const std::uint8_t> payload, ClosedFlows& closed);
  void update(const Place& place, const PacketRecord& record, std::int64_t ts_ns,
              std::int64_t clock, std::span<const std::uint8_t> payload, ClosedFlows& closed);
  // Inlined where every packet comes through.
  void update_inline(const Place& place, const PacketRecord& record, std::int64_t ts_ns,
                     std::int64_t clock, std::span<const std::uint8_t> payload,
                     ClosedFlows& closed);
  void note_packet(const Place& place, const PacketView& view, ClosedFlows& closed);
  void note_kept(const Place& place, const PacketView& view, ClosedFlows& closed);
  void note_series(std::uint32_t slot, const PacketView& view);
  void note_record(std::uint32_t slot, const PacketView& view);
  std::uint64_t packet_bytes(std::uint32_t slot) const noexcept;
  std::uint64_t kept_bytes(std::uint32_t slot) const noexcept;
  void note_closed(std::uint32_t slot) noexcept;
  std::int64_t gap_ns(std::int64_t earlier, std::int64_t later) const noexcept;
  bool ends_by_tcp(const Flow& flow, const PacketRecord& record) const noexcept {
    return policy_.tcp_end != TcpEnd::kNone && flow.is_finished() &&
           (policy_.tcp_end == TcpEnd::kStrict || (record.tcp_flags & tcp_flag::kSyn) != 0);
  }

  // ends
  void close(std::uint32_t slot, EndReason reason, std::uint64_t end_index, ClosedFlows& closed);
  void set_clock_back(std::uint64_t index, std::int64_t clock);
  // After this the flow's mark counts as it is.
  void settle_clock(Flow& flow) const noexcept {
    if (set_backs_.is_behind(flow.last_index)) {
      flow.last_clock = set_backs_.up_to_date(flow.last_clock, flow.last_index);
    }
  }
  void prefetch_evicted(const SlotList& list) const noexcept;
  std::uint32_t least_recent() const noexcept;
  void begin_finish();
  void end_finish() noexcept;

  // ExpiryRule::kNfstream, in nfstream_order.cpp
  void apply_nfstream(const Epoch& epoch, std::uint32_t position, ClosedFlows& closed);
  void scan_nfstream(std::uint64_t end_index, ClosedFlows& closed);

  FlowPolicy policy_;
  const FlowHooks& hooks_;
  std::unique_ptr<FlowBudget> own_budget_;  ///< of a table that stands alone
  FlowBudget& budget_;
  std::uint32_t number_;

  std::uint32_t PacketRecord::*size_field_;        ///< which length counts as a packet's size
  std::uint32_t PacketRecord::*other_size_field_;  ///< and which as SeriesPacket::other_size
  std::size_t state_bytes_;
  std::size_t stride_;
  std::uint64_t series_limit_;
  std::size_t record_bytes_;
  std::size_t prefetched_bytes_;  ///< of a flow and its state
  std::span<const std::size_t> blob_offsets_;
  bool can_end_flows_;
  FlowObserver* observer_ = nullptr;
  bool keeps_packets_;  ///< a series, records, blobs, or something else to do after each packet
  SlotPool flows_;
  std::unique_ptr<BlobStore> blobs_;
  SeriesStore series_;
  RecordStore records_;
  FlowIndex index_;
  TimeoutList lists_[kListCount];
  ClockSetBacks set_backs_;               ///< that the marks of open flows may not know of
  std::vector<std::uint32_t> finishing_;  ///< flows that finish() has yet to end, last one first
  bool is_finishing_ = false;

  std::size_t open_ = 0;
  std::uint64_t series_in_use_ = 0;      ///< packets that the series of open flows have room for
  std::uint64_t records_in_use_ = 0;     ///< and their records
  std::uint64_t closed_blob_bytes_ = 0;  ///< of flows that have ended and are not released
  std::uint64_t evicted_ = 0;
  std::uint64_t clock_steps_back_ = 0;
  std::uint64_t left_out_ = 0;
  bool stopped_ = false;
  bool stopped_by_max_flows_ = false;
  bool obeys_limits_ = false;  ///< a limit may be passed within this epoch

  // ExpiryRule::kNfstream
  SlotList creation_order_;
  std::int64_t tick_ms_ = 0;
  std::int64_t last_scan_ms_ = 0;

  friend class FlowShards;
};

}  // namespace netml
