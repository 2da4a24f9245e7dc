#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "netml/flow/epoch.hpp"
#include "netml/flow/flow.hpp"
#include "netml/flow/flow_hash.hpp"
#include "netml/flow/flow_hooks.hpp"
#include "netml/flow/flow_index.hpp"
#include "netml/flow/flow_policy.hpp"

namespace netml {

/// A flow that has ended but whose record is still there: read it, then give it to
/// FlowTable::release.
struct ClosedFlow {
  std::uint64_t end_index = 0;  ///< of the packet that ended it; UINT64_MAX at the end of the input
  std::uint64_t first_index = 0;  ///< of its first packet
  std::uint32_t slot = 0;
};

/// Splits a packet stream into bidirectional flows: one shard.
///
/// A flow ends at the first packet of the input whose clock makes it idle, at its own packet (age,
/// TCP end, packet limit), by eviction, or at the end. Closing order is (index of that packet,
/// index of the flow's first packet): a property of the input alone, whatever the epochs and
/// shards. Under ExpiryRule::kNfstream the order is NFStream's, and there must be one shard.
///
/// Without an idle timeout a flow that has been silent for the active timeout ends by that.
///
/// Memory: counted per open flow with `flow_cost()` and per packet that the flow's series has room
/// for, against the policy's budget; over it, the flow whose last packet is oldest in arrival order
/// is evicted.
/// Not thread-safe; different shards share nothing.
class FlowTable {
 public:
  FlowTable(const FlowPolicy& policy, const FlowHooks& hooks);
  ~FlowTable();
  FlowTable(const FlowTable&) = delete;
  FlowTable& operator=(const FlowTable&) = delete;

  /// Applies the records of `epoch` whose positions are in `positions` (ascending; all of them when
  /// the epoch is given alone), then closes every flow that is idle at the epoch's last clock.
  /// Closed flows are appended to `closed` in closing order. Cost: O(1) per record, amortised.
  /// Requires: record.hash == flow_hash(…, record.key).
  void apply(const Epoch& epoch, std::span<const std::uint32_t> positions,
             std::vector<ClosedFlow>& closed);
  void apply(const Epoch& epoch, std::vector<ClosedFlow>& closed);

  /// Ends open flows, at most `most` of them, in closing order: call until it appends none. No
  /// packets may be applied in between. The table is as new afterwards, its statistics excepted.
  void finish(std::vector<ClosedFlow>& closed, std::size_t most = SIZE_MAX);

  const Flow& flow(std::uint32_t slot) const noexcept { return *flow_at(slot); }
  const std::byte* state(std::uint32_t slot) const noexcept { return state_at(slot); }
  /// Appends the series of a flow to `packets`.
  void read_series(std::uint32_t slot, std::vector<SeriesPacket>& packets) const;
  void release(std::uint32_t slot);

  std::size_t open_flows() const noexcept { return open_; }
  std::uint64_t evicted() const noexcept { return evicted_; }
  std::uint64_t clock_steps_back() const noexcept { return clock_steps_back_; }
  /// True once the budget was reached under OnLimit::kStop: apply() then leaves packets out.
  bool is_stopped() const noexcept { return stopped_; }
  /// Records that apply() left out after is_stopped().
  std::uint64_t packets_left_out() const noexcept { return left_out_; }

  /// Bytes that one open flow counts as: record, state, links and index.
  std::size_t flow_cost() const noexcept;
  static constexpr std::size_t kSeriesPacketCost = sizeof(SeriesPacket) + 4;

 private:
  static constexpr std::uint32_t kNil = UINT32_MAX;
  static constexpr std::size_t kSlotsPerSlab = 512;

  // Open flows of one timeout class, least recent packet first, or all in order of creation. Kept
  // apart from the flows, so that moving a flow to the end touches few cache lines.
  struct Links {
    std::uint32_t previous = kNil;
    std::uint32_t next = kNil;
  };
  struct List {
    std::uint32_t head = kNil;
    std::uint32_t tail = kNil;
    std::int64_t timeout_ns = kNoTimeout;
    EndReason reason = EndReason::kIdle;  ///< of flows that this timeout ends
  };
  enum TimeoutClass : std::uint8_t { kTcpList, kUdpList, kOtherList, kListCount };

