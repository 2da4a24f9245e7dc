#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace netml {

/// An IPv4 or IPv6 address in 16 bytes, network order; IPv4 as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2).
///
/// Which of the two it is cannot be read off the bytes (an IPv6 packet may carry a mapped address);
/// whoever holds the address keeps the version beside it.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  static IpAddress from_ipv4(const std::uint8_t* four_bytes) noexcept {
    // As one word, which reads back faster than from pieces.
    std::uint32_t host = 0;
    std::memcpy(&host, four_bytes, sizeof host);
    const std::uint64_t low = std::uint64_t{host} << 32 | 0xffff0000U;
    IpAddress address;
    std::memcpy(address.bytes.data() + 8, &low, sizeof low);
    return address;
  }
  static IpAddress from_ipv6(const std::uint8_t* sixteen_bytes) noexcept {
    IpAddress address;
    std::memcpy(address.bytes.data(), sixteen_bytes, 16);
    return address;
  }

  /// True for ::ffff:0:0/96.
  bool is_mapped_ipv4() const noexcept;

  /// Order of the bytes.
  std::strong_ordering operator<=>(const IpAddress& other) const noexcept {
    const std::strong_ordering high = word(0) <=> other.word(0);
    return std::is_neq(high) ? high : word(8) <=> other.word(8);
  }
  bool operator==(const IpAddress&) const = default;

 private:
  std::uint64_t word(std::size_t offset) const noexcept {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return __builtin_bswap64(value);
  }
};

/// Dotted quad for `version` 4, RFC 5952 text (as inet_ntop prints) for 6.
std::string to_text(const IpAddress& address, int version);

/// Reads an address; nullopt for anything that is not exactly one (no zone, no prefix, no spaces).
/// A dotted quad becomes the mapped form.
std::optional<IpAddress> parse_ip_address(std::string_view text);

}  // namespace netml
