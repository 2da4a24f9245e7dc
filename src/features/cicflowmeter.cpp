// The set cicflowmeter: CICFlowMeter's columns, names and units with correct values; microseconds,
// sample deviations, and 5 s between active and idle. cicflowmeter:extended is with the columns of
// its corrected fork (github.com/GintsEngelen/CICFlowMeter).

#include <algorithm>
#include <utility>

#include "netml/core/error.hpp"
#include "netml/core/page_list.hpp"
#include "netml/core/words.hpp"
#include "netml/features/registry.hpp"

#include "cicflowmeter_columns.hpp"
#include "meter_identity.hpp"

namespace netml {
namespace {

constexpr std::int64_t kThresholdNs = 5'000'000'000;  // CICFlowMeter's, between active and idle
constexpr char kSource[] = "CICFlowMeter";
constexpr char kForkSource[] = "CICFlowMeter, corrected fork";

ColumnInfo identity(const char* name, ColumnType type, const char* definition) {
  return {name, type, "", definition, kSource, true};
}

class CicBlock : public ColumnBlock {
 public:
  CicBlock(CicNames names, const Accumulator& sums) {
    accumulator = sums;
    has_identity = true;
    const bool is_2017 = names == CicNames::k2017;
    columns = {
        identity("Flow ID", ColumnType::kText,
                 "source, destination, their ports and the protocol, joined by -"),
        identity(is_2017 ? "Source IP" : "Src IP", ColumnType::kText,
                 "address of the sender of the flow's first packet"),
        identity(is_2017 ? "Source Port" : "Src Port", ColumnType::kU64,
                 "port of the sender; 0 for protocols without ports"),
        identity(is_2017 ? "Destination IP" : "Dst IP", ColumnType::kText,
                 "address of the receiver of the flow's first packet"),
        identity(is_2017 ? "Destination Port" : "Dst Port", ColumnType::kU64,
                 "port of the receiver; 0 for protocols without ports"),
        identity("Protocol", ColumnType::kU64, "IANA protocol number"),
        identity("Timestamp", ColumnType::kText,
                 "time of the first packet, UTC, microseconds rounded down"),
    };
    for (const CicColumn& column : cicflowmeter_columns()) {
      columns.push_back(column.column.info);
      columns.back().name = column.names[static_cast<std::size_t>(names)];
      columns.back().source = kSource;
    }
    add_label();
  }

  void read(const ReadContext& context, std::span<Cell> cells) override {
    CellWriter out(cells);
    put_all(context, out);
    out.put_plain(kNoLabel);
  }
  bool writes_csv() const noexcept override { return true; }
  void write_csv(const ReadContext& context, CsvCells& out) override {
    put_all(context, out);
    out.put_plain(kNoLabel);
  }

 protected:
  static constexpr std::string_view kNoLabel = "No Label";

  // Always the last one.
  void add_label() {
    columns.push_back(
        identity(kOwnLabelColumn, ColumnType::kText, "name of the flow's label, or \"No Label\""));
  }

  const Measures& measures() const noexcept { return measures_; }

  template <typename Out>
  void put_all(const ReadContext& context, Out& out) {
    const Flow& flow = context.flow();
    identity_.set(flow, context.ns(flow.first_ns()));
    out.put_plain(identity_.short_id());
    out.put_plain(identity_.source());
    out.put(flow.source_port());
    out.put_plain(identity_.destination());
    out.put(flow.destination_port());
    out.put(flow.key.protocol);
    out.put_plain(identity_.timestamp());
    measure(flow, context.state_as<MeterSums>(), measures_);
    for (const CicColumn& column : cicflowmeter_columns()) {
      column.column.value(measures_).put(out);
    }
  }

 private:
  MeterIdentity identity_;
  Measures measures_{};
};

// ---------------------------------------------------------------- the fork's ten

// What makes a TCP packet the repetition of another of its direction.
struct SentSegment {
  std::uint32_t sequence, acknowledgment, payload;
  std::uint16_t window;
  std::uint16_t direction;

  explicit SentSegment(const PacketView& packet) noexcept
      : sequence(packet.record.tcp_seq),
        acknowledgment(packet.record.tcp_ack),
        payload(MeterLengths(packet.record).payload),
        window(packet.record.tcp_window),
        direction(static_cast<std::uint16_t>(packet.direction)) {}

  // clang-tidy 14 takes the defaulted comparison for a literal 0.
  auto operator<=>(const SentSegment&) const = default;  // NOLINT(modernize-use-nullptr)
};
static_assert(sizeof(SentSegment) == 16);

template <MeterClock kClock>
struct ExtendedState : MeterState<kClock> {
  std::int64_t earlier_ns;  ///< of the connection before this flow
  std::uint8_t icmp_type, icmp_code;

  void init(const Flow& flow, const PacketView& packet, std::int64_t threshold) noexcept {
    MeterState<kClock>::init(flow, packet, threshold);
    earlier_ns = 0;
    icmp_type = packet.record.icmp_type;
    icmp_code = packet.record.icmp_code;
  }
  void follow(const ExtendedState& ended) noexcept { earlier_ns = ended.connection_ns(); }
  std::int64_t connection_ns() const noexcept {
    std::int64_t sum = 0;
    return __builtin_add_overflow(earlier_ns, std::max<std::int64_t>(this->last_ns, 0), &sum)
               ? INT64_MAX
               : sum;
  }
};

// What the block reads of such a state, whatever its clock.
struct ExtendedValues {
  std::uint64_t icmp_code, icmp_type;
  std::int64_t connection_ns;
};

class ExtendedCicBlock final : public CicBlock {
 public:
  using Values = ExtendedValues (*)(const std::byte* state);

