#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace netml {

/// Which flows of the same source a flow is seen among: those that ended (capture clock at their
/// last packet) from `before_ns` earlier to `after_ns` later than it.
struct ContextWindow {
  std::int64_t before_ns = 60'000'000'000;
  std::int64_t after_ns = 10'000'000'000;
};

inline constexpr std::size_t kContextColumns = 9;
/// In the order of the columns of the set `context`.
using ContextValues = std::array<double, kContextColumns>;

}  // namespace netml
