#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

/// What QUIC's Initial packets need of libcrypto. A build without it has none of this: the
/// functions give false.
namespace netml::quic {

inline constexpr std::size_t kSample = 16, kTag = 16;

using Hash = std::array<std::uint8_t, 32>;
using Block = std::array<std::uint8_t, kSample>;

extern const bool kHasCrypto;

/// HMAC-SHA-256.
bool hmac(std::span<const std::uint8_t> key, std::span<const std::uint8_t> text,
          Hash& out) noexcept;

/// AES-128 of one block: of a sample of the ciphertext, the mask of a header (RFC 9001, 5.4.3).
bool encrypt_block(const Block& key, std::span<const std::uint8_t> block, Block& out) noexcept;

/// What AES-128-GCM needs.
struct Sealed {
  std::span<const std::uint8_t> key, nonce, header, text, tag;
};

/// Writes the text in the clear to `out`; false when the tag does not fit.
bool unseal(const Sealed& sealed, std::uint8_t* out) noexcept;

}  // namespace netml::quic
