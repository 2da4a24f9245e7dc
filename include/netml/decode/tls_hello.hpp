#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "netml/core/byte_reader.hpp"

namespace netml {

/// Extension types that the code speaks of (RFC 8446, 4.2).
namespace tls_extension {
inline constexpr std::uint16_t kServerName = 0, kSignatureAlgorithms = 13, kAlpn = 16,
                               kSupportedVersions = 43;
}  // namespace tls_extension

/// Values that clients sprinkle over their lists to keep servers tolerant (RFC 8701): 0x0a0a,
/// 0x1a1a … 0xfafa.
constexpr bool is_tls_grease(std::uint16_t value) noexcept {
  return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

/// Two-byte values as on the wire. A view.
class TlsValues {
 public:
  TlsValues() = default;
  /// A last odd byte is left out.
  explicit TlsValues(std::span<const std::uint8_t> bytes) noexcept : bytes_(bytes) {}

  std::size_t size() const noexcept { return bytes_.size() / 2; }
  std::uint16_t operator[](std::size_t i) const noexcept {
    return static_cast<std::uint16_t>(bytes_[2 * i] << 8 | bytes_[2 * i + 1]);
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

/// The extensions of a hello, one after the other.
class TlsExtensions {
 public:
  explicit TlsExtensions(std::span<const std::uint8_t> bytes) noexcept : reader_(bytes) {}

  struct Extension {
    std::uint16_t type = 0;
    std::span<const std::uint8_t> data;
  };
  /// False at the end, and where the bytes end inside of one: then ok() is false.
  bool next(Extension& extension) noexcept;
  bool ok() const noexcept { return reader_.ok(); }

 private:
  ByteReader reader_;
};

/// A ClientHello or ServerHello (RFC 8446, 4.1.2 and 4.1.3; older versions alike). A view of the
/// message.
struct TlsHello {
  enum class Kind : std::uint8_t { kClient = 1, kServer = 2 };  ///< as on the wire

  Kind kind = Kind::kClient;
  std::uint16_t legacy_version = 0;
  std::span<const std::uint8_t> random;
  std::span<const std::uint8_t> session_id;
  TlsValues cipher_suites;                   ///< offered; of a server the one it chose
  std::span<const std::uint8_t> extensions;  ///< for TlsExtensions; empty without any

  // Of the extensions; what is malformed inside of one is as if it was empty.
  bool has_server_name = false;
  std::string_view server_name;  ///< first host name; bytes as on the wire
  std::string_view alpn;         ///< first protocol
  TlsValues supported_versions;  ///< of a server the one it chose
  TlsValues signature_algorithms;

  /// The version that counts: the highest supported one that is not GREASE, or the legacy field
  /// where the extension is absent or holds none.
  std::uint16_t version() const noexcept;

  /// Reads a whole handshake message, its 4-byte header included. False when it is not a hello, or
  /// its own lengths disagree.
  static bool read(std::span<const std::uint8_t> message, TlsHello& hello) noexcept;
};

/// What the start of a byte stream holds.
enum class TlsSearch : std::uint8_t {
  kNone,       ///< no hello, whatever follows
  kNeedsMore,  ///< perhaps
  kFound,
};

/// Longest handshake message that is looked at.
inline constexpr std::size_t kLongestTlsHello = 16'384;

/// Looks for a hello's handshake message at the very start of `bytes` (QUIC's CRYPTO stream).
/// `message`: the whole of it, or what is there of it (kNeedsMore).
TlsSearch find_tls_handshake(std::span<const std::uint8_t> bytes,
                             std::span<const std::uint8_t>& message) noexcept;

/// The same in TLS records (RFC 8446, 5.1), as at the start of a TCP connection. A message that is
/// spread over several records is put together in `scratch`, of kLongestTlsHello bytes.
TlsSearch find_tls_hello(std::span<const std::uint8_t> stream, std::span<std::uint8_t> scratch,
                         std::span<const std::uint8_t>& message) noexcept;

/// How many bytes at least have to follow before another search can find more than this start of a
/// handshake message. Never 0.
std::size_t missing_of_handshake(std::span<const std::uint8_t> start) noexcept;

}  // namespace netml
