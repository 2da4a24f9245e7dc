#pragma once

#include <type_traits>
#include <utility>

#include "flowmeter_measures.hpp"

namespace netml {

// How columns over Measures are written down: a name, a unit, a definition, and a formula.

inline constexpr char kMeterSource[] = "NetFlowMeter";

template <typename Value>
constexpr ColumnType column_type() {
  return std::is_same_v<Value, double>         ? ColumnType::kF64
         : std::is_same_v<Value, std::int64_t> ? ColumnType::kI64
                                               : ColumnType::kU64;
}

/// A column from a lambda that captures nothing and returns std::uint64_t, std::int64_t or double.
template <typename Formula>
MeterColumn formula(std::string name, std::string unit, std::string definition, Formula) {
  using Value = std::invoke_result_t<Formula, const Measures&>;
  return {{std::move(name), column_type<Value>(), std::move(unit), std::move(definition),
           kMeterSource, false},
          [](const Measures& measures) { return MeterNumber(Formula{}(measures)); }};
}

/// A statistic of a quantity in one scope. `time_unit` names kNanosecondsPerUnit.
template <Quantity kQuantity, Scope kScope, Statistic kStatistic, int kNanosecondsPerUnit>
MeterColumn meter_statistic(std::string name, const std::string& time_unit) {
  return {{std::move(name), is_whole(kQuantity, kStatistic) ? ColumnType::kU64 : ColumnType::kF64,
           unit_of(kStatistic, kQuantity, time_unit), definition_of(kStatistic, kQuantity, kScope),
           kMeterSource, false},
          read_statistic<kQuantity, kScope, kStatistic, kNanosecondsPerUnit>};
}

}  // namespace netml