  Flow* flow_at(std::uint32_t slot) const noexcept {
    return reinterpret_cast<Flow*>(slabs_[slot / kSlotsPerSlab].get() +
                                   (slot % kSlotsPerSlab) * stride_);
  }
  std::byte* state_at(std::uint32_t slot) const noexcept {
    return slabs_[slot / kSlotsPerSlab].get() + (slot % kSlotsPerSlab) * stride_ + kStateOffset;
  }
  // Behind the state, in tables that keep series.
  SeriesHandle& series_at(std::uint32_t slot) const noexcept {
    return *reinterpret_cast<SeriesHandle*>(state_at(slot) + state_bytes_);
  }
  static constexpr std::size_t kStateOffset = (sizeof(Flow) + 15) / 16 * 16;

  // index
  std::uint32_t find(const PacketRecord& record) const noexcept;
  void prefetch_flow(std::uint32_t tag) const noexcept;

  // lists
  List& list_of(const FlowKey& key) noexcept;
  static void link_back(List& list, std::vector<Links>& all, std::uint32_t slot) noexcept;
  static void unlink(List& list, std::vector<Links>& all, std::uint32_t slot) noexcept;
  void move_to_back(const FlowKey& key, std::uint32_t slot) noexcept;

  // one record
  void apply_record(const Epoch& epoch, std::uint32_t position, std::vector<ClosedFlow>& closed);
  bool end_before(std::uint32_t slot, const Epoch& epoch, std::uint32_t position,
                  std::vector<ClosedFlow>& closed);
  void create(const PacketRecord& record, std::int64_t ts_ns, std::int64_t clock,
              std::span<const std::uint8_t> payload, std::vector<ClosedFlow>& closed);
  void update(std::uint32_t slot, const PacketRecord& record, std::int64_t ts_ns,
              std::int64_t clock, std::span<const std::uint8_t> payload,
              std::vector<ClosedFlow>& closed);
  void note_packet(std::uint32_t slot, const PacketView& view, std::vector<ClosedFlow>& closed);
  std::uint32_t take_slot();
  std::int64_t gap_ns(std::int64_t earlier, std::int64_t later) const noexcept;
  bool ends_by_tcp(const Flow& flow, const PacketRecord& record) const noexcept;

  // ends
  void close(std::uint32_t slot, EndReason reason, std::uint64_t end_index,
             std::vector<ClosedFlow>& closed);
  void close_idle(const Epoch& epoch, std::int64_t clock, std::vector<ClosedFlow>& closed);
  void set_clock_back(std::int64_t clock) noexcept;
  bool make_room(std::size_t bytes, std::uint64_t end_index, std::vector<ClosedFlow>& closed);
  std::uint64_t used_bytes() const noexcept;
  bool is_near_limit(std::size_t records) const noexcept;

  void apply_nfstream(const Epoch& epoch, std::uint32_t position, std::vector<ClosedFlow>& closed);
  void scan_nfstream(std::uint64_t end_index, std::vector<ClosedFlow>& closed);

  FlowPolicy policy_;
  const FlowHooks& hooks_;
  SeriesStore series_;
  std::size_t state_bytes_;
  std::size_t stride_;
  std::uint64_t series_limit_;

  std::vector<std::unique_ptr<std::byte[]>> slabs_;
  std::vector<Links> links_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> finishing_;  ///< flows that finish() has yet to end, last one first
  List lists_[kListCount];
  FlowIndex index_;

  std::size_t open_ = 0;
  std::uint64_t series_in_use_ = 0;  ///< packets that the series of open flows have room for
  std::uint64_t evicted_ = 0;
  std::uint64_t clock_steps_back_ = 0;
  std::uint64_t left_out_ = 0;
  bool stopped_ = false;
  bool closes_per_packet_ = false;

  // ExpiryRule::kNfstream
  List creation_order_;
  std::vector<Links> creation_links_;
  std::int64_t tick_ms_ = 0;
  std::int64_t last_scan_ms_ = 0;
};

}  // namespace netml
