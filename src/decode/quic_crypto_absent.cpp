#include "quic_crypto.hpp"

namespace netml::quic {

const bool kHasCrypto = false;

bool hmac(std::span<const std::uint8_t>, std::span<const std::uint8_t>, Hash&) noexcept {
  return false;
}

bool encrypt_block(const Block&, std::span<const std::uint8_t>, Block&) noexcept {
  return false;
}

bool unseal(const Sealed&, std::uint8_t*) noexcept {
  return false;
}

}  // namespace netml::quic
