#include "netml/core/input_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netml/core/error.hpp"
#include "netml/core/interrupt.hpp"
#include "netml/core/text_format.hpp"

#include "file_calls.hpp"

namespace netml {

std::string input_name(const std::string& path) {
  return path == "-" ? "standard input" : printable(path);
}

InputFile::InputFile(const std::string& path)
    : name_(input_name(path)),
      descriptor_(path == "-" ? STDIN_FILENO : retry_open(path.c_str(), O_RDONLY, 0)) {
  if (descriptor_ < 0) {
    throw InputError(name_ + ": cannot open: " + reason(errno));
  }
}

InputFile::~InputFile() {
  if (descriptor_ != STDIN_FILENO) {
    close(descriptor_);
  }
}

std::size_t InputFile::read(std::span<char> block) {
  while (true) {
    const ssize_t count = ::read(descriptor_, block.data(), block.size());
    if (count >= 0) {
      return static_cast<std::size_t>(count);
    }
    if (errno == EISDIR) {
      throw InputError(name_ + ": is a directory");
    }
    if (!wants_retry(descriptor_, POLLIN)) {
      throw InputError(name_ + ": cannot read: " + reason(errno));
    }
    interrupt::check();
  }
}

std::string read_file(const std::string& path, std::size_t limit) {
  InputFile file(path);
  std::string bytes;
  char block[1 << 16];
  while (const std::size_t count = file.read(block)) {
    bytes.append(block, count);
    if (bytes.size() > limit) {
      throw InputError(input_name(path) + ": larger than " + std::to_string(limit) + " bytes");
    }
  }
  return bytes;
}

}  // namespace netml
