#include "reading_gate.hpp"

namespace netml {

void ReadingGate::enter(std::uint64_t bytes) {
  std::unique_lock lock(mutex_);
  left_.wait(lock, [&] { return bytes_ == 0 || bytes_ + bytes <= kMostBytes; });
  bytes_ += bytes;
}

void ReadingGate::leave(std::uint64_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    bytes_ -= bytes;
  }
  left_.notify_all();
}

}  // namespace netml
