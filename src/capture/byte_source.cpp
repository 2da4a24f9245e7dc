#include "byte_source.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/stat.h>

#include "netml/core/error.hpp"
#include "netml/core/input_file.hpp"
#include "netml/core/interrupt.hpp"
#include "netml/core/progress.hpp"

namespace netml {
namespace {

constexpr auto kIdleAfter = std::chrono::milliseconds(250);

}  // namespace

ByteSource::ByteSource(const std::string& path, std::function<bool()> on_idle)
    : name_(input_name(path)), on_idle_(std::move(on_idle)), descriptor_(path) {
  check_open();
  check_kind();
}

void ByteSource::refuse(const std::string& reason) const {
  throw InputError(name_ + ": " + reason);
}

void ByteSource::check_open() const {
  if (descriptor() < 0) {
    refuse(std::string("cannot open: ") + std::strerror(errno));
  }
}

void ByteSource::check_kind() {
  struct stat status {};
  if (fstat(descriptor(), &status) != 0) {
    refuse(std::strerror(errno));
  }
  if (S_ISDIR(status.st_mode) || S_ISSOCK(status.st_mode) || S_ISBLK(status.st_mode)) {
    refuse(S_ISDIR(status.st_mode) ? "is a directory" : "is neither a file nor a pipe");
  }
  waits_ = S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode);
}

std::size_t ByteSource::read(std::span<std::uint8_t> room) {
  while (interrupt::pending() == 0) {
    if (waits_ && !wait()) {
      return 0;
    }
    const ssize_t count = descriptor_.read(room.data(), room.size());
    if (count >= 0) {
      progress::board.bytes.fetch_add(static_cast<std::uint64_t>(count), std::memory_order_relaxed);
      return static_cast<std::size_t>(count);
    }
    if (errno != EINTR && !(waits_ && errno == EAGAIN)) {
      error_ = errno;
      return 0;
    }
  }
  return 0;
}

// False when nothing more is to be read.
bool ByteSource::wait() {
  using Clock = std::chrono::steady_clock;
  while (interrupt::pending() == 0 && !is_stopped_) {
    const bool is_ready = descriptor_.wait();
    const Clock::time_point now = Clock::now();
    if (on_idle_ && now - last_idle_ >= kIdleAfter) {
      last_idle_ = now;
      is_stopped_ = !on_idle_();
    }
    if (is_ready && !is_stopped_) {
      return true;
    }
  }
  return false;
}

}  // namespace netml
