// The set `statistics`: NFStream's 48 post-mortem statistics (its SPEC, section 7).
//
// By default from exact integer sums; NFStream keeps a running mean in doubles, whose rounding is
// reproduced under the preset.

#include <cmath>

#include "column_block.hpp"
#include "exact_counts.hpp"
#include "scopes.hpp"

namespace netml {
namespace {

// The columns of series without values, and of flags that nobody set. Extremes keep the type of the
// series.
constexpr std::size_t kSummaryColumns = 4, kFlagColumns = 8;
using Kind = Cell::Kind;
const ZeroCells<kSummaryColumns> kNoSizes({Kind::kU64, Kind::kF64, Kind::kF64, Kind::kU64});
const ZeroCells<kScopeCount * kSummaryColumns> kNoGaps({Kind::kMillionths, Kind::kF64, Kind::kF64,
                                                        Kind::kMillionths});
const ZeroCells<kSummaryColumns> kNoWholeGaps({Kind::kI64, Kind::kF64, Kind::kF64, Kind::kI64});
const ZeroCells<kScopeCount * kFlagColumns> kNoFlags({Kind::kU64});

// ---------------------------------------------------------------- exact

struct GapSums {
  std::uint64_t minimum;
  std::uint64_t maximum;
  SquareSum squares;

  void clear() noexcept { *this = {UINT64_MAX, 0, 0}; }
  void add(std::int64_t gap_ns) noexcept {
    const auto gap = static_cast<std::uint64_t>(gap_ns);
    minimum = gap < minimum ? gap : minimum;
    maximum = gap > maximum ? gap : maximum;
    squares += static_cast<Uint128>(gap) * gap;
  }
};

struct SizeSums {
  std::uint32_t minimum;
  std::uint32_t maximum;
  std::uint64_t low_squares;  // the low 64 bits of the sum

  void clear() noexcept { *this = {UINT32_MAX, 0, 0}; }
  void add(std::uint32_t size, std::uint32_t& high_squares) noexcept {
    minimum = size < minimum ? size : minimum;
    maximum = size > maximum ? size : maximum;
    high_squares += __builtin_add_overflow(low_squares, std::uint64_t{size} * size, &low_squares);
  }
};

// Sums of sizes and of gaps follow from the flow's counters; only extremes and squares are kept.
// What a packet changes lies together: the gaps of both directions, then all of its own.
struct ExactState {
  GapSums gaps;
  struct Side {
    GapSums gaps;
    SizeSums sizes;
    FlagCounts flags;
  } side[2];
  std::uint32_t high_squares[2];  // of the sizes; together, so that they leave no hole

  const GapSums& gaps_of(Scope scope) const noexcept {
    return scope == kBidirectional ? gaps : side[scope - kForwardScope].gaps;
  }

  void init(const Flow& flow, const PacketView& packet) noexcept {
    gaps.clear();
    for (Side& one : side) {
      one.gaps.clear();
      one.sizes.clear();
      one.flags.clear();
    }
    high_squares[0] = high_squares[1] = 0;
    const auto d = static_cast<std::size_t>(packet.direction);
    add(d, packet, flow.direction[d].packets);
  }
  void update(const Flow& flow, const PacketView& packet) noexcept {
    const auto d = static_cast<std::size_t>(packet.direction);
    gaps.add(packet.gap_ns);
    const std::uint64_t packets = flow.direction[d].packets;
    if (packets > 1) {
      side[d].gaps.add(packet.direction_gap_ns);
    }
    add(d, packet, packets);
  }
  Uint128 size_squares(std::size_t d) const noexcept {
    return static_cast<Uint128>(high_squares[d]) << 64 | side[d].sizes.low_squares;
  }

 private:
  void add(std::size_t d, const PacketView& packet, std::uint64_t packets) noexcept {
    side[d].sizes.add(packet.size, high_squares[d]);
    side[d].flags.add(packet.record.tcp_flags, packets);
  }
};
static_assert(sizeof(ExactState) == 200);

// The sizes of one direction or both.
struct SizeSummary {
  std::uint64_t n, sum;
  std::uint32_t minimum, maximum;
  Uint128 squares;

