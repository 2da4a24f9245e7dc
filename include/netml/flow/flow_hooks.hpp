#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "netml/flow/blob_store.hpp"
#include "netml/flow/flow.hpp"
#include "netml/flow/flow_policy.hpp"

namespace netml {

/// A packet as the features see it, placed in its flow.
struct PacketView {
  const PacketRecord& record;
  std::span<const std::uint8_t>
      payload;  ///< captured transport payload (payload.hpp); empty unless a column needs it
  Direction direction = Direction::kForward;
  std::int64_t ts_ns = 0;   ///< record.ts_ns, or the flow's last time when that is later
  std::int64_t gap_ns = 0;  ///< since the flow's packet before; 0 for the first
  std::int64_t direction_gap_ns =
      0;                       ///< since the packet before in the same direction; 0 for its first
  std::uint32_t size = 0;      ///< by the run's accounting
  BlobStore* blobs = nullptr;  ///< of the flow's table; null without blob_offsets()
};

/// What features do to the state block that the flow table keeps beside each flow. Nothing here may
/// throw or allocate without bound: it runs per packet.
class FlowHooks {
 public:
  virtual ~FlowHooks() = default;

  /// Bytes of state per flow, the same for all flows, aligned to 8.
  virtual std::size_t state_size() const noexcept = 0;
  /// The flow's first packet; its counters include the packet already.
  virtual void init(const Flow& flow, std::byte* state,
                    const PacketView& packet) const noexcept = 0;
  /// Each later packet; the flow's counters include it already.
  virtual void update(const Flow& flow, std::byte* state,
                      const PacketView& packet) const noexcept = 0;
  /// After init() of a flow that goes on where another of its key was ended by a timeout at this
  /// very packet.
  virtual void follow(const std::byte* ended, std::byte* state) const noexcept {
    static_cast<void>(ended);
    static_cast<void>(state);
  }

  /// How many first packets of each flow the series must hold; 0: no series.
  virtual std::uint64_t series_packets() const noexcept = 0;
  /// The accounting of SeriesPacket::other_size.
  virtual Accounting other_accounting() const noexcept = 0;

  /// Bytes of the record that is kept of each packet, a multiple of 4; 0: none. They count in the
  /// memory budget.
  virtual std::size_t record_bytes() const noexcept { return 0; }
  /// Fills the record of a packet, all record_bytes() of it, aligned to 4.
  virtual void write_record(const PacketView& packet, std::byte* record) const noexcept {
    static_cast<void>(packet);
    static_cast<void>(record);
  }

  /// True when `init` or `update` look at PacketView::payload.
  virtual bool needs_payload() const noexcept { return false; }
  /// Where the state holds BlobHandles. They are filled from PacketView::blobs, count against the
  /// memory budget and are released with the flow.
  virtual std::span<const std::size_t> blob_offsets() const noexcept { return {}; }
  /// Bytes by which one packet can make the blobs of its flow grow at most.
  virtual std::size_t most_blob_growth() const noexcept { return 0; }
  /// True when ends_flow() may be.
  virtual bool can_end_flows() const noexcept { return false; }
  /// Asked after each packet: true ends the flow with it.
  virtual bool ends_flow(const std::byte* state) const noexcept {
    static_cast<void>(state);
    return false;
  }
};

}  // namespace netml
