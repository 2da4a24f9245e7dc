#pragma once

#include <cstdint>
#include <string>

#include "support/capture_file.hpp"

// Classic pcap files as text: `pcap_header() + pcap_record(0, frame) + …`. Little-endian,
// nanosecond timestamps.
namespace netml::test {

inline constexpr std::int64_t kCaptureStart = 1'700'000'000'000'000'000;

inline std::string text(const Bytes& bytes) {
  return {bytes.begin(), bytes.end()};
}

inline std::string u32le(std::size_t value) {
  return text(FileNumbers(ByteOrder::kLittle).u32(value));
}

inline std::string pcap_header(int link_type = dlt::kEthernet) {
  return text(pcap_file({}, {.precision = Precision::kNano, .link_type = link_type}));
}

/// A packet `offset_ns` after kCaptureStart.
inline std::string pcap_record(std::int64_t offset_ns, const Bytes& frame) {
  const std::int64_t time_ns = kCaptureStart + offset_ns;
  return text(pcap_record({static_cast<std::uint32_t>(time_ns / 1'000'000'000),
                           static_cast<std::uint32_t>(time_ns % 1'000'000'000), frame},
                          {.precision = Precision::kNano}));
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
