#include "byte_source.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netml/core/error.hpp"
#include "netml/core/input_file.hpp"
#include "netml/core/interrupt.hpp"
#include "netml/core/progress.hpp"

namespace netml {
namespace {

constexpr auto kIdleAfter = std::chrono::milliseconds(250);

}  // namespace

ByteSource::ByteSource(const std::string& path, std::function<void()> on_idle)
    : name_(input_name(path)), on_idle_(std::move(on_idle)) {
  open_path(path);
  try {
    check_kind();
  } catch (...) {
    if (is_ours_) {
      close(descriptor_);
    }
    throw;
  }
}

ByteSource::~ByteSource() {
  if (is_ours_) {
    close(descriptor_);
  }
}

void ByteSource::refuse(const std::string& reason) const {
  throw InputError(name_ + ": " + reason);
}

void ByteSource::open_path(const std::string& path) {
  if (path == "-") {
    descriptor_ = STDIN_FILENO;
    return;
  }
  do {
    descriptor_ = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  } while (descriptor_ < 0 && errno == EINTR && interrupt::pending() == 0);
  if (descriptor_ < 0) {
    refuse(std::string("cannot open: ") + std::strerror(errno));
  }
  is_ours_ = true;
}

void ByteSource::check_kind() {
  struct stat status {};
  if (fstat(descriptor_, &status) != 0) {
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
    const ssize_t count = ::read(descriptor_, room.data(), room.size());
    if (count >= 0) {
      progress::board.bytes.fetch_add(static_cast<std::uint64_t>(count), std::memory_order_relaxed);
      return static_cast<std::size_t>(count);
    }
    if (errno != EINTR) {
      error_ = errno;
      return 0;
    }
  }
  return 0;
}

// False when a signal asked to stop.
bool ByteSource::wait() {
  using Clock = std::chrono::steady_clock;
  while (interrupt::pending() == 0) {
    pollfd descriptor{descriptor_, POLLIN, 0};
    const int ready = poll(&descriptor, 1, static_cast<int>(kIdleAfter.count()));
    const bool is_interrupted = ready < 0 && errno == EINTR;
    const Clock::time_point now = Clock::now();
    if (on_idle_ && now - last_idle_ >= kIdleAfter) {
      last_idle_ = now;
      on_idle_();
    }
    if (ready != 0 && !is_interrupted) {
      return true;
    }
  }
  return false;
}

}  // namespace netml
