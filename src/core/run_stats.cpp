#include "netml/core/run_stats.hpp"

namespace netml {

std::uint64_t RunStats::packets_accounted() const noexcept {
  std::uint64_t sum = packets_in_flows + packets_in_flows_too_short;
  for (const auto& [reason, packets] : packets_skipped) {
    sum += packets;
  }
  return sum;
}

}  // namespace netml
