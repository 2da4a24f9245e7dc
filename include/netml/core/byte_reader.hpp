#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace netml {

/// Checked reads from the front of borrowed bytes.
///
/// After the first short read the reader is empty and stays so; every later read gives 0 or an
/// empty span, and `ok()` is false. Check it once, after the fields of a header were read. Never
/// throws, never reads past the end; the bytes must outlive the reader and all spans taken from it.
class ByteReader {
 public:
  ByteReader() = default;
  explicit ByteReader(std::span<const std::uint8_t> bytes) noexcept
      : position_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool ok() const noexcept { return ok_; }
  std::size_t remaining() const noexcept { return static_cast<std::size_t>(end_ - position_); }
  std::span<const std::uint8_t> rest() const noexcept { return {position_, remaining()}; }

  std::uint8_t u8() noexcept { return need(1) ? *position_++ : std::uint8_t{0}; }
  std::uint16_t u16be() noexcept {
    return static_cast<std::uint16_t>(__builtin_bswap16(load<std::uint16_t>()));
  }
  std::uint16_t u16le() noexcept { return load<std::uint16_t>(); }
  std::uint32_t u32be() noexcept { return __builtin_bswap32(load<std::uint32_t>()); }
  std::uint32_t u32le() noexcept { return load<std::uint32_t>(); }
  std::uint64_t u64be() noexcept { return __builtin_bswap64(load<std::uint64_t>()); }
  std::uint64_t u64le() noexcept { return load<std::uint64_t>(); }

  void skip(std::size_t count) noexcept {
    if (need(count)) {
      position_ += count;
    }
  }

  /// The next `count` bytes; empty when there are fewer.
  std::span<const std::uint8_t> take(std::size_t count) noexcept {
    if (!need(count)) {
      return {};
    }
    const std::uint8_t* begin = position_;
    position_ += count;
    return {begin, count};
  }

  /// The byte `offset` positions ahead without moving; 0 beyond the end (and `ok()` stays as it
  /// is).
  std::uint8_t peek(std::size_t offset = 0) const noexcept {
    return offset < remaining() ? position_[offset] : std::uint8_t{0};
  }

  /// Gives up the bytes beyond the next `count`. A view only ever shrinks.
  void shrink(std::size_t count) noexcept {
    if (count < remaining()) {
      end_ = position_ + count;
    }
  }

 private:
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "loads assume a little-endian host");

  bool need(std::size_t count) noexcept {
    if (count <= remaining()) {
      return true;
    }
    position_ = end_;
    ok_ = false;
    return false;
  }

  template <typename T>
  T load() noexcept {
    T value = 0;
    if (need(sizeof(T))) {
      std::memcpy(&value, position_, sizeof(T));
      position_ += sizeof(T);
    }
    return value;
  }

  const std::uint8_t* position_ = nullptr;
  const std::uint8_t* end_ = nullptr;
  bool ok_ = true;
};

}  // namespace netml
