#include "netml/core/input_file.hpp"

#include <cerrno>

#include <unistd.h>

#include "netml/core/error.hpp"
#include "netml/core/interrupt.hpp"
#include "netml/core/text_format.hpp"

#include "file_calls.hpp"

namespace netml {

std::string input_name(const std::string& path) {
  return path == "-" ? "standard input" : printable(path);
}

void check_input(const std::string& path) {
  if (!path.empty() && path != "-" && access(path.c_str(), R_OK) != 0) {
    throw InputError(input_name(path) + ": cannot open: " + reason(errno));
  }
}

InputFile::InputFile(const std::string& path) : name_(input_name(path)), descriptor_(path) {
  if (descriptor_.number() < 0) {
    const int error_number = errno;
    if (error_number == EINTR) {
      interrupt::check();
    }
    throw InputError(name_ + ": cannot open: " + reason(error_number));
  }
}

std::size_t InputFile::read(std::span<char> block) {
  while (true) {
    if (descriptor_.waits()) {
      interrupt::check();
      if (!descriptor_.wait()) {
        continue;
      }
    }
    const ssize_t count = descriptor_.read(block.data(), block.size());
    if (count >= 0) {
      return static_cast<std::size_t>(count);
    }
    if (errno == EISDIR) {
      throw InputError(name_ + ": is a directory");
    }
    if (errno != EINTR && errno != EAGAIN) {
      throw InputError(name_ + ": cannot read: " + reason(errno));
    }
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
