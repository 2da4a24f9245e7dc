#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <pcap/pcap.h>

#include "netml/capture/packet_source.hpp"

namespace netml::test {

/// Hands every packet of a capture to `visit`, with the timestamp's parts at the precision that
/// libpcap is asked for. False when the file cannot be opened; a damaged end ends it quietly.
inline bool for_each_packet(const std::string& path, unsigned precision,
                            const std::function<void(const RawPacket&)>& visit) {
  char error[PCAP_ERRBUF_SIZE];
  const std::unique_ptr<pcap_t, void (*)(pcap_t*)> capture(
      pcap_open_offline_with_tstamp_precision(path.c_str(), precision, error), &pcap_close);
  if (!capture) {
    return false;
  }
  pcap_pkthdr* header = nullptr;
  const u_char* bytes = nullptr;
  while (pcap_next_ex(capture.get(), &header, &bytes) == 1) {
    RawPacket packet;
    packet.seconds = header->ts.tv_sec;
    packet.subsecond_ns =
        header->ts.tv_usec * (precision == PCAP_TSTAMP_PRECISION_MICRO ? 1000 : 1);
    packet.wire_length = header->len;
    packet.bytes = {bytes, header->caplen};
    packet.link_type = pcap_datalink(capture.get());
    visit(packet);
  }
  return true;
}

}  // namespace netml::test
