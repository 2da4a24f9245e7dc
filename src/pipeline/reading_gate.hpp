#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace netml {

/// Bounds what threads hold at once of the packets of flows that they measure: flows of ordinary
/// size pass, of large ones so many as fit, or one alone, whatever it takes.
class ReadingGate {
 public:
  static constexpr std::uint64_t kOrdinaryBytes = std::uint64_t{256} << 10;
  static constexpr std::uint64_t kMostBytes = std::uint64_t{16} << 20;

  /// The right to hold the packets of one flow.
  class Pass {
   public:
    /// Waits until the flow fits beside the others. A thread has one pass at a time.
    Pass(ReadingGate& gate, std::uint64_t bytes) : gate_(gate), bytes_(bytes) {
      if (bytes_ > kOrdinaryBytes) {
        gate_.enter(bytes_);
      }
    }
    ~Pass() {
      if (bytes_ > kOrdinaryBytes) {
        gate_.leave(bytes_);
      }
    }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

   private:
    ReadingGate& gate_;
    std::uint64_t bytes_;
  };

 private:
  void enter(std::uint64_t bytes);
  void leave(std::uint64_t bytes);

  std::mutex mutex_;
  std::condition_variable left_;
  std::uint64_t bytes_ = 0;  ///< of the large flows that were let in
};

}  // namespace netml