  static SizeSummary of(const Flow& flow, const ExactState& state, std::size_t direction) noexcept {
    const SizeSums& sizes = state.side[direction].sizes;
    return {flow.direction[direction].packets, flow.direction[direction].bytes, sizes.minimum,
            sizes.maximum, state.size_squares(direction)};
  }
  SizeSummary operator+(const SizeSummary& other) const noexcept {
    return {n + other.n, sum + other.sum, std::min(minimum, other.minimum),
            std::max(maximum, other.maximum), squares + other.squares};
  }

  template <typename Out>
  void put(Out& out) const noexcept {
    if (n == 0) {
      out.put_zeros(kNoSizes.first(kSummaryColumns));
      return;
    }
    out.put(minimum);
    out.put(static_cast<double>(sum) / static_cast<double>(n));
    out.put(sample_deviation(n, sum, squares));
    out.put(maximum);
  }
};

template <typename Out>
void put_exact_sizes(const Flow& flow, const ExactState& state, Out& out) {
  const SizeSummary forward = SizeSummary::of(flow, state, 0);
  const SizeSummary backward = SizeSummary::of(flow, state, 1);
  (forward + backward).put(out);
  forward.put(out);
  backward.put(out);
}

template <typename Out>
void put_exact_gaps(const Flow& flow, const ExactState& state, Scope scope, Out& out) {
  const std::uint64_t packets =
      scope == kBidirectional ? flow.packets() : flow.direction[scope - kForwardScope].packets;
  if (packets < 2) {
    out.put_zeros(kNoGaps.first(kSummaryColumns));
    return;
  }
  const std::int64_t span = scope == kBidirectional
                                ? flow.duration_ns()
                                : time_difference(flow.direction[scope - kForwardScope].last_ns,
                                                  flow.direction[scope - kForwardScope].first_ns);
  const auto sum = static_cast<std::uint64_t>(span);
  const std::uint64_t n = packets - 1;
  const GapSums& gaps = state.gaps_of(scope);
  out.put_millionths(static_cast<std::int64_t>(gaps.minimum));
  out.put(static_cast<double>(sum) / (static_cast<double>(n) * 1e6));
  out.put(sample_deviation(n, sum, gaps.squares) / 1e6);
  out.put_millionths(static_cast<std::int64_t>(gaps.maximum));
}

// ---------------------------------------------------------------- NFStream's arithmetic

// Running mean and sum of squares exactly as NFStream computes them.
struct RunningSeries {
  std::int64_t minimum, maximum;
  double mean, squares;

  void first(std::int64_t x) noexcept { *this = {x, x, static_cast<double>(x), 0}; }
  // n: number of values so far, x included.
  void add(std::int64_t value, std::uint64_t n) noexcept {
    if (n == 1) {
      first(value);
      return;
    }
    minimum = std::min(minimum, value);
    maximum = std::max(maximum, value);
    const auto x = static_cast<double>(value);
    const double d = x - mean;
    mean += d / static_cast<double>(n);
    squares += d * (x - mean);
  }
  // Extreme: the type of the columns of the extremes.
  template <typename Extreme, typename Out>
  void put(std::uint64_t n, const ZeroCells<kSummaryColumns>& none, Out& out) const noexcept {
    if (n == 0) {
      out.put_zeros(none.first(kSummaryColumns));
      return;
    }
    out.put(static_cast<Extreme>(minimum));
    out.put(mean);
    out.put(n < 2 ? 0.0 : std::sqrt(squares / static_cast<double>(n - 1)));
    out.put(static_cast<Extreme>(maximum));
  }
};

struct NfstreamState {
  RunningSeries sizes[kScopeCount];
  RunningSeries gaps[kScopeCount];
  FlagCounts flags[2];

