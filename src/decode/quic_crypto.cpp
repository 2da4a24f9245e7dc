#include "quic_crypto.hpp"

#include <algorithm>
#include <memory>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace netml::quic {
namespace {

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

}  // namespace

const bool kHasCrypto = true;

bool hmac(std::span<const std::uint8_t> key, std::span<const std::uint8_t> text,
          Hash& out) noexcept {
  unsigned int length = 0;
  return HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), text.data(), text.size(),
              out.data(), &length) != nullptr &&
         length == out.size();
}

bool encrypt_block(const Block& key, std::span<const std::uint8_t> block, Block& out) noexcept {
  const Cipher cipher(EVP_CIPHER_CTX_new());
  int length = 0;
  return cipher &&
         EVP_EncryptInit_ex(cipher.get(), EVP_aes_128_ecb(), nullptr, key.data(), nullptr) == 1 &&
         EVP_CIPHER_CTX_set_padding(cipher.get(), 0) == 1 &&
         EVP_EncryptUpdate(cipher.get(), out.data(), &length, block.data(),
                           static_cast<int>(block.size())) == 1;
}

bool unseal(const Sealed& sealed, std::uint8_t* out) noexcept {
  const Cipher cipher(EVP_CIPHER_CTX_new());
  std::array<std::uint8_t, kTag> tag{};
  std::copy(sealed.tag.begin(), sealed.tag.end(), tag.begin());
  int length = 0;
  return cipher &&
         EVP_DecryptInit_ex(cipher.get(), EVP_aes_128_gcm(), nullptr, sealed.key.data(),
                            sealed.nonce.data()) == 1 &&
         EVP_DecryptUpdate(cipher.get(), nullptr, &length, sealed.header.data(),
                           static_cast<int>(sealed.header.size())) == 1 &&
         EVP_DecryptUpdate(cipher.get(), out, &length, sealed.text.data(),
                           static_cast<int>(sealed.text.size())) == 1 &&
         EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(kTag),
                             tag.data()) == 1 &&
         EVP_DecryptFinal_ex(cipher.get(), out, &length) == 1;
}

}  // namespace netml::quic
