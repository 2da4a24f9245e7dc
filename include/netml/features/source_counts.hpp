#pragma once

#include <cstddef>
#include <cstdint>

#include "netml/core/ip_address.hpp"
#include "netml/core/sip_hash.hpp"
#include "netml/core/uint128.hpp"
#include "netml/features/context_values.hpp"
#include "netml/flow/flow.hpp"
#include "netml/flow/flow_index.hpp"
#include "netml/flow/slot_pool.hpp"

namespace netml {

/// What the context of other flows needs to know of a flow.
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

/// How many flows each source has in a window, to how many peers, ports and services, and how far
/// apart: the columns of `context`, for whoever knows which flows are in it.
///
/// Log gaps are whole multiples of 2^-34, so that sums are exact and whatever leaves them leaves no
/// trace; columns are within 1e-10 of their definition. Tables are hashed with a key of the
/// process's own: nobody can choose addresses that collide. Not thread-safe.
///
/// Of each flow: refer(), then enter() and leave() any number of times in turn, then let_go(). Gaps
/// are the caller's to add when a flow enters behind another, and to remove before one of the two
/// leaves.
class SourceCounts {
 public:
  static constexpr std::uint32_t kNil = UINT32_MAX;
  /// Sums of squares are exact up to so many flows at once.
  static constexpr std::uint64_t kMostFlows = std::uint64_t{1} << 24;

  /// What a flow is counted by. Holds its numbers as long as it is not given back.
  struct Names {
    std::uint32_t source, peer, port, service;
  };

  /// The flows of one source that are in the window.
  struct Source {
    std::uint64_t address[2];
    Uint128 gap_squares;
    std::uint64_t gap_sum;
    std::uint32_t ip_version;
    std::uint32_t tag;
    std::uint32_t references;  ///< flows that name it
    std::uint32_t flows, unanswered, resets;
    std::uint32_t peers, ports, services;  ///< distinct ones
    std::uint32_t first, last;             ///< the caller's: its list of them
  };

  explicit SourceCounts(const ContextWindow& window);

  Names refer(const ContextFlow& flow);
  void let_go(const Names& names) noexcept;

  /// The flow is in the window from now on, and no longer.
  void enter(const Names& names, bool is_unanswered, bool is_reset) noexcept;
  void leave(const Names& names, bool is_unanswered, bool is_reset) noexcept;
  /// A gap between neighbours of a source, and one that is none any more. In units of log_gap().
  void add_gap(Source& source, std::uint64_t log_gap) noexcept;
  void remove_gap(Source& source, std::uint64_t log_gap) noexcept;
  /// ln(1 + 1000 gap), gap in seconds, in units of 2^-34.
  static std::uint64_t log_gap(std::int64_t gap_ns) noexcept;

  Source& source(std::uint32_t slot) const noexcept {
    return *reinterpret_cast<Source*>(sources_.at(slot));
  }
  /// Of a flow of that source and service that is in the window.
  ContextValues values(const Names& names) const noexcept;

  /// Bytes that all names count as, by constants.
  std::uint64_t used_bytes() const noexcept;

 private:
  struct Counter;
  struct Words;
  struct Tags;

  Counter& counter(std::uint32_t slot) const noexcept;
  Tags tags_of(const ContextFlow& flow, std::uint64_t port) const;
  std::uint32_t refer_to_source(const ContextFlow& flow, std::uint32_t tag);
  std::uint32_t refer_to(const Words& words, std::uint32_t tag);
  void let_go_of_source(std::uint32_t slot) noexcept;
  void let_go(std::uint32_t slot) noexcept;
  double gap_deviation(const Source& source) const noexcept;

  ContextWindow window_;
  HashKey key_;
  SlotPool sources_, counters_;
  FlowIndex source_index_, counter_index_;
};

}  // namespace netml
