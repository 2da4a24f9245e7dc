#pragma once

#include <cstdint>
#include <cstring>

namespace netml {

/// Numbers as a file has them: in the byte order of the machine that wrote it.
class FileNumbers {
 public:
  explicit FileNumbers(bool is_swapped) noexcept : is_swapped_(is_swapped) {}

  bool is_swapped() const noexcept { return is_swapped_; }
  std::uint16_t u16(const std::uint8_t* at) const noexcept {
    const auto value = load<std::uint16_t>(at);
    return is_swapped_ ? __builtin_bswap16(value) : value;
  }
  std::uint32_t u32(const std::uint8_t* at) const noexcept {
    const auto value = load<std::uint32_t>(at);
    return is_swapped_ ? __builtin_bswap32(value) : value;
  }
  std::uint64_t u64(const std::uint8_t* at) const noexcept {
    const auto value = load<std::uint64_t>(at);
    return is_swapped_ ? __builtin_bswap64(value) : value;
  }

 private:
  template <typename Number>
  static Number load(const std::uint8_t* at) noexcept {
    Number value;
    std::memcpy(&value, at, sizeof(value));
    return value;
  }

  bool is_swapped_;
};

}  // namespace netml
