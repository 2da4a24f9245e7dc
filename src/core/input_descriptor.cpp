#include "netml/core/input_descriptor.hpp"

#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netml/core/interrupt.hpp"

namespace netml {
namespace {

constexpr int kLongestWaitMs = 250;

// Only a FIFO is opened so: on other files O_NONBLOCK can make the open itself fail.
bool is_fifo(const char* path) {
  struct stat status {};
  return stat(path, &status) == 0 && S_ISFIFO(status.st_mode);
}

int open_for_reading(const char* path, int flags) {
  int descriptor = -1;
  do {
    descriptor = open(path, O_RDONLY | O_CLOEXEC | flags);
  } while (descriptor < 0 && errno == EINTR && interrupt::pending() == 0);
  return descriptor;
}

}  // namespace

InputDescriptor::InputDescriptor(const std::string& path) : is_ours_(path != "-") {
  is_fifo_ = is_ours_ && is_fifo(path.c_str());
  number_ = is_ours_ ? open_for_reading(path.c_str(), is_fifo_ ? O_NONBLOCK : 0) : STDIN_FILENO;
  struct stat status {};
  waits_ = number_ >= 0 && (fstat(number_, &status) != 0 || !S_ISREG(status.st_mode));
}

InputDescriptor::~InputDescriptor() {
  if (is_ours_ && number_ >= 0) {
    close(number_);
  }
}

bool InputDescriptor::wait() const noexcept {
  pollfd state{number_, POLLIN, 0};
  const int ready = poll(&state, 1, kLongestWaitMs);
  const bool is_quiet = ready == 0 || (ready < 0 && errno == EINTR);
  // poll(2) does not tell of a writer that had gone when the FIFO was opened here, its bytes kept
  // by another reader; after them, read(2) knows whether there is a writer.
  return !is_quiet || (is_fifo_ && has_read_);
}

ssize_t InputDescriptor::read(void* room, std::size_t size) noexcept {
  const ssize_t count = ::read(number_, room, size);
  has_read_ = has_read_ || count > 0;
  return count;
}

}  // namespace netml
