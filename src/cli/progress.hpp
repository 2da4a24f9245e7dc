#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace netml::cli {

/// What the meter knows at a moment. Times in seconds, since the run or the fit began.
struct ProgressMoment {
  double elapsed_s = 0;
  std::uint64_t bytes = 0;
  std::uint64_t bytes_expected = 0;  ///< 0: not known
  std::uint64_t packets = 0;
  std::int64_t flows_open = 0;
  std::uint64_t flows_closed = 0;
  double fit_share = -1;  ///< negative: no model is being fitted
  double fit_elapsed_s = 0;
};

/// `45 % of 2.6 GB, 3.1 M packets, 1.5 M/s, 12.3 k flows open, 54.3 k closed, 0:07 left`; empty
/// when there is nothing to say.
std::string progress_text(const ProgressMoment& moment);

/// Shows on stderr, twice a second, how far the run is (core/progress): one line that is drawn over
/// and taken away at the end, never while rows go to a terminal.
class ProgressMeter {
 public:
  /// `when`: auto (only on a terminal), always (where there is no terminal: a line each time) or
  /// never.
  explicit ProgressMeter(const std::string& when);
  ~ProgressMeter();
  ProgressMeter(const ProgressMeter&) = delete;
  ProgressMeter& operator=(const ProgressMeter&) = delete;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;  ///< null: shows nothing
};

}  // namespace netml::cli