  void init(const Flow& flow, const PacketView& packet) noexcept {
    flags[0].clear();
    flags[1].clear();
    add(flow, packet);
  }
  void update(const Flow& flow, const PacketView& packet) noexcept {
    const auto d = static_cast<std::size_t>(packet.direction);
    gaps[kBidirectional].add(packet.gap_ns / 1'000'000, flow.packets() - 1);
    if (flow.direction[d].packets > 1) {
      gaps[kForwardScope + d].add(packet.direction_gap_ns / 1'000'000,
                                  flow.direction[d].packets - 1);
    }
    add(flow, packet);
  }

 private:
  void add(const Flow& flow, const PacketView& packet) noexcept {
    const auto d = static_cast<std::size_t>(packet.direction);
    sizes[kBidirectional].add(packet.size, flow.packets());
    sizes[kForwardScope + d].add(packet.size, flow.direction[d].packets);
    flags[d].add(packet.record.tcp_flags, flow.direction[d].packets);
  }
};

// ---------------------------------------------------------------- columns

struct FlagColumn {
  const char* name;
  std::size_t bit;
};
constexpr FlagColumn kFlags[] = {{"syn", 1}, {"cwr", 7}, {"ece", 6}, {"urg", 5},
                                 {"ack", 4}, {"psh", 3}, {"rst", 2}, {"fin", 0}};

class StatisticsBlock final : public ColumnBlock {
 public:
  explicit StatisticsBlock(bool is_nfstream) {
    accumulator = is_nfstream ? accumulator_of<NfstreamState>() : accumulator_of<ExactState>();
    for (std::size_t scope = 0; scope < kScopeCount; ++scope) {
      add_summary(scope, "ps", "bytes", "packet sizes", ColumnType::kU64);
    }
    for (std::size_t scope = 0; scope < kScopeCount; ++scope) {
      add_summary(scope, "piat_ms", "ms", "times between consecutive packets",
                  is_nfstream ? ColumnType::kI64 : ColumnType::kF64);
    }
    for (std::size_t scope = 0; scope < kScopeCount; ++scope) {
      for (const FlagColumn& flag : kFlags) {
        columns.push_back(
            {std::string(kScopePrefix[scope]) + flag.name + "_packets", ColumnType::kU64, "packets",
             "packets with that TCP flag " + std::string(kScopeText[scope]), "NFStream", false});
      }
    }
  }

  void read(const ReadContext& context, std::span<Cell> cells) override {
    CellWriter out(cells);
    put_all(context, out);
  }
  bool writes_csv() const noexcept override { return true; }
  void write_csv(const ReadContext& context, CsvCells& out) override { put_all(context, out); }

 private:
  template <typename Out>
  static void put_all(const ReadContext& context, Out& out) {
    if (context.is_nfstream) {
      put_nfstream(context.flow(), context.state_as<NfstreamState>(), out);
    } else {
      put_exact(context.flow(), context.state_as<ExactState>(), out);
    }
  }

  void add_summary(std::size_t scope, const std::string& suffix, const char* unit, const char* of,
                   ColumnType extreme) {
    const auto add = [&](const char* kind, ColumnType type, const std::string& definition) {
      columns.push_back({std::string(kScopePrefix[scope]) + kind + "_" + suffix, type, unit,
                         definition + " of the " + of + " " + kScopeText[scope], "NFStream",
                         false});
    };
    add("min", extreme, "smallest");
    add("mean", ColumnType::kF64, "mean");
    add("stddev", ColumnType::kF64, "sample standard deviation (n - 1; 0 for fewer than two)");
    add("max", extreme, "largest");
  }

