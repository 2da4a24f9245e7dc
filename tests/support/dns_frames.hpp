#pragma once

#include "support/frames.hpp"

// DNS messages built by hand (RFC 1035).
namespace netml::test {

/// Labels between dots, without compression.
inline Bytes dns_name(const std::string& name) {
  Bytes bytes;
  for (std::size_t begin = 0; begin < name.size();) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    bytes.push_back(static_cast<std::uint8_t>(end - begin));
    bytes.insert(bytes.end(), name.begin() + static_cast<std::ptrdiff_t>(begin),
                 name.begin() + static_cast<std::ptrdiff_t>(end));
    begin = end + 1;
  }
  return bytes + Bytes{0};
}

inline Bytes dns_pointer(std::size_t offset) {
  return u16(0xc000 | offset);
}

inline Bytes dns_record(const Bytes& owner, std::size_t type, const Bytes& data) {
  return owner + u16(type) + u16(1) + u32(120) + u16(data.size()) + data;
}

struct DnsCounts {
  std::size_t questions = 0, answers = 0, authorities = 0, additional = 0;
};

inline constexpr std::size_t kDnsHeader = 12;

inline Bytes dns(const DnsCounts& counts, const Bytes& records) {
  return u16(0) + u16(0x8400) + u16(counts.questions) + u16(counts.answers) +
         u16(counts.authorities) + u16(counts.additional) + records;
}

/// From port 5353 to port 5353.
inline Bytes mdns_frame(const Bytes& message) {
  return ether(0x0800, ipv4(17, udp(5353, 5353, message)));
}

}  // namespace netml::test
