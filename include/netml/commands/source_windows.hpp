#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "netml/core/ip_address.hpp"

namespace netml {

/// A flow that was scored.
struct SourceFlow {
  IpAddress source, destination;
  std::uint8_t ip_version = 4;
  std::uint8_t protocol = 0;
  std::uint16_t source_port = 0, destination_port = 0;
  std::int64_t first_ns = 0;  ///< time of its first packet
  std::int64_t end_ns = 0;    ///< capture clock at its last packet
  double score = 0;
  double p_value = 1;  ///< with the tail continued (Calibration::tail_p_value)
};

/// The flows of one source that ended within the last seconds.
class SourceWindow {
 public:
  static constexpr std::size_t kMostNovel = 3;

  std::size_t flows() const noexcept { return flows_.size(); }
  /// S = mean of min(-ln p, 15). Requires: flows().
  double novelty() const noexcept;
  /// The three flows with the smallest p, most novel first; of equals the earlier.
  std::vector<SourceFlow> most_novel() const;

 private:
  friend class SourceWindows;
  void push(const SourceFlow& flow);
  void pop();

  std::deque<SourceFlow> flows_;
  std::uint64_t first_number_ = 0;                   // of flows_.front()
  std::uint64_t surprise_sum_ = 0;                   // in units of 2^-32
  std::set<std::pair<double, std::uint64_t>> by_p_;  // p and number
};

/// How novel the flows of each flow's source have lately been. For a flow f
///
///   S(f) = mean of min(-ln p(g), 15) over
///          { g : src(g) = src(f), end(f) - window <= end(g) <= end(f) }
///
/// Flows may come in any order; they are swept in order of their ends, the earlier half of them
/// whenever 2^17 wait, so S is exact unless flows come later than that. Memory is bounded: when
/// windows hold 2^18 flows the first leaves early; where the memory limit has no room for so many,
/// both are as much less. A flow costs O(log n).
class SourceWindows {
 public:
  static constexpr std::size_t kMostWaiting = std::size_t{1} << 17;
  static constexpr std::size_t kMostInWindows = std::size_t{1} << 18;

  class Receiver {
   public:
    virtual ~Receiver() = default;
    /// The window of a flow of that source which ended at `end_ns`. In order of ends.
    virtual void window(const SourceFlow& flow, const SourceWindow& window) = 0;
  };

  /// That a flow in a window counts as, with one that waits: at most, each of a source of its own.
  static constexpr std::uint64_t kFlowCost = 1024;

  /// `memory_limit`: bytes; 0: none. `receiver` must outlive the object.
  SourceWindows(std::int64_t window_ns, Receiver& receiver, std::uint64_t memory_limit = 0);

  void add(const SourceFlow& flow);
  /// The input has no more flows: hands over what waits and starts anew.
  void finish();
  /// Flows that left their window early, for want of room.
  std::uint64_t dropped() const noexcept { return dropped_; }

 private:
  using Sources = std::map<std::pair<IpAddress, std::uint8_t>, SourceWindow>;

  void sweep(std::size_t count);
  void enter(const SourceFlow& flow);
  void leave();

  std::int64_t window_ns_;
  Receiver& receiver_;
  std::size_t most_in_windows_;
  std::vector<SourceFlow> waiting_;
  Sources sources_;
  std::deque<Sources::iterator> order_;  ///< whose first flow ends first, second…
  std::int64_t swept_ns_ = INT64_MIN;
  std::uint64_t dropped_ = 0;
};

}  // namespace netml
