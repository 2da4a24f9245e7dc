#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "netml/flow/epoch.hpp"
#include "netml/flow/flow.hpp"
#include "netml/flow/flow_policy.hpp"

namespace netml {

inline constexpr std::int64_t kNanosecondsPerMillisecond = 1'000'000;

/// True when `later - earlier >= timeout`, exact at the ends of the range too; kNoTimeout never
/// passes.
inline bool has_passed(std::int64_t earlier, std::int64_t later, std::int64_t timeout_ns) noexcept {
  return timeout_ns != kNoTimeout && later >= earlier &&
         static_cast<std::uint64_t>(later) - static_cast<std::uint64_t>(earlier) >=
             static_cast<std::uint64_t>(timeout_ns);
}

/// The first packet of the epoch whose clock makes the flow idle. With a timeout of 0 that is the
/// flow's own packet, also where earlier ones have the same clock.
inline std::uint64_t index_when_idle(const Epoch& epoch, const Flow& flow,
                                     std::int64_t timeout_ns) {
  const auto found = std::partition_point(
      epoch.clocks.begin(), epoch.clocks.end(),
      [&](std::int64_t clock) { return !has_passed(flow.last_clock, clock, timeout_ns); });
  const auto position = static_cast<std::size_t>(found - epoch.clocks.begin());
  return std::max(epoch.records[std::min(position, epoch.records.size() - 1)].index,
                  flow.last_index);
}

/// The captured payload of a record; empty when no column asked for payloads.
inline std::span<const std::uint8_t> payload_of(const Epoch& epoch,
                                                std::uint32_t position) noexcept {
  if (epoch.payload_begins.empty()) {
    return {};
  }
  const std::size_t begin = epoch.payload_begins[position];
  const std::size_t end = position + 1 < epoch.payload_begins.size()
                              ? epoch.payload_begins[position + 1]
                              : epoch.arena.size();
  return std::span(epoch.arena).subspan(begin, end - begin);
}

}  // namespace netml
