#include "netml/core/ip_address.hpp"

#include <algorithm>

#include <arpa/inet.h>

namespace netml {

bool IpAddress::is_mapped_ipv4() const noexcept {
  return std::all_of(bytes.begin(), bytes.begin() + 10, [](auto b) { return b == 0; }) &&
         bytes[10] == 0xff && bytes[11] == 0xff;
}

std::string to_text(const IpAddress& address, int version) {
  char text[INET6_ADDRSTRLEN] = "";
  if (version == 4) {
    inet_ntop(AF_INET, address.bytes.data() + 12, text, sizeof text);
  } else {
    inet_ntop(AF_INET6, address.bytes.data(), text, sizeof text);
  }
  return text;
}

std::optional<IpAddress> parse_ip_address(std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  const std::string copy(text);
  std::uint8_t raw[16];
  if (inet_pton(AF_INET, copy.c_str(), raw) == 1) {
    return IpAddress::from_ipv4(raw);
  }
  if (inet_pton(AF_INET6, copy.c_str(), raw) == 1) {
    return IpAddress::from_ipv6(raw);
  }
  return std::nullopt;
}

}  // namespace netml
