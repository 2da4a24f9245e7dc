#include "block_input.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace netml {
namespace {

// Large enough to make the calls cheap, small enough to stay in the second-level cache.
constexpr std::size_t kOneRead = std::size_t{64} << 10;

}  // namespace

BlockInput::BlockInput(const std::string& path, std::function<bool()> on_idle)
    : source_(path, std::move(on_idle)),
      buffer_(std::make_unique_for_overwrite<std::uint8_t[]>(kOneRead)),
      capacity_(kOneRead),
      begin_(buffer_.get()),
      end_(buffer_.get()) {}

bool BlockInput::fill(std::size_t count) {
  while (size() < count && !has_ended_) {
    make_room(count);
    const auto room = static_cast<std::size_t>(buffer_.get() + capacity_ - end_);
    has_ended_ = true;  // so it stays when on_idle throws
    const std::size_t got = source_.read({end_, room});
    has_ended_ = got == 0;
    end_ += got;
  }
  return size() >= count;
}

// Room for at least one byte, and for `count` in all where the buffer can hold them.
void BlockInput::make_room(std::size_t count) {
  const std::size_t kept = size();
  const auto offset = static_cast<std::size_t>(begin_ - buffer_.get());
  if (kept != 0 && kept != capacity_ && offset + count <= capacity_) {
    return;
  }
  base_ += offset;
  if (kept == capacity_) {
    const std::size_t capacity = std::min(2 * capacity_, count);
    auto larger = std::make_unique_for_overwrite<std::uint8_t[]>(capacity);
    std::memcpy(larger.get(), begin_, kept);
    buffer_ = std::move(larger);
    capacity_ = capacity;
  } else if (kept != 0) {
    std::memmove(buffer_.get(), begin_, kept);
  }
  begin_ = buffer_.get();
  end_ = buffer_.get() + kept;
}

}  // namespace netml
