#pragma once

// What the sets netflowmeter and cicflowmeter keep of every flow, packet by packet (NetFlowMeter
// SPEC, sections 1 and 2). Everything is counted in integers: statistics are exact when they are
// read.

#include <algorithm>
#include <cstdint>

#include "column_block.hpp"
#include "exact_counts.hpp"

namespace netml {

/// By which clock packets follow one another.
enum class MeterClock {
  kMonotone,      ///< a late packet counts at its flow's last time: no gap is negative
  kArrival,       ///< each by its own time, in file order: gaps have a sign, as NetFlowMeter's
  kMilliseconds,  ///< NFStream's, whose times are whole milliseconds
};

/// The clock that a recipe's flows go by.
MeterClock meter_clock(const Recipe& recipe) noexcept;

/// Time of a packet since its flow began, saturated at the ends of the range.
template <MeterClock kClock>
std::int64_t elapsed_ns(const Flow& flow, const PacketView& packet) noexcept {
  if constexpr (kClock == MeterClock::kArrival) {
    return time_difference(packet.record.ts_ns, flow.first_ns());
  } else if constexpr (kClock == MeterClock::kMilliseconds) {
    return nanoseconds_from_ms(time_difference(packet.ts_ns, flow.first_ns()));
  } else {
    return time_difference(packet.ts_ns, flow.first_ns());
  }
}

/// Payload and transport header of a packet as these sets count them. Packets that are neither TCP
/// nor UDP have no header, and what follows IP is their payload; so have later fragments.
struct MeterLengths {
  std::uint32_t payload, header;

  explicit MeterLengths(const PacketRecord& record) noexcept
      : payload(record.payload_length), header(0) {
    constexpr std::uint32_t kUdpHeader = 8;
    if (record.key.protocol == ip_protocol::kTcp) {
      header = record.transport_length - std::min(record.payload_length, record.transport_length);
    } else if (record.key.protocol == ip_protocol::kUdp) {
      header = record.payload_length < record.transport_length ? kUdpHeader : 0;
    } else {
      payload = record.transport_length;
    }
  }
};

/// Gaps in nanoseconds, with a sign. Their sum follows from the times.
struct MeterGaps {
  std::int64_t minimum = INT64_MAX;
  std::int64_t maximum = INT64_MIN;
  SquareSum squares = 0;

  void add(std::int64_t gap) noexcept {
    minimum = std::min(minimum, gap);
    maximum = std::max(maximum, gap);
    const std::uint64_t magnitude = gap < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(gap)
                                            : static_cast<std::uint64_t>(gap);
    const Uint128 square = static_cast<Uint128>(magnitude) * magnitude;
    // Gaps of one sign cannot overflow, as they lie within 584 years; jumps to and fro can.
    const Uint128 sum = squares + square;
    squares = sum >= square ? sum : ~Uint128{0};
  }
};

/// Lengths in bytes.
template <typename Length>
struct MeterSizes {
  Length minimum = static_cast<Length>(~Length{0});
  Length maximum = 0;
  std::uint64_t sum = 0;
  SquareSum squares = 0;

  void add(Length size) noexcept {
    minimum = std::min(minimum, size);
    maximum = std::max(maximum, size);
    sum += size;
    squares += std::uint64_t{size} * size;
  }
};

/// The lengths of the periods that were active, or idle.
struct MeterPeriods {
  std::uint64_t count = 0;
  std::int64_t sum = 0;
  MeterGaps lengths;

  void add(std::int64_t length) noexcept {
    ++count;
    if (__builtin_add_overflow(sum, length, &sum)) {
      sum = INT64_MAX;
    }
    lengths.add(length);
  }
};

/// Runs of four or more payload packets of one direction (SPEC, section 2.4).
struct MeterBulks {
  std::uint64_t count = 0;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::int64_t duration_ns = 0;
};

/// A run of payload packets that may become a bulk.
struct MeterRun {
  static constexpr std::uint64_t kLeastOfBulk = 4;

  std::int64_t first_ns = 0;
  std::int64_t last_ns = 0;
  std::uint64_t bytes = 0;
  std::uint64_t packets = 0;
  std::size_t direction = 0;

