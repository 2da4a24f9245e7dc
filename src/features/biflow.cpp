// The set `biflow`: 41 direction-aware, log-scaled columns made for novelty detection. Lengths are
// IP lengths whatever --accounting says, gaps are logarithms of microseconds.

#include <cmath>

#include "netml/core/running_stats.hpp"

#include "column_block.hpp"
#include "exact_counts.hpp"
#include "log_columns.hpp"

namespace netml {
namespace {

constexpr char kSource[] = "netml";

struct DirectionState {
  SquareSum length_squares;
  std::uint64_t length_sum;
  std::uint64_t payload_sum;
  std::uint32_t length_minimum;
  std::uint32_t length_maximum;
  RunningStats log_gaps;
};

// Flags in the order of the columns.
constexpr std::uint8_t kShareFlags[] = {tcp_flag::kFin, tcp_flag::kSyn, tcp_flag::kRst,
                                        tcp_flag::kPsh, tcp_flag::kAck, tcp_flag::kUrg};

struct BiflowState {
  DirectionState direction[2];
  RunningStats log_gaps;
  std::uint64_t forward_ttl_sum;
  std::uint32_t flag_packets[6];
  std::uint16_t first_window;

  void init(const Flow&, const PacketView& packet) noexcept {
    for (DirectionState& state : direction) {
      state = {0, 0, 0, UINT32_MAX, 0, {}};
    }
    log_gaps = {};
    forward_ttl_sum = 0;
    std::fill(std::begin(flag_packets), std::end(flag_packets), 0U);
    first_window = packet.record.tcp_window;
    add(packet);
  }
  void update(const Flow& flow, const PacketView& packet) noexcept {
    const std::uint64_t own = flow.direction[static_cast<std::size_t>(packet.direction)].packets;
    log_gaps.add(log_gap_us(packet.gap_ns), flow.packets() - 1);
    if (own > 1) {
      direction[static_cast<std::size_t>(packet.direction)].log_gaps.add(
          log_gap_us(packet.direction_gap_ns), own - 1);
    }
    add(packet);
  }

 private:
  void add(const PacketView& packet) noexcept {
    DirectionState& state = direction[static_cast<std::size_t>(packet.direction)];
    const std::uint64_t length = packet.record.ip_length;
    state.length_sum += length;
    const std::uint64_t square = length * length;
    state.length_squares += square;
    state.length_minimum = std::min(state.length_minimum, packet.record.ip_length);
    state.length_maximum = std::max(state.length_maximum, packet.record.ip_length);
    state.payload_sum += packet.record.payload_length;
    forward_ttl_sum += packet.direction == Direction::kForward ? packet.record.ttl : 0U;
    for (std::size_t i = 0; i < std::size(kShareFlags); ++i) {
      flag_packets[i] += (packet.record.tcp_flags & kShareFlags[i]) != 0 ? 1U : 0U;
    }
  }
};

Cell* put_gaps(Cell* out, const RunningStats& gaps, std::uint64_t n) {
  *out++ = Cell::of(gaps.mean);
  *out++ = Cell::of(gaps.population_deviation(n));
  *out++ = Cell::of(gaps.minimum);
  *out++ = Cell::of(gaps.maximum);
  return out;
}

Cell* put_direction(Cell* out, const DirectionState& state, std::uint64_t packets) {
  const bool is_empty = packets == 0;
  *out++ = Cell::of(log1p_of(packets));
  *out++ = Cell::of(
      is_empty ? 0.0 : static_cast<double>(state.length_sum) / static_cast<double>(packets));
  *out++ = Cell::of(population_deviation(packets, state.length_sum, state.length_squares));
  *out++ = Cell::of(is_empty ? 0.0 : static_cast<double>(state.length_minimum));
  *out++ = Cell::of(static_cast<double>(state.length_maximum));
  *out++ = Cell::of(log1p_of(state.length_sum));
  *out++ = Cell::of(log1p_of(state.payload_sum));
  return put_gaps(out, state.log_gaps, is_empty ? 0 : packets - 1);
}

class BiflowBlock final : public ColumnBlock {
 public:
  BiflowBlock() {
    accumulator = accumulator_of<BiflowState>();
    add("log_duration", "ln(1 + duration in ms)");
    add_direction("fwd_", "forward");
    add_direction("bwd_", "backward");
    add_gaps("", "all");
    for (const char* flag : {"fin", "syn", "rst", "psh", "ack", "urg"}) {
      add(std::string(flag) + "_share", "share of the packets that have that TCP flag");
    }
    add("log_packet_rate", "ln(1 + packets / (duration in s + 0.001))");
    add("log_byte_rate", "ln(1 + bytes / (duration in s + 0.001))");
    add("is_tcp", "1 for TCP, else 0");
    add("is_udp", "1 for UDP, else 0");
    add("is_icmp", "1 for ICMP and ICMPv6, else 0");
    add("fwd_ttl_mean", "mean TTL or hop limit of the forward packets");
    add("first_window", "TCP window field of the first packet / 65535; 0 without TCP");
    add("bwd_share", "share of the packets that are backward");
  }

