#pragma once

#include "support/frames.hpp"

// DHCP messages built by hand (RFC 2131).
namespace netml::test {

inline Bytes dhcp_option(std::uint8_t code, const Bytes& data) {
  return Bytes{code, static_cast<std::uint8_t>(data.size())} + data;
}
inline Bytes dhcp_option(std::uint8_t code, const std::string& text) {
  return dhcp_option(code, Bytes(text.begin(), text.end()));
}

struct DhcpFields {
  std::uint8_t operation = 1;
  Bytes client_address = zeros(4);
  Bytes hardware_address = {2, 0, 0, 0, 0, 1};
  std::size_t magic = 0x63825363;
};

inline Bytes dhcp(const Bytes& options, const DhcpFields& with = {}) {
  return Bytes{with.operation, 1, static_cast<std::uint8_t>(with.hardware_address.size()), 0} +
         zeros(8) + with.client_address + zeros(12) + first(with.hardware_address, 16) +
         zeros(192) + u32(with.magic) + options;
}

/// From 10.0.0.1 (or 0.0.0.0) port 68 to port 67.
inline Bytes dhcp_frame(const Bytes& message, bool from_nobody = false) {
  Bytes packet = ipv4(17, udp(68, 67, message));
  if (from_nobody) {
    std::fill_n(packet.begin() + 12, 4, std::uint8_t{0});
  }
  return ether(0x0800, packet);
}

}  // namespace netml::test