  void add_to(MeterBulks& bulks) const noexcept {
    if (packets < kLeastOfBulk) {
      return;
    }
    ++bulks.count;
    bulks.packets += packets;
    bulks.bytes += bytes;
    if (__builtin_add_overflow(bulks.duration_ns, time_difference(last_ns, first_ns),
                               &bulks.duration_ns)) {
      bulks.duration_ns = INT64_MAX;
    }
  }
};

/// The state of one flow. Times are nanoseconds since its first packet.
struct MeterSums {
  static constexpr std::int64_t kSecondNs = 1'000'000'000;

  struct Side {
    MeterGaps gaps;
    std::int64_t first_ns = 0;
    std::int64_t last_ns = 0;
    MeterSizes<std::uint32_t> payloads;
    MeterSizes<std::uint16_t> headers;
    std::uint64_t data_packets = 0;  ///< with payload
    FlagCounts flags = {};
    std::uint16_t first_window = 0;
  };

  MeterGaps gaps;
  std::int64_t last_ns = 0;
  std::int64_t period_begin_ns = 0;  ///< of the active period that is open
  std::int64_t threshold_ns = 0;     ///< a longer gap ends it
  std::uint64_t long_gaps = 0;       ///< above one second: subflows begin there
  MeterRun run;
  Side side[2];
  MeterBulks bulks[2];
  MeterPeriods active, idle;

  /// Those of a direction, the run that is still open included.
  MeterBulks bulks_of(std::size_t direction) const noexcept {
    MeterBulks all = bulks[direction];
    if (run.direction == direction) {
      run.add_to(all);
    }
    return all;
  }

  void begin(const Flow& flow, const PacketView& packet, std::int64_t threshold) noexcept {
    threshold_ns = threshold;
    count(flow, packet, 0);
  }

  void add(const Flow& flow, const PacketView& packet, std::int64_t now) noexcept {
    const std::int64_t gap = time_difference(now, last_ns);
    gaps.add(gap);
    long_gaps += gap > kSecondNs ? 1U : 0U;
    if (gap > threshold_ns) {
      end_period(now, gap);
    }
    last_ns = now;
    count(flow, packet, now);
  }

 private:
  // What concerns the packet's own direction.
  void count(const Flow& flow, const PacketView& packet, std::int64_t now) noexcept {
    const auto d = static_cast<std::size_t>(packet.direction);
    Side& own = side[d];
    const std::uint64_t packets = flow.direction[d].packets;
    if (packets > 1) {
      own.gaps.add(time_difference(now, own.last_ns));
    } else {
      own.first_ns = now;
      own.first_window = packet.record.tcp_window;
    }
    own.last_ns = now;
    const MeterLengths lengths(packet.record);
    own.payloads.add(lengths.payload);
    own.headers.add(
        static_cast<std::uint16_t>(std::min<std::uint32_t>(lengths.header, UINT16_MAX)));
    own.flags.add(packet.record.tcp_flags, packets);
    if (lengths.payload != 0) {
      ++own.data_packets;
      add_to_run(d, lengths.payload, now);
    }
  }

  void add_to_run(std::size_t direction, std::uint32_t payload, std::int64_t now) noexcept {
    if (run.packets == 0 || run.direction != direction ||
        time_difference(now, run.last_ns) > kSecondNs) {
      run.add_to(bulks[run.direction]);
      run = {now, now, 0, 0, direction};
    }
    run.last_ns = now;
    run.bytes += payload;
    ++run.packets;
  }

  // The period that is open at the end of a flow counts nowhere.
  void end_period(std::int64_t now, std::int64_t gap) noexcept {
    const std::int64_t length = time_difference(last_ns, period_begin_ns);
    if (length > 0) {
      active.add(length);
    }
    idle.add(gap);
    period_begin_ns = now;
  }
};

static_assert(sizeof(MeterSums) == 584);  // of every open flow

/// The accumulator of these sets; its parameter is the threshold between active and idle.
template <MeterClock kClock>
struct MeterState : MeterSums {
  void init(const Flow& flow, const PacketView& packet, std::int64_t threshold) noexcept {
    begin(flow, packet, threshold);
  }
  void update(const Flow& flow, const PacketView& packet) noexcept {
    add(flow, packet, elapsed_ns<kClock>(flow, packet));
  }
};

}  // namespace netml
