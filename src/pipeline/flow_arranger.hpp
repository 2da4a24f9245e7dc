#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "netml/flow/flow_shards.hpp"

#include "context_rows.hpp"
#include "slice.hpp"

namespace netml {

struct ArrangerOptions {
  std::uint64_t min_packets = 0;
  std::uint64_t flow_limit = 0;  ///< 0: none; exact with one thread and epochs of one packet
  std::optional<ContextOptions> context = {};  ///< rows tell of the flows around theirs
};

/// Flows that get no row.
struct LeftOutCounts {
  std::uint64_t flows_too_short = 0;
  std::uint64_t packets_too_short = 0;
  std::uint64_t packets_over_limit = 0;  ///< of flows beyond ArrangerOptions::flow_limit
};

/// Puts the flows that epochs have ended, in whichever table, in the one closing order, and leaves
/// out those that nobody wants.
///
/// Where rows tell of the flows around theirs, this is where they wait for those to end. Rows of
/// open flows leave at their packet, before the flows that it ends and behind all rows that were
/// final before it. One thread at a time.
class FlowArranger {
 public:
  /// `shards` must outlive the object.
  FlowArranger(FlowShards& shards, const ArrangerOptions& options);

  /// Fills the slice anew with the next flows of the job, at most `most`; sets job.is_exhausted
  /// when there are no more for now. Requires: the job has been applied to all tables, and, at the
  /// end of the input, nobody else works on them.
  void arrange(EpochJob& job, Slice& slice, std::size_t most);

  /// From any thread.
  bool has_reached_flow_limit() const noexcept { return reached_flow_limit_; }
  const LeftOutCounts& left_out() const noexcept { return left_out_; }
  /// Flows that the context of others lost for want of room.
  std::uint64_t context_dropped() const noexcept {
    return context_rows_ ? context_rows_->dropped() : 0;
  }

 private:
  bool arrange_next(EpochJob& job, Slice& slice);
  bool arrange_in_context(EpochJob& job, Slice& slice);
  static bool is_early_next(const EpochJob& job, std::size_t list) noexcept;
  static void arrange_early(EpochJob& job, Slice& slice);
  void refill(EpochJob& job);
  std::size_t next_list(EpochJob& job);
  bool is_wanted(const ClosedFlow& closed);

  FlowShards& shards_;
  const ArrangerOptions options_;
  std::optional<ContextRows> context_rows_;
  std::uint64_t next_id_ = 0;
  std::uint64_t wanted_ = 0;  ///< flows that get a row; some of them may still wait
  LeftOutCounts left_out_;
  std::atomic<bool> reached_flow_limit_ = false;
};

}  // namespace netml
