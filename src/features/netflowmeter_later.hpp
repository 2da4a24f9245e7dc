#pragma once

// The 230 columns that NTLFlowLyzer, NetFlowMeter's successor, has beside the 114 (NetFlowMeter
// SPEC, section 4). Medians, modes and differences in order of time need every packet.

#include <cstdint>
#include <functional>
#include <vector>

#include "netml/core/page_list.hpp"

#include "flowmeter_measures.hpp"
#include "value_statistics.hpp"

namespace netml {

/// What is kept of a packet: 20 bytes.
struct MeterPacket {
  std::uint32_t time_low, time_high;  ///< nanoseconds since the flow's first packet; in two halves,
                                      ///< which need no alignment to 8
  std::uint32_t wire_length;
  std::uint32_t payload;
  std::uint16_t header;
  std::uint16_t direction;

  std::int64_t time_ns() const noexcept {
    return static_cast<std::int64_t>(std::uint64_t{time_high} << 32 | time_low);
  }
};
static_assert(sizeof(MeterPacket) == 20);

/// A packet's own time rather than the time since the flow began: the record is made without the
/// flow. Differences are the same.
template <MeterClock kClock>
struct RecordedPacket : MeterPacket {
  explicit RecordedPacket(const PacketView& packet) noexcept {
    const std::int64_t time = kClock == MeterClock::kArrival ? packet.record.ts_ns
                              : kClock == MeterClock::kMilliseconds
                                  ? nanoseconds_from_ms(packet.ts_ns)
                                  : packet.ts_ns;
    const MeterLengths lengths(packet.record);
    time_low = static_cast<std::uint32_t>(time);
    time_high = static_cast<std::uint32_t>(static_cast<std::uint64_t>(time) >> 32);
    wire_length = packet.record.wire_length;
    payload = lengths.payload;
    header = static_cast<std::uint16_t>(std::min<std::uint32_t>(lengths.header, UINT16_MAX));
    direction = static_cast<std::uint16_t>(packet.direction);
  }
};

/// How far a TCP handshake came, in packet order and whatever the directions.
struct MeterHandshake {
  enum State : std::uint32_t { kNoSyn, kSyn, kSynAck, kComplete };

  std::int64_t syn_ns = 0;
  std::int64_t complete_ns = 0;
  std::int64_t next_ns = 0;               ///< of the packet after the one that completed it
  std::uint32_t next_sequence = 0;        ///< what the acknowledgment of the SYN must be
  std::uint32_t next_acknowledgment = 0;  ///< and that of the SYN+ACK
  State state = kNoSyn;
  bool has_next = false;

  void add(const PacketRecord& record, std::int64_t now) noexcept;
};

template <MeterClock kClock>
struct LaterState : MeterState<kClock> {
  MeterHandshake handshake;

  void init(const Flow& flow, const PacketView& packet, std::int64_t threshold) noexcept {
    MeterState<kClock>::init(flow, packet, threshold);
    handshake.add(packet.record, 0);
  }
  void update(const Flow& flow, const PacketView& packet) noexcept {
    MeterState<kClock>::update(flow, packet);
    handshake.add(packet.record, this->last_ns);
  }
};

/// Lists of values of a flow, in each scope; the periods are bidirectional alone.
enum class ValueList : std::uint8_t {
  kPayloads,
  kHeaders,
  kSegments,  ///< header and payload
  kGaps,
  kActive,
  kIdle,
  // Of the packets in order of time, equal times in file order.
  kTimeSteps,
  kLengthSteps,  ///< of the frame on the wire
  kHeaderSteps,
  kPayloadSteps,
  kCount
};

/// The packets of one flow, in file order. A view.
class MeterPackets {
 public:
  explicit MeterPackets(const ReadContext& context) noexcept : context_(context) {}

  std::size_t size() const noexcept { return context_.record_count(); }
  const MeterPacket& operator[](std::size_t i) const noexcept {
    return context_.record<MeterPacket>(i);
  }

 private:
  const ReadContext& context_;
};

/// All statistics of all lists of a flow.
class LaterMeasures {
 public:
  /// `threshold_ns`: between active and idle.
  void fill(const MeterPackets& packets, std::int64_t threshold_ns);

  const ValueStatistics& of(ValueList list, Scope scope) const noexcept {
    return statistics_[static_cast<std::size_t>(list)][scope];
  }

 private:
  void fill_scope(const MeterPackets& packets, Scope scope);
  void fill_periods(const MeterPackets& packets, std::int64_t threshold_ns);
  template <typename ValueOf>
  void fill_values(const MeterPackets& packets, ValueList list, Scope scope, ValueOf value_of);
  template <typename ValueOf>
  void fill_steps(const MeterPackets& packets, ValueList list, Scope scope, ValueOf value_of);
  void settle(ValueList list, Scope scope);

  PageList<std::uint32_t> chosen_;  ///< packets of the scope at hand
  PageList<std::int64_t> values_;
  ValueStatistics statistics_[static_cast<std::size_t>(ValueList::kCount)][kScopeCount];
};

/// What the later columns read.
struct LaterRow {
  const Measures& measures;
  const LaterMeasures& lists;
  const MeterHandshake& handshake;
};

struct LaterColumn {
  ColumnInfo info;
  std::function<Cell(const LaterRow&)> value;
};

/// In the order in which they are written.
const std::vector<LaterColumn>& later_columns();

}  // namespace netml
