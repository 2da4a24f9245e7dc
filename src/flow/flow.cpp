#include "netml/flow/flow.hpp"

#include "flow_rules.hpp"

namespace netml {

std::string_view to_text(EndReason reason) noexcept {
  constexpr std::string_view kNames[] = {"idle",    "active", "tcp", "split",
                                         "evicted", "plugin", "end"};
  return kNames[static_cast<std::size_t>(reason)];
}

std::int64_t nanoseconds_from_ms(std::int64_t ms) noexcept {
  std::int64_t ns = 0;
  return __builtin_mul_overflow(ms, kNanosecondsPerMillisecond, &ns)
             ? (ms < 0 ? INT64_MIN : INT64_MAX)
             : ns;
}

Flow with_nanoseconds(const Flow& flow_in_ms) noexcept {
  Flow flow = flow_in_ms;
  flow.last_clock = nanoseconds_from_ms(flow.last_clock);
  for (DirectionCounters& counters : flow.direction) {
    counters.first_ns = nanoseconds_from_ms(counters.first_ns);
    counters.last_ns = nanoseconds_from_ms(counters.last_ns);
  }
  return flow;
}

}  // namespace netml
