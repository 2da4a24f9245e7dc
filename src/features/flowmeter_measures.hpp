#pragma once

// From the sums of a flow to numbers: what the columns of netflowmeter and cicflowmeter read.

#include <cmath>
#include <cstdint>
#include <string>

#include "flowmeter_state.hpp"
#include "scopes.hpp"

namespace netml {

/// Of what statistics are taken.
enum Quantity : std::size_t { kPayload, kHeader, kGap, kActive, kIdle, kQuantityCount };

/// A list of integers, summed up: bytes or nanoseconds.
struct MeterSummary {
  std::uint64_t n = 0;
  std::int64_t minimum = 0;
  std::int64_t maximum = 0;
  std::int64_t sum = 0;
  double spread = 0;  ///< n² times the population variance
};

/// What one flow comes to.
struct Measures {
  MeterSummary summary[kQuantityCount][kScopeCount];  ///< active and idle: bidirectional alone
  std::uint64_t packets[kScopeCount];
  std::uint64_t flags[kScopeCount][8];  ///< by the flag's bit
  std::int64_t duration_ns;             ///< below 0 when the last packet was earlier than the first
  std::uint64_t subflows;
  MeterBulks bulks[kScopeCount];            ///< of the two directions
  std::uint64_t data_packets[kScopeCount];  ///< of the two directions
  std::uint64_t first_window[kScopeCount];  ///< of the two directions

  const MeterSummary& of(Quantity quantity, Scope scope = kBidirectional) const noexcept {
    return summary[quantity][scope];
  }
};

/// Fills `measures` from what a flow has come to.
void measure(const Flow& flow, const MeterSums& sums, Measures& measures) noexcept;

/// A cell's number.
struct MeterNumber {
  enum class Kind : std::uint8_t { kU64, kI64, kF64 };

  Kind kind;
  union {
    std::uint64_t u64;
    std::int64_t i64;
    double f64;
  };

  MeterNumber(std::uint64_t value) noexcept : kind(Kind::kU64), u64(value) {}
  MeterNumber(std::int64_t value) noexcept : kind(Kind::kI64), i64(value) {}
  MeterNumber(double value) noexcept : kind(Kind::kF64), f64(value) {}

  template <typename Out>
  void put(Out& out) const noexcept {
    switch (kind) {
      case Kind::kU64:
        return out.put(u64);
      case Kind::kI64:
        return out.put(i64);
      case Kind::kF64:
        return out.put(f64);
    }
  }
};

/// A column: what it is, and its number for a flow.
struct MeterColumn {
  ColumnInfo info;
  MeterNumber (*value)(const Measures&);
};

enum class Statistic : std::uint8_t {
  kMinimum,
  kMaximum,
  kSum,
  kMean,
  kVariance,         ///< of the population
  kDeviation,        ///< of the population
  kSampleVariance,   ///< n - 1; 0 for n = 1
  kSampleDeviation,  ///< its root
};

/// `value / unit`, correctly rounded where the value fits 53 bits.
inline double in_units(std::int64_t value, double unit) noexcept {
  return static_cast<double>(value) / unit;
}

/// `a / b`, and 0 where there is nothing to divide by.
inline double ratio(double a, std::uint64_t b) noexcept {
  return b == 0 ? 0.0 : a / static_cast<double>(b);
}

/// Per second of the whole flow; 0 where it took no time.
inline double rate(std::uint64_t amount, std::int64_t duration_ns) noexcept {
  return duration_ns <= 0 ? 0.0 : static_cast<double>(amount) / in_units(duration_ns, 1e9);
}

/// Real-valued statistics of a summary whose values are divided by `unit`; 0 without values.
template <Statistic kStatistic>
double statistic_of(const MeterSummary& summary, double unit) noexcept {
  const auto n = static_cast<double>(summary.n);
  if (summary.n == 0) {
    return 0;
  }
  switch (kStatistic) {
    case Statistic::kMinimum:
      return in_units(summary.minimum, unit);
    case Statistic::kMaximum:
      return in_units(summary.maximum, unit);
    case Statistic::kSum:
      return in_units(summary.sum, unit);
    case Statistic::kMean:
      return static_cast<double>(summary.sum) / (n * unit);
    case Statistic::kVariance:
      return summary.spread / (n * n) / (unit * unit);
    case Statistic::kDeviation:
      return std::sqrt(summary.spread) / (n * unit);
    case Statistic::kSampleVariance:
      return summary.n < 2 ? 0.0 : summary.spread / (n * (n - 1)) / (unit * unit);
    case Statistic::kSampleDeviation:
      return summary.n < 2 ? 0.0 : std::sqrt(summary.spread / (n * (n - 1))) / unit;
  }
}

constexpr bool is_time(Quantity quantity) noexcept {
  return quantity == kGap || quantity == kActive || quantity == kIdle;
}

/// A statistic of whole bytes that is itself whole.
constexpr bool is_whole(Quantity quantity, Statistic statistic) noexcept {
  return !is_time(quantity) && (statistic == Statistic::kMinimum ||
                                statistic == Statistic::kMaximum || statistic == Statistic::kSum);
}

/// Nanoseconds in the unit of a quantity's columns; 1 for bytes.
template <Quantity kQuantity, int kNanosecondsPerUnit>
inline constexpr double kUnitOf = is_time(kQuantity) ? kNanosecondsPerUnit : 1;

/// A statistic as a column reads it. `kNanosecondsPerUnit`: of columns that are times.
template <Quantity kQuantity, Scope kScope, Statistic kStatistic, int kNanosecondsPerUnit>
MeterNumber read_statistic(const Measures& measures) {
  const MeterSummary& summary = measures.summary[kQuantity][kScope];
  if constexpr (is_whole(kQuantity, kStatistic)) {
    const std::int64_t value = kStatistic == Statistic::kMinimum   ? summary.minimum
                               : kStatistic == Statistic::kMaximum ? summary.maximum
                                                                   : summary.sum;
    return static_cast<std::uint64_t>(value);
  } else {
    return statistic_of<kStatistic>(summary, kUnitOf<kQuantity, kNanosecondsPerUnit>);
  }
}

/// "mean of the transport payloads in both directions".
std::string definition_of(Statistic statistic, Quantity quantity, Scope scope);
/// "bytes", "s", "s²"; `time_unit` for times.
std::string unit_of(Statistic statistic, Quantity quantity, const std::string& time_unit);

}  // namespace netml
