#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "netml/features/feature_set.hpp"
#include "netml/features/recipe.hpp"
#include "netml/features/running_context.hpp"
#include "netml/flow/flow_observer.hpp"
#include "netml/flow/flow_table.hpp"
#include "netml/table/schema.hpp"

namespace netml {

/// A flow as it was after its first packets.
struct EarlyRow {
  std::uint64_t index = 0;  ///< of the last of them in the input
  Flow flow;
  std::vector<double> values;  ///< one per column; NaN: no number
};

struct EarlyOptions {
  std::uint64_t packets = 0;       ///< how many first packets
  std::uint64_t memory_limit = 0;  ///< of what context remembers; 0: none
};

/// Measures every flow of one table once, after its N-th packet: the row that it would have if the
/// input ended with that packet. Where rows tell of the flows around theirs, those that are open
/// count with the packets that have come. After a clock that was set back, what came before is
/// forgotten.
class EarlyRows final : public FlowObserver {
 public:
  /// Throws what FeatureSet throws.
  EarlyRows(const Recipe& recipe, const EarlyOptions& options);

  /// Packets of an epoch come next; its rows are appended to `rows`, in the order of their packets.
  void begin(const Epoch& epoch, std::vector<EarlyRow>& rows);
  void packet(const FlowTable& table, std::uint32_t slot) override;
  void end_input();

  /// Bytes that one row takes, about.
  std::size_t row_bytes() const noexcept {
    return sizeof(EarlyRow) + cells_.size() * sizeof(double);
  }
  /// Flows that the context of others lost for want of room.
  std::uint64_t dropped() const noexcept { return context_ ? context_->dropped() : 0; }

 private:
  void measure(const FlowTable& table, std::uint32_t slot);

  FeatureSet features_;
  const std::uint64_t packets_;
  const bool is_in_ms_;
  std::optional<RunningContext> context_;
  std::vector<EarlyRow>* rows_ = nullptr;
  std::vector<Cell> cells_;
  PageList<SeriesPacket> series_;
  PageList<std::byte> records_;
};

}  // namespace netml
