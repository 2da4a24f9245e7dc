#include "file_calls.hpp"

#include <cerrno>
#include <cstring>
#include <ctime>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "netml/core/interrupt.hpp"

namespace netml {

int retry_open(const char* path, int flags, mode_t mode) {
  int descriptor = -1;
  do {
    descriptor = open(path, flags | O_CLOEXEC, mode);
    if (descriptor < 0 && errno == EINTR) {
      interrupt::check();
    }
  } while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

int open_fifo(const char* path) {
  constexpr timespec kPause{0, 10'000'000};
  int descriptor = -1;
  while ((descriptor = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)) < 0 && errno == ENXIO) {
    interrupt::check();
    nanosleep(&kPause, nullptr);
  }
  if (descriptor >= 0 && fcntl(descriptor, F_SETFL, O_WRONLY) != 0) {
    close(descriptor);
    return -1;
  }
  return descriptor;
}

bool wants_retry(int descriptor) {
  if (errno == EAGAIN || errno == EWOULDBLOCK) {
    pollfd waiting{descriptor, POLLOUT, 0};
    poll(&waiting, 1, -1);
    return true;
  }
  return errno == EINTR;
}

std::string reason(int error_number) {
  return std::strerror(error_number);
}

}  // namespace netml
