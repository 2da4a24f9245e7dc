#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "netml/core/input_descriptor.hpp"

namespace netml {

/// The bytes of a file or pipe, straight from its descriptor.
class ByteSource {
 public:
  /// "-" is standard input. Throws InputError for what is absent, unreadable, a directory, a socket
  /// or a block device.
  ByteSource(const std::string& path, std::function<bool()> on_idle);

  /// Reads what there is into `room`, at least one byte. Waits for a pipe, calling `on_idle` every
  /// 250 ms, and throws what that throws. 0 at the end, when `on_idle` had enough, when a signal
  /// asked to stop, and when the read failed.
  std::size_t read(std::span<std::uint8_t> room);
  /// The errno of a read that failed; 0 when none did.
  int error() const noexcept { return error_; }
  /// Whether `on_idle` had enough.
  bool is_stopped() const noexcept { return is_stopped_; }

  int descriptor() const noexcept { return descriptor_.number(); }
  /// Whether a read may have to wait: a pipe or a terminal.
  bool waits() const noexcept { return waits_; }
  /// The path as messages show it.
  const std::string& name() const noexcept { return name_; }
  /// Throws the InputError "<name>: <reason>".
  [[noreturn]] void refuse(const std::string& reason) const;

 private:
  void check_open() const;
  void check_kind();
  bool wait();

  std::string name_;
  std::function<bool()> on_idle_;
  InputDescriptor descriptor_;
  bool waits_ = false;
  bool is_stopped_ = false;
  int error_ = 0;
  std::chrono::steady_clock::time_point last_idle_ = std::chrono::steady_clock::now();
};

}  // namespace netml
