#pragma once

#include <cstdint>
#include <string>

#include "support/frames.hpp"

// Classic pcap files as bytes: `pcap_header() + pcap_record(0, frame) + …`. Little-endian,
// nanosecond timestamps.
namespace netml::test {

inline constexpr std::int64_t kCaptureStart = 1'700'000'000'000'000'000;

inline std::string u32le(std::uint64_t value) {
  std::string bytes;
  for (int shift = 0; shift < 32; shift += 8) {
    bytes += static_cast<char>(value >> shift);
  }
  return bytes;
}

inline std::string pcap_header(std::uint32_t link_type = 1) {
  return std::string("\x4d\x3c\xb2\xa1\x02\x00\x04\x00", 8) + u32le(0) + u32le(0) + u32le(65535) +
         u32le(link_type);
}

/// A packet `offset_ns` after kCaptureStart.
inline std::string pcap_record(std::int64_t offset_ns, const Bytes& frame) {
  const auto time = static_cast<std::uint64_t>(kCaptureStart + offset_ns);
  return u32le(time / 1'000'000'000) + u32le(time % 1'000'000'000) + u32le(frame.size()) +
         u32le(frame.size()) + std::string(frame.begin(), frame.end());
}

/// A UDP packet from 10.0.0.1:`port` to 10.0.0.2:53.
inline std::string udp_record(std::int64_t offset_ns, std::size_t port, std::size_t payload = 20) {
  return pcap_record(offset_ns, ether(0x0800, ipv4(17, udp(port, 53, zeros(payload)))));
}

/// `flows` UDP flows of `packets` packets each, 1 ms from packet to packet, one flow at a time.
inline std::string udp_capture(std::size_t flows, std::size_t packets = 2) {
  std::string bytes = pcap_header();
  std::int64_t offset_ns = 0;
  for (std::size_t flow = 0; flow < flows; ++flow) {
    for (std::size_t packet = 0; packet < packets; ++packet, offset_ns += 1'000'000) {
      bytes += udp_record(offset_ns, 1024 + flow, 20 + flow % 50 + packet);
    }
  }
  return bytes;
}

}  // namespace netml::test
