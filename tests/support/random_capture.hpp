#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "netml/decode/packet.hpp"

#include "support/capture_file.hpp"
#include "support/capture_text.hpp"

namespace netml::test {

inline constexpr std::int64_t kTrafficStart = 1'500'000'000'000'000'000;

struct TrafficOptions {
  int packets = 2500;
  int hosts = 5;
  int most_step_ms = 200;
  bool is_quiet_at_times = true;
  bool runs_back = false;
};

// Packets between few hosts: TCP with FIN and RST, UDP, ICMP, some of them late.
inline std::string random_capture(std::uint32_t seed, const TrafficOptions& options = {}) {
  std::mt19937 random(seed);
  std::string capture = pcap_header();
  std::int64_t time = kTrafficStart;
  for (int i = 0; i < options.packets; ++i) {
    time += static_cast<std::int64_t>(random() % static_cast<unsigned>(options.most_step_ms)) *
            1'000'000;
    time += options.is_quiet_at_times && random() % 400 == 0 ? 300'000'000'000 : 0;
    time -= options.runs_back && i == options.packets / 2 ? 86'400'000'000'000 : 0;
    const std::int64_t late = random() % 10 == 0 ? 3'000'000'000 : 0;
    const std::size_t client = 1 + random() % static_cast<unsigned>(options.hosts);
    const std::size_t server = 40 + random() % 3;
    const std::size_t port = 1000 + random() % 40;
    const std::size_t service = random() % 2 == 0 ? 80 : 443;
    const bool is_reply = random() % 3 == 0;
    const std::size_t from = is_reply ? service : port, to = is_reply ? port : service;
    constexpr std::uint8_t kFlags[] = {tcp_flag::kSyn, tcp_flag::kAck, tcp_flag::kAck,
                                       tcp_flag::kFin, tcp_flag::kRst};
    const std::uint8_t icmp_type = is_reply ? 0 : random() % 2 == 0 ? 8 : 13;
    Bytes packet;
    switch (random() % 4) {
      case 0:
        packet = ipv4(17, udp(from, to));
        break;
      case 1:
        packet = ipv4(1, icmp(icmp_type));
        break;
      default:
        packet = ipv4(6, tcp(from, to, kFlags[random() % 5]));
    }
    packet[15] = static_cast<std::uint8_t>(is_reply ? server : client);
    packet[19] = static_cast<std::uint8_t>(is_reply ? client : server);
    capture += pcap_record(time - late - kCaptureStart, ether(0x0800, packet));
  }
  return capture;
}

}  // namespace netml::test
