#include "netml/flow/epoch.hpp"

#include <algorithm>

namespace netml {

bool CaptureClock::advance(std::int64_t ts_ns) noexcept {
  if (ts_ns >= now_) {
    now_ = ts_ns;
    early_in_a_row_ = 0;
    return false;
  }
  std::int64_t behind = 0;
  if (!__builtin_sub_overflow(now_, ts_ns, &behind) && behind <= kHourNs) {
    early_in_a_row_ = 0;
    return false;
  }
  latest_early_ = early_in_a_row_ == 0 ? ts_ns : std::max(latest_early_, ts_ns);
  if (++early_in_a_row_ < kPacketsToSetBack) {
    return false;
  }
  now_ = latest_early_;
  early_in_a_row_ = 0;
  return true;
}

}  // namespace netml
