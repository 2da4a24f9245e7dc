#pragma once

#include <vector>

#include "support/link_frames.hpp"

// Tunnels over IP and UDP; the caller adds the outer headers.
namespace netml::test {

namespace port {
inline constexpr std::size_t kGtpU = 2152, kTeredo = 3544, kVxlan = 4789, kCapwap = 5247,
                             kGeneve = 6081, kTzsp = 37008;
}  // namespace port

struct GreOptions {
  bool has_checksum = false, has_routing = false, has_key = false, has_sequence = false,
       has_ack = false;
  unsigned version = 0;
};

inline Bytes gre(std::size_t type, const Bytes& payload, const GreOptions& with = {}) {
  const unsigned flags = (with.has_checksum ? 0x8000U : 0U) | (with.has_routing ? 0x4000U : 0U) |
                         (with.has_key ? 0x2000U : 0U) | (with.has_sequence ? 0x1000U : 0U) |
                         (with.has_ack ? 0x80U : 0U) | with.version;
  const std::size_t words = (with.has_checksum || with.has_routing ? 1U : 0U) +
                            (with.has_key ? 1U : 0U) + (with.has_sequence ? 1U : 0U) +
                            (with.has_ack ? 1U : 0U);
  return u16(flags) + u16(type) + zeros(4 * words) + payload;
}

inline Bytes erspan1(const Bytes& frame) {
  return gre(0x88be, frame);
}
inline Bytes erspan2(const Bytes& frame) {
  return gre(0x88be, Bytes{0x10, 0} + zeros(6) + frame, {.has_sequence = true});
}
inline Bytes erspan3(const Bytes& frame, bool has_optional) {
  const std::uint8_t last = has_optional ? 1 : 0;
  return gre(0x22eb, Bytes{0x20, 0} + zeros(9) + Bytes{last} + zeros(has_optional ? 8 : 0) + frame,
             {.has_sequence = true});
}

struct GtpOptions {
  std::uint8_t flags = 0x30;
  std::uint8_t message = 0xff;
  std::vector<Bytes> extensions = {};  ///< type, then the content without length and next type
};

/// Sequence number, N-PDU number and next type are there when `flags` has any of E, S, PN.
inline Bytes gtp_u(const Bytes& payload, const GtpOptions& with = {}) {
  Bytes optional;
  if ((with.flags & 7U) != 0) {
    optional = Bytes{0, 1, 0};
    for (const Bytes& extension : with.extensions) {
      optional = std::move(optional) + Bytes{extension[0]};
      optional = std::move(optional) +
                 Bytes{static_cast<std::uint8_t>((extension.size() + 1) / 4)} +
                 Bytes(extension.begin() + 1, extension.end());
    }
    optional = std::move(optional) + Bytes{0};
  }
  return Bytes{with.flags, with.message} + u16(optional.size() + payload.size()) + u32(7) +
         optional + payload;
}

inline Bytes vxlan(const Bytes& frame) {
  return Bytes{8, 0, 0, 0, 0, 0, 7, 0} + frame;
}

/// `options` is a multiple of four bytes.
inline Bytes geneve(std::size_t type, const Bytes& payload, const Bytes& options = {}) {
  return Bytes{static_cast<std::uint8_t>(options.size() / 4), 0} + u16(type) + Bytes{0, 0, 7, 0} +
         options + payload;
}

inline Bytes teredo_authentication(std::uint8_t client, std::uint8_t value, const Bytes& payload) {
  return Bytes{0, 1, client, value} + zeros(std::size_t{client} + value + 9) + payload;
}
inline Bytes teredo_origin(const Bytes& payload) {
  return zeros(8) + payload;
}

/// `tags` come before the end tag.
inline Bytes tzsp(const Bytes& frame, const Bytes& tags = {}) {
  return Bytes{1, 0, 0, 1} + tags + Bytes{1} + frame;
}

struct CapwapOptions {
  std::uint8_t preamble = 0;
  bool is_native = false;  ///< T: the payload is an 802.11 frame
  std::uint8_t flags = 0;  ///< F 80, L 40, W 20, M 10, K 08, three reserved bits
  Bytes more_header = {};  ///< a multiple of four bytes
};

inline Bytes capwap(const Bytes& frame, const CapwapOptions& with = {}) {
  const std::size_t words = 2 + with.more_header.size() / 4;
  return Bytes{with.preamble, static_cast<std::uint8_t>(words << 3),
               static_cast<std::uint8_t>(with.is_native ? 3 : 2), with.flags} +
         zeros(4) + with.more_header + frame;
}

}  // namespace netml::test
