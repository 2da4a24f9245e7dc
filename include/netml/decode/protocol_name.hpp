#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace netml {

/// The usual name of an IP protocol, as in "TCP" or "ICMPv6" (IANA, Assigned Internet Protocol
/// Numbers); its number for those that are rare.
std::string protocol_name(std::uint8_t protocol);

/// A name as protocol_name() gives it, in any case, or a number.
std::optional<std::uint8_t> parse_protocol(std::string_view text);

/// TCP, UDP and SCTP.
bool has_ports(std::uint8_t protocol) noexcept;

}  // namespace netml
