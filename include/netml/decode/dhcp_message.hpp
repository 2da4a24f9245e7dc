#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "netml/core/byte_reader.hpp"

namespace netml {

/// DHCP options that the code speaks of (RFC 2132, RFC 3004).
namespace dhcp_option {
inline constexpr std::uint8_t kPad = 0, kHostName = 12, kRequestedAddress = 50, kMessageType = 53,
                              kParameterList = 55, kMaximumSize = 57, kVendorClass = 60,
                              kUserClass = 77, kEnd = 255;
}  // namespace dhcp_option

/// One option. A view of the message.
struct DhcpOption {
  std::uint8_t code = 0;
  std::span<const std::uint8_t> data;  ///< less than its length field says where the message ends
};

/// The options of a DHCP message, one after the other; padding is left out.
class DhcpOptions {
 public:
  explicit DhcpOptions(std::span<const std::uint8_t> bytes) noexcept : reader_(bytes) {}

  /// False at the end mark, at the end of the bytes, or where a code stands without its length.
  bool next(DhcpOption& option) noexcept;

 private:
  ByteReader reader_;
};

/// The fixed part of a DHCP message over IPv4 (RFC 2131, section 2) and its options. A view.
struct DhcpMessage {
  static constexpr std::uint32_t kMagic = 0x63825363;  ///< RFC 2131, section 3

  std::uint8_t operation = 0;  ///< 1 request, 2 reply
  std::uint8_t hardware_length = 0;
  std::array<std::uint8_t, 4> client_address{};    ///< ciaddr
  std::span<const std::uint8_t> hardware_address;  ///< chaddr, all 16 bytes
  std::uint32_t magic = 0;
  std::span<const std::uint8_t> options;

  /// False when the bytes end before the options. Whether `magic` and `operation` are DHCP's is for
  /// the caller to see.
  static bool read(std::span<const std::uint8_t> bytes, DhcpMessage& message) noexcept;
};

}  // namespace netml
