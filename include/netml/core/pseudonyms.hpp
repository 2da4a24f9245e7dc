#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace netml {

/// The secret that pseudonyms depend on.
using PseudonymKey = std::array<std::uint8_t, 32>;

/// From getrandom(2): another one in each run. Throws InternalError when the system has none.
PseudonymKey random_pseudonym_key();
/// A file of exactly 32 bytes, or of 64 hexadecimal digits and at most a line end. Throws
/// InputError, DataError.
PseudonymKey read_pseudonym_key(const std::string& path);

enum class PseudonymMode {
  kDigest,  ///< every text becomes 32 hexadecimal digits
  kPrefix,  ///< addresses become addresses that share as many leading bits as they did
};

/// Stands texts in for others: the same one for the same text, whatever column it stands in, as
/// long as the key is the same.
///
/// A digest is BLAKE2b of the text with the key (RFC 7693), 16 bytes long:
/// `hashlib.blake2b(text, key=key, digest_size=16).hexdigest()` in Python. The prefix mode is
/// Crypto-PAn (Xu, Fan, Ammar, Moon: Prefix-Preserving IP Address Anonymization, ICNP 2002) on
/// AES-128, the first half of the key being its cipher key and the second its padding, over 32 bits
/// of IPv4 and 128 bits of IPv6; text that is no address becomes a digest there too. An empty text
/// stays empty. Owns scratch space: one object per thread.
class Pseudonyms {
 public:
  /// Throws UsageError in a build without libcrypto.
  Pseudonyms(const PseudonymKey& key, PseudonymMode mode);
  ~Pseudonyms();

  /// Letters, digits, '.' and ':' only; valid until the next call. Throws InternalError when the
  /// library fails.
  std::string_view of(std::string_view text);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace netml
