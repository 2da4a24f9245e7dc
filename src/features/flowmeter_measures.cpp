#include "flowmeter_measures.hpp"

namespace netml {
namespace {

// The sums of one direction, or of both.
struct SizeTotals {
  std::uint64_t n = 0;
  std::uint64_t minimum = UINT64_MAX;
  std::uint64_t maximum = 0;
  std::uint64_t sum = 0;
  Uint128 squares = 0;

  template <typename Sizes>
  void add(std::uint64_t packets, const Sizes& sizes) noexcept {
    if (packets != 0) {
      n += packets;
      minimum = std::min<std::uint64_t>(minimum, sizes.minimum);
      maximum = std::max<std::uint64_t>(maximum, sizes.maximum);
      sum += sizes.sum;
      squares += sizes.squares;
    }
  }
  MeterSummary summary() const noexcept {
    if (n == 0) {
      return {};
    }
    return {n, static_cast<std::int64_t>(minimum), static_cast<std::int64_t>(maximum),
            static_cast<std::int64_t>(sum), spread(n, sum, squares)};
  }
};

template <typename Sizes>
void summarize(const Flow& flow, const Sizes& forward, const Sizes& backward,
               MeterSummary (&out)[kScopeCount]) noexcept {
  SizeTotals totals[kScopeCount];
  totals[kForwardScope].add(flow.forward().packets, forward);
  totals[kBackwardScope].add(flow.backward().packets, backward);
  totals[kBidirectional].add(flow.forward().packets, forward);
  totals[kBidirectional].add(flow.backward().packets, backward);
  for (std::size_t scope = 0; scope < kScopeCount; ++scope) {
    out[scope] = totals[scope].summary();
  }
}

Uint128 magnitude(std::int64_t value) noexcept {
  return value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value)
                   : static_cast<std::uint64_t>(value);
}

MeterSummary summarize(std::uint64_t n, const MeterGaps& gaps, std::int64_t sum) noexcept {
  if (n == 0) {
    return {};
  }
  return {n, gaps.minimum, gaps.maximum, sum, spread(n, magnitude(sum), gaps.squares)};
}

MeterSummary summarize(const MeterGaps& gaps, std::uint64_t packets, std::int64_t first_ns,
                       std::int64_t last_ns) noexcept {
  return packets < 2 ? MeterSummary{}
                     : summarize(packets - 1, gaps, time_difference(last_ns, first_ns));
}

}  // namespace

MeterClock meter_clock(const Recipe& recipe) noexcept {
  switch (recipe.policy.expiry) {
    case ExpiryRule::kOwnPacket:
      return MeterClock::kArrival;
    case ExpiryRule::kNfstream:
      return MeterClock::kMilliseconds;
    case ExpiryRule::kExact:
      break;
  }
  return MeterClock::kMonotone;
}

void measure(const Flow& flow, const MeterSums& sums, Measures& measures) noexcept {
  const MeterSums::Side& forward = sums.side[0];
  const MeterSums::Side& backward = sums.side[1];
  auto& summary = measures.summary;
  summarize(flow, forward.payloads, backward.payloads, summary[kPayload]);
  summarize(flow, forward.headers, backward.headers, summary[kHeader]);
  summary[kGap][kBidirectional] = summarize(sums.gaps, flow.packets(), 0, sums.last_ns);
  summary[kActive][kBidirectional] =
      summarize(sums.active.count, sums.active.lengths, sums.active.sum);
  summary[kIdle][kBidirectional] = summarize(sums.idle.count, sums.idle.lengths, sums.idle.sum);
  measures.duration_ns = sums.last_ns;
  measures.subflows = sums.long_gaps + 1;
  measures.packets[kBidirectional] = flow.packets();
  for (std::size_t d = 0; d < 2; ++d) {
    const std::size_t scope = kForwardScope + d;
    const MeterSums::Side& side = sums.side[d];
    const std::uint64_t packets = flow.direction[d].packets;
    measures.packets[scope] = packets;
    summary[kGap][scope] = summarize(side.gaps, packets, side.first_ns, side.last_ns);
    measures.bulks[scope] = sums.bulks_of(d);
    measures.data_packets[scope] = side.data_packets;
    measures.first_window[scope] = side.first_window;
  }
  for (std::size_t bit = 0; bit < 8; ++bit) {
    measures.flags[kForwardScope][bit] = forward.flags.count[bit];
    measures.flags[kBackwardScope][bit] = backward.flags.count[bit];
    measures.flags[kBidirectional][bit] =
        std::uint64_t{forward.flags.count[bit]} + backward.flags.count[bit];
  }
}

std::string definition_of(Statistic statistic, Quantity quantity, Scope scope) {
  constexpr const char* kStatistics[] = {"smallest of",
                                         "largest of",
                                         "sum of",
                                         "mean of",
                                         "population variance of",
                                         "population standard deviation of",
                                         "sample variance (n - 1) of",
                                         "sample standard deviation (n - 1) of"};
  constexpr const char* kQuantities[] = {
      "the transport payloads", "the transport headers", "the times between successive packets",
      "the active periods that a longer gap than the threshold ended",
      "the gaps above the active-idle threshold"};
  std::string text = kStatistics[static_cast<std::size_t>(statistic)];
  text += std::string(" ") + kQuantities[quantity];
  if (quantity != kActive && quantity != kIdle) {
    text += std::string(" ") + kScopeText[scope];
  }
  return text + "; 0 without any";
}

std::string unit_of(Statistic statistic, Quantity quantity, const std::string& time_unit) {
  const std::string unit = is_time(quantity) ? time_unit : "bytes";
  const bool is_square =
      statistic == Statistic::kVariance || statistic == Statistic::kSampleVariance;
  return is_square ? unit + "²" : unit;
}

}  // namespace netml
