#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace netml {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "loads assume a little-endian host");

/// The first `kSize` bytes of a header that are known to be there. Offsets are checked by the
/// compiler, so that a read is one load. A view; ByteReader::fixed() gives it.
template <std::size_t kSize>
class FixedBytes {
 public:
  template <std::size_t kOffset>
  std::uint8_t u8() const noexcept {
    return load<std::uint8_t, kOffset>();
  }
  template <std::size_t kOffset>
  std::uint16_t u16be() const noexcept {
    return __builtin_bswap16(load<std::uint16_t, kOffset>());
  }
  template <std::size_t kOffset>
  std::uint32_t u32be() const noexcept {
    return __builtin_bswap32(load<std::uint32_t, kOffset>());
  }
  template <std::size_t kOffset>
  std::uint64_t u64be() const noexcept {
    return __builtin_bswap64(load<std::uint64_t, kOffset>());
  }
  template <std::size_t kOffset, std::size_t kCount>
  FixedBytes<kCount> part() const noexcept {
    static_assert(kOffset + kCount <= kSize);
    return FixedBytes<kCount>(begin_ + kOffset);
  }
  std::span<const std::uint8_t, kSize> all() const noexcept {
    return std::span<const std::uint8_t, kSize>(begin_, kSize);
  }

 private:
  friend class ByteReader;
  template <std::size_t>
  friend class FixedBytes;
  explicit FixedBytes(const std::uint8_t* begin) noexcept : begin_(begin) {}

  template <typename T, std::size_t kOffset>
  T load() const noexcept {
    static_assert(kOffset + sizeof(T) <= kSize);
    T value = 0;
    std::memcpy(&value, begin_ + kOffset, sizeof(T));
    return value;
  }

  const std::uint8_t* begin_;
};

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

  /// The next `kSize` bytes without moving. Requires: remaining() >= kSize.
  template <std::size_t kSize>
  FixedBytes<kSize> fixed() const noexcept {
    assert(remaining() >= kSize);
    return FixedBytes<kSize>(position_);
  }

  /// Gives up the bytes beyond the next `count`. A view only ever shrinks.
  void shrink(std::size_t count) noexcept {
    if (count < remaining()) {
      end_ = position_ + count;
    }
  }

 private:
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
