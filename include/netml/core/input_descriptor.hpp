#pragma once

#include <cstddef>
#include <string>

#include <sys/types.h>

namespace netml {

/// What input is read from: a file, a FIFO or, for "-", standard input. Closes what it opened.
///
/// Nothing here blocks where a signal could be missed: one that came before a call, not during it,
/// does not end that call. So a FIFO is opened without waiting for its writer, and wait() returns
/// from time to time.
class InputDescriptor {
 public:
  /// Where it cannot be opened number() is -1 and errno says why: EINTR when a signal asked to
  /// stop.
  explicit InputDescriptor(const std::string& path);
  ~InputDescriptor();
  InputDescriptor(const InputDescriptor&) = delete;
  InputDescriptor& operator=(const InputDescriptor&) = delete;

  int number() const noexcept { return number_; }
  /// Whether a read may have to wait: all but regular files. wait() then comes before each read().
  bool waits() const noexcept { return waits_; }
  /// True when read() has something to say, false after a quarter of a second or a signal. Before
  /// that, what read() says of a FIFO means nothing: without a writer it looks like one at its end.
  bool wait() const noexcept;
  /// read(2). EAGAIN and EINTR call for another wait().
  ssize_t read(void* room, std::size_t size) noexcept;

 private:
  bool is_ours_;
  bool is_fifo_ = false;  ///< that was opened here
  bool waits_ = false;
  bool has_read_ = false;
  int number_ = -1;
};

}  // namespace netml
