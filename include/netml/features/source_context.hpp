#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "netml/features/context_values.hpp"
#include "netml/features/source_counts.hpp"
#include "netml/flow/slot_pool.hpp"

namespace netml {

/// Takes the context of flows.
class ContextReceiver {
 public:
  virtual ~ContextReceiver() = default;
  /// `row` as it was given to SourceContext::add. In order of the flows' ends.
  virtual void context(std::uint64_t row, const ContextValues& values) = 0;
};

/// How busy, spread out and unsuccessful the source of each flow was around the flow's end: the
/// columns of `context`, by their definition over sets of flows. For a flow f
///
///   G(f) = { g : src(g) = src(f), end(f) - before <= end(g) <= end(f) + after },  f included
///
/// One sweep over time: flows enter and leave the counts of their source once each, in order of
/// their ends, so that a flow costs O(1) besides its place in a heap of those whose turn has not
/// come. Not thread-safe.
class SourceContext {
 public:
  /// Instead of a row: the flow counts for others and wants nothing for itself.
  static constexpr std::uint64_t kNoRow = UINT64_MAX;
  static constexpr std::uint64_t kMostFlows = SourceCounts::kMostFlows;

  /// `receiver` must outlive the object.
  SourceContext(const ContextWindow& window, ContextReceiver& receiver);

  /// Adds a flow. One that ends at a time given to advance() before counts just after that time.
  void add(const ContextFlow& flow, std::uint64_t row);
  /// All flows that end at `end_ns` or before have been added: hands over the rows that are final.
  void advance(std::int64_t end_ns);
  /// There are no more flows: hands over all rows and starts anew.
  void finish();
  /// Forgets the flow that ends first; its row is handed over with what is known. Requires: size().
  void drop_first();

  /// Flows that are remembered; at most kMostFlows.
  std::size_t size() const noexcept { return records_.in_use(); }
  /// Bytes that they count as, by constants.
  std::uint64_t used_bytes() const noexcept;

 private:
  struct Record;
  struct Turn {
    std::int64_t end_ns;
    std::uint64_t first_index;
    std::uint32_t record;
    bool operator>(const Turn& other) const noexcept {
      return end_ns != other.end_ns ? end_ns > other.end_ns : first_index > other.first_index;
    }
  };

  Record& record(std::uint32_t slot) const noexcept;
  std::uint32_t next_in_turn() const noexcept;
  void settle(std::uint32_t next);
  void enter();
  void leave();

  ContextWindow window_;
  ContextReceiver& receiver_;
  SourceCounts counts_;
  SlotPool records_;
  std::vector<Turn> waiting_;  ///< not entered yet; a heap, the first to end in front
  // Those that have entered, in order of their ends, and the first of them that is not settled.
  std::uint32_t first_, last_, unsettled_;
  std::int64_t complete_ns_ = INT64_MIN;
};

}  // namespace netml
