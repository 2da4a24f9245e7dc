#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace netml {

/// Text that grows at its end and is written in place: `room()`, some stores, `end_at()`. Unlike a
/// std::string it does not fill with zeros what is about to be overwritten.
class CharBuffer {
 public:
  /// The place behind the text, with space for at least `count` characters. Earlier places and
  /// views are invalid afterwards.
  char* room(std::size_t count) {
    if (capacity_ - size_ < count) {
      grow(count);
    }
    return chars_.get() + size_;
  }
  /// Makes everything before `end` text. Requires: `end` lies in what room() gave last.
  void end_at(const char* end) noexcept { size_ = static_cast<std::size_t>(end - chars_.get()); }
  void append(std::string_view text) {
    if (!text.empty()) {
      std::memcpy(room(text.size()), text.data(), text.size());
      size_ += text.size();
    }
  }

  /// Keeps its memory.
  void clear() noexcept { size_ = 0; }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  /// Characters that it has memory for.
  std::size_t capacity() const noexcept { return capacity_; }
  /// Valid until the buffer changes.
  std::string_view view() const noexcept { return {chars_.get(), size_}; }

 private:
  void grow(std::size_t count) {
    constexpr std::size_t kSmallest = 4096;
    const std::size_t capacity = std::max(2 * capacity_, std::max(size_ + count, kSmallest));
    std::unique_ptr<char[]> chars(new char[capacity]);
    if (size_ != 0) {
      std::memcpy(chars.get(), chars_.get(), size_);
    }
    chars_ = std::move(chars);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> chars_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace netml
