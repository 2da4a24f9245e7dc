#include "netml/core/standard_streams.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace netml {

void secure_standard_streams() noexcept {
  constexpr int kFlags[] = {O_WRONLY, O_RDONLY, O_WRONLY};  // of standard input, output and error
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
    if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", kFlags[stream]) < 0) {
      return;
    }
  }
}

}  // namespace netml
