#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace netml {

/// SHA-256 (FIPS 180-4). Names training files in model cards, and is part of fingerprints.
class Sha256 {
 public:
  using Digest = std::array<std::uint8_t, 32>;

  void add(std::string_view bytes) noexcept;
  /// The object is spent afterwards.
  Digest digest() noexcept;
  /// The same as 64 lower-case hex digits.
  std::string hex();

 private:
  static constexpr std::size_t kBlock = 64;

  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::uint64_t length_ = 0;
  std::array<char, kBlock> pending_{};  ///< less than a block
  std::size_t pending_size_ = 0;
};

std::string sha256_hex(std::string_view bytes);

/// Of a regular file's content; empty for anything else (a pipe cannot be read twice) and for what
/// is not there. Throws InputError when the file cannot be opened or read.
std::string sha256_of_file(const std::string& path);

}  // namespace netml