  void read(const ReadContext& context, std::span<Cell> cells) override {
    const Flow& flow = context.flow();
    const auto& state = context.state_as<BiflowState>();
    const auto n = static_cast<double>(flow.packets());
    const double seconds = static_cast<double>(context.ns(flow.duration_ns())) / 1e9;
    const std::uint64_t bytes = state.direction[0].length_sum + state.direction[1].length_sum;
    const std::uint8_t protocol = flow.key.protocol;
    Cell* out = cells.data();
    *out++ = Cell::of(std::log1p(1000 * seconds));
    out = put_direction(out, state.direction[0], flow.forward().packets);
    out = put_direction(out, state.direction[1], flow.backward().packets);
    out = put_gaps(out, state.log_gaps, flow.packets() - 1);
    for (const std::uint32_t packets : state.flag_packets) {
      *out++ = Cell::of(static_cast<double>(packets) / n);
    }
    *out++ = Cell::of(std::log1p(n / (seconds + .001)));
    *out++ = Cell::of(std::log1p(static_cast<double>(bytes) / (seconds + .001)));
    *out++ = Cell::of(protocol == ip_protocol::kTcp ? 1.0 : 0.0);
    *out++ = Cell::of(protocol == ip_protocol::kUdp ? 1.0 : 0.0);
    *out++ =
        Cell::of(protocol == ip_protocol::kIcmp || protocol == ip_protocol::kIcmpv6 ? 1.0 : 0.0);
    *out++ = Cell::of(static_cast<double>(state.forward_ttl_sum) /
                      static_cast<double>(flow.forward().packets));
    *out++ = Cell::of(state.first_window / 65535.0);
    *out++ = Cell::of(static_cast<double>(flow.backward().packets) / n);
  }

 private:
  void add(const std::string& name, const std::string& definition, const char* unit = "") {
    columns.push_back({name, ColumnType::kF64, unit, definition, kSource, false});
  }
  void add_gaps(const std::string& prefix, const std::string& which) {
    const std::string of = " of ln(1 + µs) between consecutive packets, " + which + "; 0 without";
    add(prefix + "log_iat_mean", "mean" + of);
    add(prefix + "log_iat_std", "population deviation" + of);
    add(prefix + "log_iat_min", "smallest" + of);
    add(prefix + "log_iat_max", "largest" + of);
  }
  void add_direction(const std::string& prefix, const std::string& which) {
    const std::string of = " IP length of the " + which + " packets; 0 without";
    add(prefix + "log_packets", "ln(1 + " + which + " packets)");
    add(prefix + "length_mean", "mean" + of, "bytes");
    add(prefix + "length_std", "population deviation of the" + of, "bytes");
    add(prefix + "length_min", "smallest" + of, "bytes");
    add(prefix + "length_max", "largest" + of, "bytes");
    add(prefix + "log_bytes", "ln(1 + sum of the " + which + " IP lengths)");
    add(prefix + "log_payload_bytes", "ln(1 + sum of the " + which + " transport payloads)");
    add_gaps(prefix, which);
  }
};

}  // namespace

std::unique_ptr<ColumnBlock> make_biflow_block(const SetRequest&, const Recipe&) {
  return std::make_unique<BiflowBlock>();
}

}  // namespace netml