  template <typename Out>
  static void put_flags(const Flow& flow, const FlagCounts& forward, const FlagCounts& backward,
                        Out& out) {
    if (flow.key.protocol != ip_protocol::kTcp) {
      out.put_zeros(kNoFlags.first(kScopeCount * kFlagColumns));
      return;
    }
    for (const FlagColumn& flag : kFlags) {
      out.put(std::uint64_t{forward.count[flag.bit]} + backward.count[flag.bit]);
    }
    for (const FlagColumn& flag : kFlags) {
      out.put(forward.count[flag.bit]);
    }
    if (flow.backward().packets == 0) {
      out.put_zeros(kNoFlags.first(kFlagColumns));
      return;
    }
    for (const FlagColumn& flag : kFlags) {
      out.put(backward.count[flag.bit]);
    }
  }

  template <typename Out>
  static void put_exact(const Flow& flow, const ExactState& state, Out& out) {
    put_exact_sizes(flow, state, out);
    if (flow.packets() < 2) {
      out.put_zeros(kNoGaps.first(kScopeCount * kSummaryColumns));
      put_flags(flow, state.side[0].flags, state.side[1].flags, out);
      return;
    }
    for (const Scope scope : {kBidirectional, kForwardScope, kBackwardScope}) {
      put_exact_gaps(flow, state, scope, out);
    }
    put_flags(flow, state.side[0].flags, state.side[1].flags, out);
  }

  template <typename Out>
  static void put_nfstream(const Flow& flow, const NfstreamState& state, Out& out) {
    const std::uint64_t packets[] = {flow.packets(), flow.forward().packets,
                                     flow.backward().packets};
    for (std::size_t scope = 0; scope < kScopeCount; ++scope) {
      state.sizes[scope].put<std::uint64_t>(packets[scope], kNoSizes, out);
    }
    for (std::size_t scope = 0; scope < kScopeCount; ++scope) {
      const std::uint64_t gaps = packets[scope] == 0 ? 0 : packets[scope] - 1;
      state.gaps[scope].put<std::int64_t>(gaps, kNoWholeGaps, out);
    }
    put_flags(flow, state.flags[0], state.flags[1], out);
  }
};

}  // namespace

double spread(std::uint64_t n, Uint128 sum, Uint128 squares) noexcept {
  if (sum <= UINT64_MAX && squares <= UINT64_MAX) {  // nearly always; no product can overflow
    const auto narrow_sum = static_cast<std::uint64_t>(sum);
    const auto narrow_squares = static_cast<std::uint64_t>(squares);
    const Uint128 left = static_cast<Uint128>(n) * narrow_squares;
    const Uint128 right = static_cast<Uint128>(narrow_sum) * narrow_sum;
    const Uint128 result = left >= right ? left - right : 0;
    return result <= UINT64_MAX ? static_cast<double>(static_cast<std::uint64_t>(result))
                                : static_cast<double>(result);
  }
  Uint128 left = 0, right = 0, result = 0;
  if (!__builtin_mul_overflow(static_cast<Uint128>(n), squares, &left) &&
      !__builtin_mul_overflow(sum, sum, &right) && !__builtin_sub_overflow(left, right, &result)) {
    return static_cast<double>(result);
  }
  const auto approximate = static_cast<long double>(n) * static_cast<long double>(squares) -
                           static_cast<long double>(sum) * static_cast<long double>(sum);
  return approximate > 0 ? static_cast<double>(approximate) : 0.0;
}

double sample_deviation(std::uint64_t n, Uint128 sum, Uint128 sum_of_squares) noexcept {
  if (n < 2) {
    return 0;
  }
  const auto count = static_cast<double>(n);
  return std::sqrt(spread(n, sum, sum_of_squares) / count / (count - 1));
}

double population_deviation(std::uint64_t n, Uint128 sum, Uint128 sum_of_squares) noexcept {
  return n == 0 ? 0.0 : std::sqrt(spread(n, sum, sum_of_squares)) / static_cast<double>(n);
}

std::unique_ptr<ColumnBlock> make_statistics_block(const SetRequest&, const Recipe& recipe) {
  return std::make_unique<StatisticsBlock>(recipe.preset == Preset::kNfstream);
}

}  // namespace netml
