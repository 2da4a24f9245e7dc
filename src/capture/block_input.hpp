#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "byte_source.hpp"

namespace netml {

/// A capture as a window that slides over its bytes: records are looked at where they were read to.
///
/// The buffer is as large as one read. For a longer record it is doubled each time that it is full
/// of that record's bytes, so a length that a file claims costs nothing before the bytes are there.
class BlockInput {
 public:
  /// Throws what ByteSource throws.
  BlockInput(const std::string& path, std::function<bool()> on_idle);

  /// The bytes from the reading position on.
  const std::uint8_t* data() const noexcept { return begin_; }
  std::size_t size() const noexcept { return static_cast<std::size_t>(end_ - begin_); }
  /// Reads on until `count` bytes are there. False when the input ends before, for the reasons that
  /// ByteSource::read has. Moves the window: what pointed into it is gone. Throws what on_idle
  /// throws; the input has then ended.
  bool require(std::size_t count) { return size() >= count || fill(count); }
  /// Moves the reading position. Requires: count <= size(). The bytes stay until the next
  /// `require`.
  void skip(std::size_t count) noexcept { begin_ += count; }
  /// Of the first byte of `data()` in the input.
  std::uint64_t position() const noexcept {
    return base_ + static_cast<std::uint64_t>(begin_ - buffer_.get());
  }

  const ByteSource& source() const noexcept { return source_; }

 private:
  bool fill(std::size_t count);
  void make_room(std::size_t count);

  ByteSource source_;
  std::unique_ptr<std::uint8_t[]> buffer_;
  std::size_t capacity_;
  const std::uint8_t* begin_;
  std::uint8_t* end_;
  std::uint64_t base_ = 0;  ///< position of the buffer's first byte in the input
  bool has_ended_ = false;
};

}  // namespace netml
