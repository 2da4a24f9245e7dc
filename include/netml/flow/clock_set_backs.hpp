#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace netml {

/// The times at which the capture clock was set back. The marks of open flows that are later than
/// the new clock count as the new clock from then on; flows are as many as there are, so a mark is
/// brought up to date when somebody looks at it.
class ClockSetBacks {
 public:
  /// Beyond so many all marks must be brought up to date: see is_full().
  static constexpr std::size_t kMost = 4096;

  /// The clock was set back to `clock` just before the packet of that index.
  /// Requires: indices ascend; not is_full().
  void add(std::uint64_t index, std::int64_t clock);
  bool is_full() const noexcept { return list_.size() == kMost; }
  /// All marks are up to date, or gone.
  void clear() noexcept;

  /// Whether the clock was set back after the packet of that index.
  bool is_behind(std::uint64_t index) const noexcept { return index < latest_index_; }
  /// What a mark that was made at such a packet counts as.
  std::int64_t up_to_date(std::int64_t mark, std::uint64_t index) const noexcept;

 private:
  struct SetBack {
    std::uint64_t index = 0;
    std::int64_t clock = 0;
  };

  /// Those that no later one went below: clocks ascend as indices do, so that the first one behind
  /// a mark is the lowest behind it.
  std::vector<SetBack> list_;
  std::uint64_t latest_index_ = 0;
};

}  // namespace netml
