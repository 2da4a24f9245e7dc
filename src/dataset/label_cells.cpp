#include "label_cells.hpp"

#include <charconv>
#include <cmath>
#include <utility>

#include "netml/core/text_format.hpp"

namespace netml {
namespace {

constexpr double kLongestFlow_ns = 1e18;  // 31 years; beyond is no duration
constexpr std::uint8_t kIcmp = 1, kTcp = 6, kUdp = 17, kIcmpv6 = 58, kSctp = 132;

bool has_ports(std::uint8_t protocol) {
  return protocol == kTcp || protocol == kUdp || protocol == kSctp;
}

std::optional<std::uint64_t> parse_hexadecimal(std::string_view text) {
  if (!text.starts_with("0x") && !text.starts_with("0X")) {
    return std::nullopt;
  }
  text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                  : std::nullopt;
}

}  // namespace

std::string bad_cell(std::string_view name, std::string_view text, std::string_view expected) {
  return std::string(name) + " '" + printable(text) + "' is not " + std::string(expected);
}

std::optional<std::uint64_t> parse_whole(std::string_view text, std::uint64_t largest) {
  text = trim(text);
  const std::size_t point = text.find('.');
  if (point != std::string_view::npos) {
    const std::string_view zeros = text.substr(point + 1);
    if (zeros.empty() || zeros.find_first_not_of('0') != std::string_view::npos) {
      return std::nullopt;
    }
    text = text.substr(0, point);
  }
  const auto value = parse_u64(text);
  return value && *value <= largest ? value : std::nullopt;
}

std::string read_address(std::string_view text, IpAddress& address) {
  const auto parsed = parse_ip_address(trim(text));
  if (!parsed) {
    return bad_cell("address", text, "an IPv4 or IPv6 address");
  }
  address = *parsed;
  return "";
}

std::string read_port(std::string_view text, std::uint16_t& port) {
  const auto parsed = parse_whole(text, 65535);
  if (!parsed) {
    return bad_cell("port", text, "a number from 0 to 65535");
  }
  port = static_cast<std::uint16_t>(*parsed);
  return "";
}

std::string read_protocol_number(std::string_view text, std::uint8_t& protocol) {
  const auto parsed = parse_whole(text, 255);
  if (!parsed) {
    return bad_cell("protocol", text, "a number from 0 to 255");
  }
  protocol = static_cast<std::uint8_t>(*parsed);
  return "";
}

std::optional<std::int64_t> parse_label_duration(std::string_view text, std::int64_t unit_ns) {
  text = trim(text);
  const auto units = text.empty() ? std::optional(0.0) : parse_double(text);
  if (!units) {
    return std::nullopt;
  }
  const double ns = std::fmax(0, *units) * static_cast<double>(unit_ns);
  return ns <= kLongestFlow_ns ? std::optional(std::llround(ns)) : std::nullopt;
}

std::string read_logged_key(const LoggedKey& logged, LabelDraft& draft) {
  const auto protocol = parse_label_protocol(logged.protocol);
  if (!protocol) {
    return bad_cell("protocol", logged.protocol, "the name or number of a protocol");
  }
  if (!protocol->is_ip) {
    draft.is_left_out = true;
    return "";
  }
  LabelKey& key = draft.row.key;
  key.protocol = protocol->number;
  for (const auto& [text, address] :
       {std::pair(logged.src_ip, &key.a), std::pair(logged.dst_ip, &key.b)}) {
    if (std::string problem = read_address(text, *address); !problem.empty()) {
      return problem;
    }
  }
  if (key.protocol == kIcmp && !key.a.is_mapped_ipv4()) {
    key.protocol = kIcmpv6;
  }
  if (!has_ports(key.protocol)) {
    return "";
  }
  for (const auto& [text, port] :
       {std::pair(logged.src_port, &key.port_a), std::pair(logged.dst_port, &key.port_b)}) {
    if (const auto value = parse_hexadecimal(trim(text)); value && *value <= 65535) {
      *port = static_cast<std::uint16_t>(*value);
    } else if (std::string problem = read_port(text, *port); !problem.empty()) {
      return problem;
    }
  }
  return "";
}

}  // namespace netml