  ExtendedCicBlock(const Accumulator& sums, Values values)
      : CicBlock(CicNames::kToday, sums), values_(values) {
    recorder = recorder_of<SentSegment>();
    columns.pop_back();
    for (const MeterColumn& column : cicflowmeter_extra_columns()) {
      columns.push_back(column.info);
      columns.back().source = kForkSource;
    }
    const auto add = [&](const char* name, ColumnType type, const char* unit,
                         const char* definition) {
      columns.push_back({name, type, unit, definition, kForkSource, false});
    };
    add("ICMP Code", ColumnType::kU64, "", "ICMP code of the first packet; 0 without ICMP");
    add("ICMP Type", ColumnType::kU64, "", "ICMP type of the first packet; 0 without ICMP");
    const char* const kRepeated =
        "TCP packets that repeat sequence number, acknowledgment, payload length and window of an "
        "earlier one of the flow";
    add("Fwd TCP Retrans. Count", ColumnType::kU64, "packets",
        (std::string(kRepeated) + " from source to destination").c_str());
    add("Bwd TCP Retrans. Count", ColumnType::kU64, "packets",
        (std::string(kRepeated) + " from destination to source").c_str());
    add("Total TCP Retrans. Count", ColumnType::kU64, "packets",
        (std::string(kRepeated) + " in the same direction").c_str());
    add("Total Connection Flow Time", ColumnType::kF64, "µs",
        "durations of this flow and of those before it that a timeout of their own next packet "
        "parted it from");
    add_label();
  }

  void read(const ReadContext& context, std::span<Cell> cells) override {
    CellWriter out(cells);
    put_all(context, out);
    for (const MeterColumn& column : cicflowmeter_extra_columns()) {
      column.value(measures()).put(out);
    }
    const ExtendedValues values = values_(context.state);
    out.put(values.icmp_code);
    out.put(values.icmp_type);
    const auto [forward, backward] = count_repeated(context);
    out.put(forward);
    out.put(backward);
    out.put(forward + backward);
    out.put(in_units(values.connection_ns, 1e3));
    out.put_plain(kNoLabel);
  }
  bool writes_csv() const noexcept override { return false; }

 private:
  std::pair<std::uint64_t, std::uint64_t> count_repeated(const ReadContext& context) {
    std::uint64_t repeated[2] = {0, 0};
    if (context.flow().key.protocol != ip_protocol::kTcp) {
      return {0, 0};
    }
    segments_.reserve(context.record_count());
    for (std::size_t i = 0; i < context.record_count(); ++i) {
      segments_.push_back(context.record<SentSegment>(i));
    }
    std::sort(segments_.begin(), segments_.end());
    for (std::size_t i = 1; i < segments_.size(); ++i) {
      repeated[segments_[i].direction] += segments_[i] == segments_[i - 1] ? 1U : 0U;
    }
    segments_.clear();
    return {repeated[0], repeated[1]};
  }

  Values values_;
  PageList<SentSegment> segments_;  ///< of the flow that is being read
};

// ---------------------------------------------------------------- the set

template <MeterClock kClock>
std::unique_ptr<ColumnBlock> make_block_of(std::optional<CicNames> names, std::int64_t threshold) {
  if (names) {
    return std::make_unique<CicBlock>(*names, accumulator_of<MeterState<kClock>>(threshold));
  }
  return std::make_unique<ExtendedCicBlock>(
      accumulator_of<ExtendedState<kClock>>(threshold), [](const std::byte* state) {
        const auto& values = *reinterpret_cast<const ExtendedState<kClock>*>(state);
        return ExtendedValues{values.icmp_code, values.icmp_type, values.connection_ns()};
      });
}

// Empty for the extended columns, whose names are today's.
std::optional<CicNames> parse_names(const SetRequest& request) {
  if (request.arguments.empty()) {
    return CicNames::kToday;
  }
  static constexpr Word<std::optional<CicNames>> kWords[] = {
      {"2018", CicNames::k2018}, {"2017", CicNames::k2017}, {"extended", std::nullopt}};
  return parse_word(request.arguments.front(), kWords, "feature set 'cicflowmeter'");
}

}  // namespace

std::unique_ptr<ColumnBlock> make_cicflowmeter_block(const SetRequest& request,
                                                     const Recipe& recipe) {
  const std::optional<CicNames> names = parse_names(request);
  const std::int64_t threshold = recipe.active_idle_threshold_ns.value_or(kThresholdNs);
  switch (meter_clock(recipe)) {
    case MeterClock::kArrival:
      return make_block_of<MeterClock::kArrival>(names, threshold);
    case MeterClock::kMilliseconds:
      return make_block_of<MeterClock::kMilliseconds>(names, threshold);
    case MeterClock::kMonotone:
      break;
  }
  return make_block_of<MeterClock::kMonotone>(names, threshold);
}

}  // namespace netml
