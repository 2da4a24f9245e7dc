#pragma once

#include <cmath>
#include <cstdint>
#include <iterator>
#include <set>
#include <tuple>
#include <vector>

#include "netml/features/source_context.hpp"

namespace netml::test {

/// The columns of `context` for flow number `f`, straight from their definition: every flow is
/// looked at.
inline ContextValues count_context(const std::vector<ContextFlow>& flows, std::size_t f,
                                   const ContextWindow& window) {
  const ContextFlow& own = flows[f];
  std::multiset<std::int64_t> ends;
  std::set<IpAddress> peers;
  std::set<std::tuple<int, int>> ports;
  std::set<std::tuple<IpAddress, int, int>> services;
  std::size_t unanswered = 0, resets = 0, same_service = 0;
  for (const ContextFlow& g : flows) {
    if (g.source != own.source || g.ip_version != own.ip_version ||
        time_difference(own.end_ns, g.end_ns) > window.before_ns ||
        time_difference(g.end_ns, own.end_ns) > window.after_ns) {
      continue;
    }
    ends.insert(g.end_ns);
    peers.insert(g.destination);
    ports.insert({g.protocol, g.port});
    services.insert({g.destination, g.protocol, g.port});
    unanswered += g.is_unanswered ? 1U : 0U;
    resets += g.is_reset ? 1U : 0U;
    same_service +=
        g.destination == own.destination && g.protocol == own.protocol && g.port == own.port ? 1U
                                                                                             : 0U;
  }
  std::vector<long double> gaps;
  for (auto end = std::next(ends.begin()); end != ends.end(); ++end) {
    gaps.push_back(
        std::log1p(static_cast<long double>(time_difference(*end, *std::prev(end))) / 1e6L));
  }
  const auto m = static_cast<long double>(ends.size());
  long double mean = 0, squares = 0;
  for (const long double gap : gaps) {
    mean += gap / (m - 1);
  }
  for (const long double gap : gaps) {
    squares += (gap - mean) * (gap - mean) / (m - 1);
  }
  if (gaps.empty()) {
    mean = std::log1p(static_cast<long double>(window.before_ns + window.after_ns) / 1e6L);
  }
  const auto ln1 = [](std::size_t n) { return std::log1p(static_cast<double>(n)); };
  return {ln1(ends.size()),
          ln1(peers.size()),
          ln1(ports.size()),
          ln1(services.size()),
          static_cast<double>(unanswered / m),
          static_cast<double>(resets / m),
          static_cast<double>(mean),
          ends.size() < 3 ? 0 : static_cast<double>(std::sqrt(squares)),
          ln1(same_service)};
}

}  // namespace netml::test
