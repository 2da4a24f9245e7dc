// The set `wavelet`: NFStream's WFPlugin (its SPEC, section 13), after Bujlow, Carela-Español and
// Barlet-Ros. IP bytes over time, one series per direction, and what their undecimated Haar
// transform says of them.

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

#include "column_block.hpp"

namespace netml {
namespace {

constexpr std::uint64_t kDefaultLevels = 4, kMostLevels = 12;
constexpr std::int64_t kNsPerMs = 1'000'000;

/// 2^levels slots that the active timeout is spread over.
struct SlotPlan {
  std::uint64_t count = 0;
  std::uint64_t span = 0;  ///< of all of them, in the unit of the flow's times
};

// IP bytes of a flow's packets, all but the first, by slot and direction. Behind it are the counts:
// forward, then backward.
struct SlotState {
  SlotPlan plan;

  std::uint64_t* counts() noexcept { return reinterpret_cast<std::uint64_t*>(this + 1); }
  const std::uint64_t* counts() const noexcept {
    return reinterpret_cast<const std::uint64_t*>(this + 1);
  }
  static std::size_t bytes(const SlotPlan& plan) noexcept {
    return sizeof(SlotState) + 2 * plan.count * sizeof(std::uint64_t);
  }

  std::uint64_t slot_at(std::uint64_t since_first) const noexcept {
    return since_first >= plan.span
               ? plan.count - 1
               : static_cast<std::uint64_t>(Uint128{since_first} * plan.count / plan.span);
  }
};

template <std::size_t kLevels>
void init_slots(const Flow&, std::byte* state, const PacketView&, std::int64_t span) {
  const SlotPlan plan = {std::uint64_t{1} << kLevels, static_cast<std::uint64_t>(span)};
  std::memset(state, 0, SlotState::bytes(plan));
  (new (state) SlotState)->plan = plan;
}

using InitSlots = decltype(Accumulator::init);

template <std::size_t... kLevels>
InitSlots init_of(std::size_t levels, std::index_sequence<kLevels...>) {
  constexpr InitSlots kFunctions[] = {&init_slots<kLevels>...};
  return kFunctions[levels];
}

void add_to_slot(const Flow& flow, std::byte* state, const PacketView& packet) {
  auto& slots = *reinterpret_cast<SlotState*>(state);
  const auto since_first =
      static_cast<std::uint64_t>(packet.ts_ns) - static_cast<std::uint64_t>(flow.first_ns());
  const std::uint64_t first = packet.direction == Direction::kForward ? 0 : slots.plan.count;
  slots.counts()[first + slots.slot_at(since_first)] += packet.record.ip_length;
}

/// What the columns say of one series of coefficients.
struct LevelStatistics {
  double energy = 0, mean = 0, deviation = 0, entropy = 0;
};

constexpr double kTiny = 1e-7;  // the original's guard against 0 / 0 and log 0

LevelStatistics statistics_of(const std::vector<double>& coefficients) {
  const auto n = static_cast<double>(coefficients.size());
  LevelStatistics result;
  double sum = 0, sum_absolute = 0;
  for (const double c : coefficients) {
    result.energy += c * c;
    sum += c;
    sum_absolute += std::abs(c);
  }
  const double mean = sum / n;
  double squares = 0, entropy = 0;
  for (const double c : coefficients) {
    squares += (c - mean) * (c - mean);
    const double share = c * c / (result.energy + kTiny);
    entropy += share * std::log(share + kTiny);
  }
  result.mean = sum_absolute / n;
  result.deviation = std::sqrt(squares / n);
  result.entropy = 0 - entropy;
  return result;
}

class WaveletBlock final : public ColumnBlock {
 public:
  WaveletBlock(std::size_t levels, std::uint64_t span) : levels_(levels) {
    plan_ = {std::uint64_t{1} << levels, span};
    accumulator.state_size = SlotState::bytes(plan_);
    accumulator.init = init_of(levels, std::make_index_sequence<kMostLevels + 1>());
    accumulator.update = add_to_slot;
    accumulator.parameter = static_cast<std::int64_t>(span);
    approximation_.resize(plan_.count);
    detail_.resize(plan_.count);
    statistics_.resize(levels + 1);
    add_columns("f", "from source to destination");
    add_columns("b", "from destination to source");
  }

