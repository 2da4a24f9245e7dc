#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace netml {

/// Reads at any offset of borrowed bytes. What lies beyond them reads as 0; ask `has` where 0 would
/// be wrong.
class CheckedBytes {
 public:
  explicit CheckedBytes(std::span<const std::uint8_t> bytes) noexcept : bytes_(bytes) {}

  std::size_t size() const noexcept { return bytes_.size(); }

  bool has(std::size_t offset, std::size_t count) const noexcept {
    return offset <= bytes_.size() && count <= bytes_.size() - offset;
  }

  std::uint8_t u8(std::size_t offset) const noexcept {
    return offset < bytes_.size() ? bytes_[offset] : std::uint8_t{0};
  }
  std::uint16_t u16be(std::size_t offset) const noexcept {
    return static_cast<std::uint16_t>(u8(offset) << 8 | u8(offset + 1));
  }
  std::uint16_t u16le(std::size_t offset) const noexcept {
    return static_cast<std::uint16_t>(u8(offset + 1) << 8 | u8(offset));
  }
  std::uint32_t u32be(std::size_t offset) const noexcept {
    return std::uint32_t{u16be(offset)} << 16 | u16be(offset + 2);
  }

  /// The `kCount` bytes at `offset`, missing ones as 0.
  template <std::size_t kCount>
  std::array<std::uint8_t, kCount> array(std::size_t offset) const noexcept {
    std::array<std::uint8_t, kCount> result{};
    for (std::size_t i = 0; i < kCount; ++i) {
      result[i] = u8(offset + i);
    }
    return result;
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

}  // namespace netml
