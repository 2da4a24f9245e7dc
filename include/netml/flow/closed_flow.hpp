#pragma once

#include <cstdint>

#include "netml/core/page_list.hpp"

namespace netml {

/// A flow that has ended but whose record is still there: read it, then give it to
/// FlowTable::release.
struct ClosedFlow {
  std::uint64_t end_index = 0;  ///< of the packet that ended it; UINT64_MAX at the end of the input
  std::uint64_t first_index = 0;  ///< of its first packet
  std::uint32_t slot = 0;
  std::uint32_t table = 0;  ///< number of the table that holds it
};

/// One packet may end all flows.
using ClosedFlows = PageList<ClosedFlow>;

/// By the packet that ended the flow, then by the flow's first packet: a property of the input
/// alone, whatever the epochs and shards.
inline bool closing_order(const ClosedFlow& a, const ClosedFlow& b) noexcept {
  return a.end_index != b.end_index ? a.end_index < b.end_index : a.first_index < b.first_index;
}

}  // namespace netml
