#include "netml/core/pseudonyms.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "netml/core/error.hpp"
#include "netml/core/ip_address.hpp"

namespace netml {
namespace {

constexpr std::size_t kDigestBytes = 16;
constexpr std::size_t kBlock = 16;  // of AES

[[noreturn]] void fail(const char* what) {
  throw InternalError(std::string("libcrypto does not do ") + what);
}

template <auto kFree>
struct Free {
  template <typename T>
  void operator()(T* object) const noexcept {
    kFree(object);
  }
};

// BLAKE2b with a key.
class KeyedDigest {
 public:
  explicit KeyedDigest(const PseudonymKey& key) : key_(key) {
    mac_.reset(EVP_MAC_fetch(nullptr, "BLAKE2BMAC", nullptr));
    context_.reset(mac_ ? EVP_MAC_CTX_new(mac_.get()) : nullptr);
    if (!context_) {
      fail("BLAKE2b");
    }
  }

  std::array<std::uint8_t, kDigestBytes> of(std::string_view text) {
    std::size_t size = kDigestBytes;
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
                                     OSSL_PARAM_construct_end()};
    std::array<std::uint8_t, kDigestBytes> digest{};
    std::size_t written = 0;
    if (EVP_MAC_init(context_.get(), key_.data(), key_.size(), parameters) != 1 ||
        EVP_MAC_update(context_.get(), reinterpret_cast<const unsigned char*>(text.data()),
                       text.size()) != 1 ||
        EVP_MAC_final(context_.get(), digest.data(), &written, digest.size()) != 1 ||
        written != digest.size()) {
      fail("BLAKE2b");
    }
    return digest;
  }

 private:
  PseudonymKey key_;
  std::unique_ptr<EVP_MAC, Free<EVP_MAC_free>> mac_;
  std::unique_ptr<EVP_MAC_CTX, Free<EVP_MAC_CTX_free>> context_;
};

// Crypto-PAn. Bit i of the pseudonym is bit i of the address, flipped when the first bit of the
// cipher of "the i bits before it, then the padding" is set. So it depends on those bits alone.
class PrefixCipher {
 public:
  explicit PrefixCipher(const PseudonymKey& key) : context_(EVP_CIPHER_CTX_new()) {
    if (!context_ ||
        EVP_EncryptInit_ex(context_.get(), EVP_aes_128_ecb(), nullptr, key.data(), nullptr) != 1 ||
        EVP_CIPHER_CTX_set_padding(context_.get(), 0) != 1) {
      fail("AES-128");
    }
    std::copy_n(key.begin() + kBlock, kBlock, padding_.begin());
    encrypt(padding_.data(), padding_.data(), kBlock);
  }

  // The first `bits` bits of `address`, at most 128.
  void apply(std::uint8_t* address, std::size_t bits) {
    std::array<std::uint8_t, kBlock> block = padding_;
    for (std::size_t i = 0; i < bits; ++i) {
      std::copy(block.begin(), block.end(),
                plain_.begin() + static_cast<std::ptrdiff_t>(i * kBlock));
      const auto mask = static_cast<std::uint8_t>(0x80U >> i % 8);
      block[i / 8] = static_cast<std::uint8_t>((block[i / 8] & ~mask) | (address[i / 8] & mask));
    }
    encrypt(plain_.data(), cipher_.data(), bits * kBlock);
    for (std::size_t i = 0; i < bits; ++i) {
      const unsigned flip = cipher_[i * kBlock] >> 7;
      address[i / 8] = static_cast<std::uint8_t>(address[i / 8] ^ flip << (7 - i % 8));
    }
  }

 private:
  void encrypt(const std::uint8_t* in, std::uint8_t* out, std::size_t size) {
    int written = 0;
    if (EVP_EncryptUpdate(context_.get(), out, &written, in, static_cast<int>(size)) != 1 ||
        written != static_cast<int>(size)) {
      fail("AES-128");
    }
  }

  std::unique_ptr<EVP_CIPHER_CTX, Free<EVP_CIPHER_CTX_free>> context_;
  std::array<std::uint8_t, kBlock> padding_{};
  std::array<std::uint8_t, 128 * kBlock> plain_{}, cipher_{};
};

void append_hex(std::string& out, const std::array<std::uint8_t, kDigestBytes>& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (const std::uint8_t byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

}  // namespace

class Pseudonyms::Impl {
 public:
  Impl(const PseudonymKey& key, PseudonymMode mode) : digest_(key), known_(kKnown) {
    if (mode == PseudonymMode::kPrefix) {
      prefix_.emplace(key);
    }
  }

  std::string_view of(std::string_view text) {
    if (text.empty()) {
      return {};
    }
    // Few hosts have most of the flows.
    Known& known = known_[std::hash<std::string_view>()(text) % kKnown];
    if (known.text != text) {
      known.text.clear();  // in case that the rest throws
      known.pseudonym.clear();
      append(known.pseudonym, text);
      known.text = text;
    }
    return known.pseudonym;
  }

 private:
  static constexpr std::size_t kKnown = 1024;
  struct Known {
    std::string text, pseudonym;
  };

  void append(std::string& out, std::string_view text) {
    if (prefix_) {
      if (auto address = parse_ip_address(text)) {
        const bool is_ipv6 = text.find(':') != std::string_view::npos;
        prefix_->apply(address->bytes.data() + (is_ipv6 ? 0 : 12), is_ipv6 ? 128 : 32);
        out += to_text(*address, is_ipv6 ? 6 : 4);
        return;
      }
    }
    append_hex(out, digest_.of(text));
  }

  KeyedDigest digest_;
  std::optional<PrefixCipher> prefix_;
  std::vector<Known> known_;
};

Pseudonyms::Pseudonyms(const PseudonymKey& key, PseudonymMode mode)
    : impl_(std::make_unique<Impl>(key, mode)) {}
Pseudonyms::~Pseudonyms() = default;

std::string_view Pseudonyms::of(std::string_view text) {
  return impl_->of(text);
}

}  // namespace netml
