#pragma once

#include <cstdlib>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.hpp"

namespace netml::fuzz {

inline void write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    require(written > 0, "a descriptor takes its bytes");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// A file that lies in memory and can be opened by its path while the object lives.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : descriptor_(memfd_create("input", MFD_CLOEXEC)) {
    require(descriptor_ >= 0, "memfd_create works here");
    write_all(descriptor_, bytes);
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  int descriptor() const noexcept { return descriptor_; }
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

/// A pipe that holds all its bytes, at most 1 MiB of them, and ends behind them.
class FilledPipe {
 public:
  explicit FilledPipe(std::string_view bytes) {
    constexpr int kCapacity = 1 << 20;
    int ends[2];
    require(pipe2(ends, O_CLOEXEC) == 0, "pipe2 works here");
    require(fcntl(ends[1], F_SETPIPE_SZ, kCapacity) >= 0, "a pipe grows");
    write_all(ends[1], bytes.substr(0, kCapacity));
    close(ends[1]);
    descriptor_ = ends[0];
  }
  ~FilledPipe() { close(descriptor_); }
  FilledPipe(const FilledPipe&) = delete;
  FilledPipe& operator=(const FilledPipe&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_ = -1;
};

}  // namespace netml::fuzz
