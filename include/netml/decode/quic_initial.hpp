#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "netml/core/byte_reader.hpp"

namespace netml {

/// One packet with a long header (RFC 9000, 17.2). A view of its datagram.
struct QuicLongPacket {
  std::uint32_t version = 0;
  bool is_initial = false;
  std::span<const std::uint8_t> destination_id;  ///< at most 20 bytes
  std::span<const std::uint8_t> bytes;           ///< the whole packet, as protected
  std::size_t number_offset = 0;                 ///< of the packet number in `bytes`
};

/// The packets of a datagram that have a long header of a version whose Initial packets can be
/// read: 1 (RFC 9001), 2 (RFC 9369) and the drafts 23 to 34.
class QuicLongPackets {
 public:
  explicit QuicLongPackets(std::span<const std::uint8_t> datagram) noexcept : reader_(datagram) {}

  /// False at the end, and before anything else than such a packet.
  bool next(QuicLongPacket& packet) noexcept;

 private:
  ByteReader reader_;
};

enum class QuicSide : std::uint8_t { kClient, kServer };

/// Opens Initial packets. Their keys follow from the version and from the destination connection
/// id of the client's first one, which everybody can see.
class QuicInitialKeys {
 public:
  static constexpr std::size_t kLongestPacket = 16'384;
  using Buffer = std::array<std::uint8_t, kLongestPacket>;

  /// False in a build without libcrypto, which opens nothing.
  static bool is_available() noexcept;

  /// Keys for packets that `sender` sends. `client_id`: that destination connection id.
  QuicInitialKeys(std::uint32_t version, std::span<const std::uint8_t> client_id,
                  QuicSide sender) noexcept;

  /// The frames of a packet, decrypted into `buffer`; nothing when the keys do not fit, or the
  /// packet was changed or cut short.
  std::optional<std::span<const std::uint8_t>> open(const QuicLongPacket& packet,
                                                    Buffer& buffer) const noexcept;

 private:
  std::array<std::uint8_t, 16> key_{}, header_key_{};
  std::array<std::uint8_t, 12> iv_{};
  bool is_ready_ = false;
};

/// The CRYPTO frames among the frames of an Initial packet (RFC 9000, 19.6).
class QuicCryptoFrames {
 public:
  explicit QuicCryptoFrames(std::span<const std::uint8_t> frames) noexcept : reader_(frames) {}

  struct Frame {
    std::uint64_t offset = 0;
    std::span<const std::uint8_t> data;
  };
  /// False at the end, and before a frame that an Initial packet may not hold.
  bool next(Frame& frame) noexcept;

 private:
  ByteReader reader_;
};

}  // namespace netml
