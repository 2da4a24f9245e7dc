#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netml/flow/flow_policy.hpp"

namespace netml {

/// The system whose rows are reproduced.
enum class Preset : std::uint8_t { kNone, kNetml, kNfstream };

std::string_view to_text(Preset preset) noexcept;
std::string_view to_text(Accounting accounting) noexcept;
/// Throws UsageError naming the choices.
Accounting parse_accounting(std::string_view text);

/// Settings of the netml representations (iat, size, …). What is not given is fitted on the input
/// first and then kept here.
struct RepresentationOptions {
  std::optional<std::uint64_t> dim;  ///< packets per row
  std::optional<double> interval_s;  ///< a gap above it ends a flow
  std::optional<double> sampling_s;  ///< length of a time slot
  double q_interval = 0.9;
  bool fft = false;
  bool header = false;
};

/// Everything that is needed to get the same row from the same packets again.
struct Recipe {
  Preset preset = Preset::kNone;
  std::vector<std::string> sets;     ///< as in --features, one entry a set
  std::vector<std::string> columns;  ///< chosen and ordered; empty: all of the sets
  FlowPolicy policy;
  bool per_direction = false;  ///< one flow per direction
  bool decode_tunnels = true;
  std::uint64_t min_packets = 1;
  RepresentationOptions representation;
  std::uint64_t context_limit = 1'000'000;  ///< flows that `context` remembers at once; not in JSON

  /// Compact JSON. Limits of memory are not part of it: they are the run's.
  std::string to_json() const;
  /// Reads what to_json wrote. Throws DataError beginning with `what`: unknown key, wrong type, out
  /// of range.
  static Recipe from_json(std::string_view text, const std::string& what);
};

}  // namespace netml
