#pragma once

#include <atomic>
#include <cstdint>

namespace netml::progress {

/// How far the run is. Whoever does the work adds to it now and then (a block that was read, an
/// epoch that was applied), never per packet; the meter reads it from a thread of its own. Nothing
/// that a run writes depends on it.
struct Board {
  std::atomic<std::uint64_t> bytes_expected{0};  ///< of all captures; 0: not known
  std::atomic<std::uint64_t> bytes{0};           ///< of captures, read so far
  std::atomic<std::uint64_t> packets{0};
  std::atomic<std::int64_t> flows_open{0};
  std::atomic<std::uint64_t> flows_closed{0};
  std::atomic<double> fit_share{-1};              ///< 0 to 1 while a model is fitted; else negative
  std::atomic<bool> has_data_on_terminal{false};  ///< rows go where a meter would stand
};

extern Board board;

/// A model is being fitted: `share` of it is done. Throws Interrupted when a signal asked to stop,
/// which is how a fit ends early: nothing has been written by then. For FitContext::progress.
void tell_fit(double share);

/// The fit is over, one way or another.
class FitScope {
 public:
  FitScope() { board.fit_share = 0; }
  ~FitScope() { board.fit_share = -1; }
  FitScope(const FitScope&) = delete;
  FitScope& operator=(const FitScope&) = delete;
};

}  // namespace netml::progress
