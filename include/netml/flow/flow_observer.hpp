#pragma once

#include <cstdint>

namespace netml {

class FlowTable;

/// Looks at flows while they are open, on the thread that applies packets to their table; it may
/// not change the table. What it throws ends the run.
class FlowObserver {
 public:
  virtual ~FlowObserver() = default;
  /// After each packet of the flow in `slot`: what the table has of it includes the packet.
  virtual void packet(const FlowTable& table, std::uint32_t slot) = 0;
};

}  // namespace netml
