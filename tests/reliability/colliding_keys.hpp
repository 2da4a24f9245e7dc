#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace netml::test {

/// What tells TCP flows over IPv4 apart.
struct TcpKey {
  std::uint32_t source = 0;
  std::uint32_t destination = 0;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;

  bool operator==(const TcpKey&) const = default;
};

/// `count` distinct keys that a well-known hash without a secret cannot tell apart, however many
/// buckets it has; `random` gives keys drawn at random, to compare with. The hash is taken over
/// source, destination, ports and protocol in network order. Addresses count as 4 bytes and as 16
/// (IPv4-mapped): `crc32` collides in both layouts at once; of the FNV keys one half collides in
/// the one, one half in the other.
///
///   fnv1a32   FNV-1a of 32 bits
///   fnv1a64   the low 32 bits of FNV-1a of 64 bits
///   crc32     CRC-32 of IEEE 802.3
///   xor       exclusive or of the key's words
///   low-bits  addresses and ports that differ in their high bits only
///
/// Source addresses are below destination addresses, so that ordering the two ends changes nothing.
/// Empty when there is no such kind.
std::vector<TcpKey> colliding_keys(std::string_view kind, std::size_t count);

}  // namespace netml::test
