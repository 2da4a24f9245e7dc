#pragma once

#include <cstdint>
#include <span>

#include "netml/capture/packet_source.hpp"
#include "netml/core/ip_address.hpp"
#include "netml/decode/link_addresses.hpp"
#include "netml/decode/packet_decoder.hpp"

namespace netml {

/// What the headers of one packet say. The IP header is the outermost one, or the innermost where
/// tunnels are looked into. A view: `payload` lives as long as the packet's bytes.
struct PacketFacts {
  std::int64_t ts_ns = 0;
  std::uint32_t wire_length = 0;
  std::uint32_t captured_length = 0;
  LinkAddresses link;
  DecodeStatus status = DecodeStatus::kEmpty;  ///< kOk: all that there is was read
  std::uint16_t vlan = 0;

  int ip_version = 0;  ///< 0: no sound IP header, and nothing of what follows
  IpAddress source, destination;
  std::uint8_t protocol = 0;
  std::uint8_t ttl = 0;
  std::uint32_t ip_length = 0;
  std::uint32_t outer_ip_length = 0;  ///< of the outermost header, whatever the tunnels

  /// TCP, UDP or SCTP, whose header was read; or a later fragment, which has the ports of the first
  /// one.
  bool has_ports = false;
  std::uint16_t source_port = 0, destination_port = 0;
  std::uint8_t tcp_flags = 0;
  std::uint32_t payload_length = 0;       ///< of the transport, on the wire
  bool has_transport_header = false;      ///< what follows is not the middle of a fragment
  std::span<const std::uint8_t> payload;  ///< captured part of it
};

/// Reads the headers of packets. Keeps the memory of first fragments, so packets must come in
/// capture order. Never throws but for want of memory, which is bounded by the fragment table. Not
/// thread-safe.
class PacketFactsReader {
 public:
  explicit PacketFactsReader(bool decode_tunnels);

  PacketFacts read(const RawPacket& packet);
  /// After a status of kNotIp: of which kind.
  NotIpClass not_ip_class() const noexcept { return decoder_.not_ip_class(); }
  /// Between inputs that are not continuous.
  void start_input();

 private:
  PacketDecoder decoder_;
  PacketDecoder outer_decoder_;  ///< for packets in tunnels
};

}  // namespace netml
