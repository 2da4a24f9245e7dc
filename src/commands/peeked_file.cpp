#include "peeked_file.hpp"

#include <cstddef>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "netml/core/error.hpp"
#include "netml/core/input_file.hpp"
#include "netml/core/interrupt.hpp"

namespace netml {
namespace {

std::string bytes_of_file(int descriptor) {
  char block[PeekedFile::kMost];
  const off_t place = lseek(descriptor, 0, SEEK_CUR);
  const ssize_t count = pread(descriptor, block, sizeof block, place < 0 ? 0 : place);
  return {block, count < 0 ? 0 : static_cast<std::size_t>(count)};
}

// tee(2) copies what is in a pipe and leaves it there.
std::string copy_of_pipe(int descriptor) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return "";
  }
  char block[PeekedFile::kMost];
  ssize_t count = tee(descriptor, ends[1], sizeof block, SPLICE_F_NONBLOCK);
  count = count > 0 ? read(ends[0], block, static_cast<std::size_t>(count)) : count;
  close(ends[0]);
  close(ends[1]);
  return {block, count < 0 ? 0 : static_cast<std::size_t>(count)};
}

// A writer may be slow, or late: waits for enough bytes, or for its end.
std::string bytes_of_pipe(int descriptor) {
  while (true) {
    pollfd state{descriptor, POLLIN, 0};
    poll(&state, 1, 100);
    interrupt::check();
    std::string bytes = copy_of_pipe(descriptor);
    if (bytes.size() == PeekedFile::kMost || (state.revents & (POLLHUP | POLLERR)) != 0) {
      return bytes;
    }
    const timespec pause{0, 2'000'000};
    nanosleep(&pause, nullptr);
  }
}

}  // namespace

std::string PeekedFile::first_bytes() const {
  struct stat status {};
  const int descriptor = file_.number();
  if (descriptor < 0 || fstat(descriptor, &status) != 0) {
    return "";
  }
  if (!S_ISFIFO(status.st_mode)) {
    return S_ISREG(status.st_mode) ? bytes_of_file(descriptor) : "";
  }
  std::string bytes = bytes_of_pipe(descriptor);
  if (bytes.empty()) {
    throw InputError(input_name(path_) + ": empty; not a capture");
  }
  return bytes;
}

}  // namespace netml