  void read(const ReadContext& context, std::span<Cell> cells) override {
    const auto& slots = context.state_as<SlotState>();
    CellWriter out(cells);
    put_direction(slots.counts(), out);
    put_direction(slots.counts() + plan_.count, out);
  }

 private:
  void add_columns(const std::string& direction, const std::string& where);

  // Undecimated transform with periodic wrap. Statistics of the approximation come first, then of
  // the details, coarsest first.
  void transform(const std::uint64_t* counts) {
    std::copy_n(counts, plan_.count, approximation_.begin());
    std::vector<double>& a = approximation_;
    for (std::size_t level = 1; level <= levels_; ++level) {
      const std::size_t step = std::size_t{1} << (level - 1);
      next_.resize(a.size());
      for (std::size_t k = 0; k < a.size(); ++k) {
        const double other = a[(k + step) % a.size()];
        detail_[k] = (a[k] - other) / std::numbers::sqrt2;
        next_[k] = (a[k] + other) / std::numbers::sqrt2;
      }
      statistics_[levels_ + 1 - level] = statistics_of(detail_);
      a.swap(next_);
    }
    statistics_[0] = statistics_of(a);
  }

  void put_direction(const std::uint64_t* counts, CellWriter& out) {
    transform(counts);
    double energy = 0;
    for (const LevelStatistics& level : statistics_) {
      energy += level.energy;
    }
    for (const LevelStatistics& level : statistics_) {
      out.put(level.energy / (energy + kTiny));
    }
    for (const double LevelStatistics::*field :
         {&LevelStatistics::mean, &LevelStatistics::deviation, &LevelStatistics::entropy}) {
      for (const LevelStatistics& level : statistics_) {
        out.put(level.*field);
      }
    }
  }

  std::size_t levels_;
  SlotPlan plan_;
  std::vector<double> approximation_, detail_, next_;
  std::vector<LevelStatistics> statistics_;
};

void WaveletBlock::add_columns(const std::string& direction, const std::string& where) {
  const struct {
    const char* name;
    const char* definition;
  } kinds[] = {{"p_k", "share of the energy"},
               {"u_k", "mean absolute value"},
               {"sigma_k", "population deviation"},
               {"S_k", "Shannon entropy of the squares"}};
  for (const auto& kind : kinds) {
    for (std::size_t k = 0; k <= levels_; ++k) {
      const std::string series =
          k == 0 ? "the approximation" : "the details of level " + std::to_string(levels_ + 1 - k);
      columns.push_back({"udps." + direction + "_" + kind.name + "_" + std::to_string(k),
                         ColumnType::kF64, "",
                         std::string(kind.definition) + " of " + series +
                             " in the Haar transform of IP bytes per slot, the first packet left "
                             "out, " +
                             where,
                         "NFStream", false});
    }
  }
}

}  // namespace

std::unique_ptr<ColumnBlock> make_wavelet_block(const SetRequest& request, const Recipe& recipe) {
  std::uint64_t levels = kDefaultLevels;
  if (!request.arguments.empty()) {
    const auto given = parse_u64(request.arguments[0]);
    if (!given || *given < 1 || *given > kMostLevels) {
      throw UsageError("feature set 'wavelet:" + printable(request.arguments[0]) +
                       "': the number of levels is from 1 to " + std::to_string(kMostLevels));
    }
    levels = *given;
  }
  const std::int64_t timeout = recipe.policy.active_timeout_ns;
  if (timeout == kNoTimeout) {
    throw UsageError(
        "feature set 'wavelet' spreads the active timeout over its slots; give "
        "--active-timeout a number");
  }
  const std::int64_t span = recipe.preset == Preset::kNfstream ? timeout / kNsPerMs : timeout;
  return std::make_unique<WaveletBlock>(levels, static_cast<std::uint64_t>(span));
}

}  // namespace netml
