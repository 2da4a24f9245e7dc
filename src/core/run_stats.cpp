#include "netml/core/run_stats.hpp"

namespace netml {

void RunStats::skip(std::string_view reason, std::uint64_t packets) {
  if (packets != 0) {
    packets_skipped[std::string(reason)] += packets;
  }
}

std::uint64_t RunStats::packets_accounted() const noexcept {
  std::uint64_t sum = packets_in_flows + packets_in_flows_too_short;
  for (const auto& [reason, packets] : packets_skipped) {
    sum += packets;
  }
  return sum;
}

}  // namespace netml
