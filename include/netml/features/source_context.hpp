#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "netml/core/ip_address.hpp"
#include "netml/core/sip_hash.hpp"
#include "netml/core/uint128.hpp"
#include "netml/features/context_values.hpp"
#include "netml/flow/flow.hpp"
#include "netml/flow/flow_index.hpp"
#include "netml/flow/slot_pool.hpp"

namespace netml {

/// What the context of other flows needs to know of a flow that has ended.
struct ContextFlow {
  IpAddress source;
  IpAddress destination;
  std::uint8_t ip_version = 4;
  std::uint8_t protocol = 0;
  std::uint16_t port = 0;  ///< of the destination; ICMP: the type of the first packet
  bool is_unanswered = false;
  bool is_reset = false;          ///< a TCP RST in any packet, either direction
  std::int64_t end_ns = 0;        ///< capture clock at its last packet
  std::uint64_t first_index = 0;  ///< tells flows of one source and time apart
};

/// `is_in_ms`: the flow's times are milliseconds (ExpiryRule::kNfstream).
ContextFlow context_flow(const Flow& flow, bool is_in_ms) noexcept;

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
/// come. Log gaps are whole multiples of 2^-34, so that sums are exact and whatever leaves them
/// leaves no trace; columns are within 1e-10 of their definition. Tables are hashed with a key of
/// the process's own: nobody can choose addresses that collide. Not thread-safe.
class SourceContext {
 public:
  /// Instead of a row: the flow counts for others and wants nothing for itself.
  static constexpr std::uint64_t kNoRow = UINT64_MAX;
  /// Sums of squares are exact up to so many flows at once.
  static constexpr std::uint64_t kMostFlows = std::uint64_t{1} << 24;

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
  struct Source;
  struct Counter;
  struct Words;
  struct Tags;
  struct Turn {
    std::int64_t end_ns;
    std::uint64_t first_index;
    std::uint32_t record;
    bool operator>(const Turn& other) const noexcept {
      return end_ns != other.end_ns ? end_ns > other.end_ns : first_index > other.first_index;
    }
  };

  Record& record(std::uint32_t slot) const noexcept;
  Source& source(std::uint32_t slot) const noexcept;
  Counter& counter(std::uint32_t slot) const noexcept;

  Tags tags_of(const ContextFlow& flow, std::uint64_t port) const;
  std::uint32_t refer_to_source(const ContextFlow& flow, std::uint32_t tag);
  std::uint32_t refer_to(const Words& words, std::uint32_t tag);
  void let_go_of_source(std::uint32_t slot) noexcept;
  void let_go(std::uint32_t slot) noexcept;

  std::uint32_t next_in_turn() const noexcept;
  void settle(std::uint32_t next);
  void enter();
  void leave();
  ContextValues values_of(const Record& record) const noexcept;
  double gap_deviation(const Source& source) const noexcept;

  ContextWindow window_;
  ContextReceiver& receiver_;
  HashKey key_;
  SlotPool records_, sources_, counters_;
  FlowIndex source_index_, counter_index_;
  std::vector<Turn> waiting_;  ///< not entered yet; a heap, the first to end in front
  // Those that have entered, in order of their ends, and the first of them that is not settled.
  std::uint32_t first_, last_, unsettled_;
  std::int64_t complete_ns_ = INT64_MIN;
};

}  // namespace netml
