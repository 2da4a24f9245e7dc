#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace netml {

/// A time as a label file writes it, not yet moved to UTC.
struct LabelTime {
  std::int64_t ns = 0;                  ///< since 1970, taking the text as UTC
  bool is_clock = false;                ///< date and hour, not seconds since 1970
  bool has_seconds = true;              ///< false: whole minutes
  bool has_day_half = false;            ///< AM or PM
  int hour = 0;                         ///< 0..23 as written (12-hour clocks converted)
  std::optional<std::int64_t> zone_ns;  ///< local time minus UTC, where the text says it
};

/// d/m/Y H:MM[:SS[.frac]] [AM|PM]; Y-m-d or Y/m/d H:MM[:SS[.frac]] (space or T between), the latter
/// with Z, ±HH:MM or ±HHMM where it says its zone; or whole or decimal seconds since 1970. Years
/// 1970 to 2261. nullopt for anything else, impossible dates included.
std::optional<LabelTime> parse_label_time(std::string_view text);

}  // namespace netml
