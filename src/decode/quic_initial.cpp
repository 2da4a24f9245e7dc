#include "netml/decode/quic_initial.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "quic_crypto.hpp"

namespace netml {
namespace {

constexpr std::size_t kLongestId = 20;
constexpr std::uint32_t kVersion1 = 1, kVersion2 = 0x6b3343cf, kDrafts = 0xff000000;

using Salt = std::array<std::uint8_t, 20>;

/// What the versions do differently.
struct VersionRules {
  Salt salt;
  std::uint8_t initial_type;  ///< in the first byte
  std::string_view key_label, iv_label, header_key_label;
};

// RFC 9001, 5.2 (drafts 33 and 34 alike); draft-ietf-quic-tls-29, -23; RFC 9369, 3.
constexpr VersionRules kRules1 = {{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
                                   0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a},
                                  0,
                                  "quic key",
                                  "quic iv",
                                  "quic hp"};
constexpr VersionRules kRulesDraft29 = {
    {0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97,
     0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99},
    0,
    "quic key",
    "quic iv",
    "quic hp"};
constexpr VersionRules kRulesDraft23 = {
    {0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7,
     0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02},
    0,
    "quic key",
    "quic iv",
    "quic hp"};
constexpr VersionRules kRules2 = {{0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
                                   0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9},
                                  1,
                                  "quicv2 key",
                                  "quicv2 iv",
                                  "quicv2 hp"};

const VersionRules* rules_of(std::uint32_t version) {
  if (version == kVersion1) {
    return &kRules1;
  }
  if (version == kVersion2) {
    return &kRules2;
  }
  if ((version & kDrafts) != kDrafts) {
    return nullptr;
  }
  const std::uint32_t draft = version & ~kDrafts;
  return draft < 23 || draft > 34 ? nullptr
         : draft >= 33            ? &kRules1
         : draft >= 29            ? &kRulesDraft29
                                  : &kRulesDraft23;
}

// RFC 9000, 16: the two high bits of the first byte say how many bytes there are.
std::uint64_t variable_integer(ByteReader& reader) {
  const std::uint8_t first = reader.u8();
  std::uint64_t value = first & 0x3fU;
  for (int i = (1 << (first >> 6)) - 1; i > 0; --i) {
    value = value << 8 | reader.u8();
  }
  return value;
}

// HKDF-Expand-Label without context (RFC 8446, 7.1; RFC 5869, 2.3) for at most one hash.
template <std::size_t kSize>
bool expand(const quic::Hash& secret, std::string_view label,
            std::array<std::uint8_t, kSize>& out) {
  static_assert(kSize <= std::tuple_size_v<quic::Hash>);
  constexpr std::string_view kPrefix = "tls13 ";
  std::array<std::uint8_t, 40> info{};
  std::size_t size = 0;
  info[size++] = 0;
  info[size++] = kSize;
  info[size++] = static_cast<std::uint8_t>(kPrefix.size() + label.size());
  for (const std::string_view part : {kPrefix, label}) {
    std::copy(part.begin(), part.end(), info.begin() + static_cast<std::ptrdiff_t>(size));
    size += part.size();
  }
  info[size++] = 0;  // no context
  info[size++] = 1;  // first block
  quic::Hash block;
  if (!quic::hmac(secret, std::span(info).first(size), block)) {
    return false;
  }
  std::copy_n(block.begin(), kSize, out.begin());
  return true;
}

}  // namespace

bool QuicInitialKeys::is_available() noexcept {
  return quic::kHasCrypto;
}

//  0 1 2 3 4 5 6 7                                       RFC 9000, 17.2 and 17.2.2
// +-+-+---+---+---+
// |1|1|typ| r | n |   version (4), destination id (8-bit length), source id (8-bit length),
// +-+-+---+---+---+   Initial: token (variable length); length of the rest (variable integer),
//                     packet number (n + 1 bytes, protected), payload
bool QuicLongPackets::next(QuicLongPacket& packet) noexcept {
  const std::span<const std::uint8_t> rest = reader_.rest();
  const std::uint8_t first = reader_.u8();
  packet.version = reader_.u32be();
  const VersionRules* rules = rules_of(packet.version);
  constexpr std::uint8_t kLongHeader = 0x80, kRetry = 3;
  const int type = first >> 4 & 3;
  // Types are turned round in version 2: Retry is 0 there.
  if (!reader_.ok() || (first & kLongHeader) == 0 || rules == nullptr ||
      (type - rules->initial_type + 4) % 4 == kRetry) {
    return false;
  }
  packet.is_initial = type == rules->initial_type;
  const std::size_t destination_length = reader_.u8();
  packet.destination_id = reader_.take(destination_length);
  const std::size_t source_length = reader_.u8();
  reader_.skip(source_length);
  if (packet.is_initial) {
    reader_.skip(variable_integer(reader_));
  }
  const std::uint64_t length = variable_integer(reader_);
  packet.number_offset = rest.size() - reader_.remaining();
  reader_.skip(length);
  packet.bytes = rest.first(rest.size() - reader_.remaining());
  return reader_.ok() && destination_length <= kLongestId && source_length <= kLongestId;
}

QuicInitialKeys::QuicInitialKeys(std::uint32_t version, std::span<const std::uint8_t> client_id,
                                 QuicSide sender) noexcept {
  const VersionRules* rules = rules_of(version);
  quic::Hash common, secret;
  is_ready_ = rules != nullptr && quic::hmac(rules->salt, client_id, common) &&
              expand(common, sender == QuicSide::kClient ? "client in" : "server in", secret) &&
              expand(secret, rules->key_label, key_) && expand(secret, rules->iv_label, iv_) &&
              expand(secret, rules->header_key_label, header_key_);
}

std::optional<std::span<const std::uint8_t>> QuicInitialKeys::open(const QuicLongPacket& packet,
                                                                   Buffer& buffer) const noexcept {
  constexpr std::size_t kLongestNumber = 4;
  quic::Block mask{};
  const std::size_t number_at = packet.number_offset;
  if (!is_ready_ || packet.bytes.size() < number_at + kLongestNumber + quic::kSample ||
      packet.bytes.size() > buffer.size() ||
      !quic::encrypt_block(header_key_,
                           packet.bytes.subspan(number_at + kLongestNumber, quic::kSample), mask)) {
    return std::nullopt;
  }
  // The header in the clear is part of what the tag covers; the frames come behind it.
  const std::uint8_t first = packet.bytes[0] ^ (mask[0] & 0x0fU);
  const std::size_t number_length = (first & 3U) + 1U;
  const std::size_t header_length = number_at + number_length;
  std::copy_n(packet.bytes.begin(), header_length, buffer.begin());
  buffer[0] = first;
  std::array<std::uint8_t, 12> nonce = iv_;
  for (std::size_t i = 0; i < number_length; ++i) {
    buffer[number_at + i] ^= mask[1 + i];
    nonce[nonce.size() - number_length + i] ^= buffer[number_at + i];
  }
  const std::size_t text_length = packet.bytes.size() - header_length - quic::kTag;
  const quic::Sealed sealed = {key_, nonce, std::span(buffer).first(header_length),
                               packet.bytes.subspan(header_length, text_length),
                               packet.bytes.last(quic::kTag)};
  if (!quic::unseal(sealed, buffer.data() + header_length)) {
    return std::nullopt;
  }
  return std::span<const std::uint8_t>(buffer).subspan(header_length, text_length);
}

bool QuicCryptoFrames::next(Frame& frame) noexcept {
  constexpr std::uint8_t kPadding = 0, kPing = 1, kAck = 2, kAckWithCounts = 3, kCrypto = 6;
  while (reader_.ok() && reader_.remaining() != 0) {
    switch (const std::uint64_t type = variable_integer(reader_)) {
      case kPadding:
      case kPing:
        break;
      case kAck:
      case kAckWithCounts: {
        variable_integer(reader_);
        variable_integer(reader_);
        const std::uint64_t ranges = variable_integer(reader_);
        variable_integer(reader_);
        for (std::uint64_t i = 0; i < 2 * ranges && reader_.ok(); ++i) {
          variable_integer(reader_);
        }
        for (int i = 0; type == kAckWithCounts && i < 3; ++i) {
          variable_integer(reader_);
        }
        break;
      }
      case kCrypto: {
        frame.offset = variable_integer(reader_);
        frame.data = reader_.take(variable_integer(reader_));
        return reader_.ok();
      }
      default:
        return false;
    }
  }
  return false;
}

}  // namespace netml
