// What follows the IP header: ports, flags, payload; or an inner packet.

#include "layers.hpp"

namespace netml {
namespace {

Next short_l4(Walk& walk, std::size_t size) {
  // Absent from the IP packet itself, or only from the capture.
  return walk.fail(walk.record.transport_length < size
                       ? DecodeStatus::kShortL4
                       : walk.view.short_status(size, DecodeStatus::kShortL4));
}

void set_payload(Walk& walk, std::uint32_t header_length) {
  PacketRecord& record = walk.record;
  record.payload_length =
      record.transport_length > header_length ? record.transport_length - header_length : 0;
  const std::size_t captured = walk.view.reader.remaining();
  record.payload_offset =
      walk.offset() + static_cast<std::uint32_t>(std::min<std::size_t>(header_length, captured));
}

//  0                   1                   2                   3     RFC 9293, 3.1
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-------------------------------+-------------------------------+
// |          source port          |       destination port        |
// +-------------------------------+-------------------------------+
// |                        sequence number                        |
// |                     acknowledgment number                     |
// +-------+-------+---------------+-------------------------------+
// |offset |       |C E U A P R S F|            window             |
// +-------+-------+---------------+-------------------------------+
Next decode_tcp(Walk& walk) {
  constexpr std::size_t kHeader = 20;
  ByteReader header = walk.view.reader;
  if (walk.record.transport_length < kHeader || header.remaining() < kHeader) {
    return short_l4(walk, kHeader);
  }
  const std::uint16_t source_port = header.u16be(), destination_port = header.u16be();
  PacketRecord& record = walk.record;
  record.tcp_seq = header.u32be();
  record.tcp_ack = header.u32be();
  const std::uint32_t header_length = (header.u8() >> 4) * 4U;
  record.tcp_flags = header.u8();
  record.tcp_window = header.u16be();
  if (header_length < kHeader || header_length > record.transport_length) {
    return walk.fail(DecodeStatus::kBadL4Header);
  }
  set_payload(walk, header_length);
  set_key(walk, source_port, destination_port);
  return Next::kDone;
}

Next decode_udp(Walk& walk) {
  constexpr std::uint32_t kHeader = 8;
  ByteReader& reader = walk.view.reader;
  if (walk.record.transport_length < kHeader || reader.remaining() < kHeader) {
    return short_l4(walk, kHeader);
  }
  set_payload(walk, kHeader);
  ByteReader header = reader;
  const std::uint16_t source_port = header.u16be(), destination_port = header.u16be();
  const std::uint16_t length = header.u16be();
  set_key(walk, source_port, destination_port);
  // Below the header: 0 for a jumbogram (RFC 2675, 4) or segmentation offload, else nonsense.
  if (length >= kHeader) {
    std::uint32_t& payload_length = walk.record.payload_length;
    payload_length = std::min<std::uint32_t>(payload_length, length - kHeader);
    walk.view.limit(length);
  }
  if (!walk.options.decode_tunnels || walk.record.is_fragment) {
    return Next::kDone;
  }
  reader.skip(kHeader);
  return decode_udp_tunnel(walk, source_port, destination_port);
}

Next decode_sctp(Walk& walk) {
  constexpr std::size_t kHeader = 12;
  ByteReader header = walk.view.reader;
  if (walk.record.transport_length < kHeader || header.remaining() < kHeader) {
    return short_l4(walk, kHeader);
  }
  set_payload(walk, 0);
  const std::uint16_t source_port = header.u16be(), destination_port = header.u16be();
  set_key(walk, source_port, destination_port);
  return Next::kDone;
}

Next decode_icmp(Walk& walk) {
  constexpr std::size_t kSmallest = 4;  // type, code, checksum
  constexpr std::uint32_t kHeader = 8;
  if (walk.record.transport_length < kSmallest || walk.view.reader.remaining() < kSmallest) {
    return short_l4(walk, kSmallest);
  }
  walk.record.icmp_type = walk.view.reader.peek();
  set_payload(walk, kHeader);
  set_key(walk, 0, 0);
  return Next::kDone;
}

Next decode_other(Walk& walk) {
  set_payload(walk, 0);
  set_key(walk, 0, 0);
  return Next::kDone;
}

// IPv4 in IP (RFC 2003, 2473), IPv6 in IP (RFC 4213, 2473).
Next decode_ip_in_ip(Walk& walk, int version) {
  decode_other(walk);
  return walk.enter_tunnel(TunnelKind::kIpInIp, walk.ip(version));
}

}  // namespace

void set_key(Walk& walk, std::uint16_t source_port, std::uint16_t destination_port) {
  FlowKey& key = walk.record.key;
  key.protocol = walk.protocol;
  const auto order = walk.source <=> walk.destination;
  const bool swapped =
      !walk.options.per_direction && (order > 0 || (order == 0 && source_port > destination_port));
  key.addr_a = swapped ? walk.destination : walk.source;
  key.addr_b = swapped ? walk.source : walk.destination;
  key.port_a = swapped ? destination_port : source_port;
  key.port_b = swapped ? source_port : destination_port;
  walk.record.from_b = swapped;
}

Next decode_transport(Walk& walk) {
  PacketRecord& record = walk.record;
  record.tcp_flags = 0;
  record.tcp_window = 0;
  record.tcp_seq = record.tcp_ack = 0;
  record.icmp_type = 0;
  if (walk.is_later_fragment) {
    return decode_other(walk);  // the key comes from the first fragment
  }
  switch (walk.protocol) {
    case ip_protocol::kTcp:
      return decode_tcp(walk);
    case ip_protocol::kUdp:
      return decode_udp(walk);
    case ip_protocol::kSctp:
      return decode_sctp(walk);
    case ip_protocol::kIcmp:
    case ip_protocol::kIcmpv6:
      return decode_icmp(walk);
    default:
      break;
  }
  const bool may_enter = walk.options.decode_tunnels && !record.is_fragment;
  if (may_enter && (walk.protocol == ip_protocol::kIpv4 || walk.protocol == ip_protocol::kIpv6)) {
    return decode_ip_in_ip(walk, walk.protocol == ip_protocol::kIpv4 ? 4 : 6);
  }
  if (may_enter && walk.protocol == ip_protocol::kGre) {
    decode_other(walk);
    return decode_gre(walk);
  }
  return decode_other(walk);
}

}  // namespace netml
