#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "netml/core/ip_address.hpp"

#include "label_rows.hpp"

namespace netml {

// What the cells of label files mean, whatever the format. Functions that give text say what is
// wrong with a cell, in words for the user; nothing when it is good.

/// "port 'x' is not a number from 0 to 65535".
std::string bad_cell(std::string_view name, std::string_view text, std::string_view expected);

/// A whole number up to `largest`; "80.0" counts, as pandas writes columns with gaps.
std::optional<std::uint64_t> parse_whole(std::string_view text, std::uint64_t largest);

std::string read_address(std::string_view text, IpAddress& address);
std::string read_port(std::string_view text, std::uint16_t& port);
std::string read_protocol_number(std::string_view text, std::uint8_t& protocol);

/// A length of time in units of `unit_ns`. Nothing and less than nothing are 0, as published files
/// have them; nullopt for anything but a number, and above 31 years.
std::optional<std::int64_t> parse_label_duration(std::string_view text, std::int64_t unit_ns);

/// What a protocol's name stands for.
struct NamedProtocol {
  bool is_ip = true;  ///< false: ARP and the like, or one that has no number of its own
  std::uint8_t number = 0;
};

/// IANA's keywords and what argus, Zeek and Suricata write, in any case, and numbers. `icmp` is 1.
std::optional<NamedProtocol> parse_label_protocol(std::string_view text);

/// Both ends of a flow as a monitor logs them. What has no ports in netml's flows (all but TCP, UDP
/// and SCTP) has none here, whatever the monitor writes there: types and codes of ICMP, say.
struct LoggedKey {
  std::string_view protocol, src_ip, src_port, dst_ip, dst_port;
};

/// Sets the draft's key, or leaves it out where the protocol is not IP's. ICMP between IPv6
/// addresses is ICMPv6. Ports may be hexadecimal (0x0050), as argus writes some.
std::string read_logged_key(const LoggedKey& logged, LabelDraft& draft);

}  // namespace netml
