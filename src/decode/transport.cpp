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
  put_payload(header_length, walk.offset(), walk.view.reader.remaining(), walk.record);
}

void set_key(Walk& walk, std::uint16_t source_port, std::uint16_t destination_port) {
  walk.record.key.protocol = walk.protocol;
  put_ends(walk.source, walk.destination, source_port, destination_port, walk.options.per_direction,
           walk.record);
}

Next decode_tcp(Walk& walk) {
  const ByteReader& reader = walk.view.reader;
  PacketRecord& record = walk.record;
  if (record.transport_length < TcpHeader::kSize || reader.remaining() < TcpHeader::kSize) {
    return short_l4(walk, TcpHeader::kSize);
  }
  const TcpHeader header(reader.fixed<TcpHeader::kSize>());
  put_tcp(header, record);
  if (!header.has_sound_length(record.transport_length)) {
    return walk.fail(DecodeStatus::kBadL4Header);
  }
  set_payload(walk, header.header_length);
  set_key(walk, header.source_port, header.destination_port);
  return Next::kDone;
}

Next decode_udp(Walk& walk) {
  ByteReader& reader = walk.view.reader;
  if (walk.record.transport_length < UdpHeader::kSize || reader.remaining() < UdpHeader::kSize) {
    return short_l4(walk, UdpHeader::kSize);
  }
  const UdpHeader header(reader.fixed<UdpHeader::kSize>());
  set_payload(walk, UdpHeader::kSize);
  set_key(walk, header.source_port, header.destination_port);
  if (header.has_length()) {
    limit_payload(header, walk.record);
    walk.view.limit(header.length);
  }
  if (!walk.options.decode_tunnels || walk.record.is_fragment) {
    return Next::kDone;
  }
  reader.skip(UdpHeader::kSize);
  return decode_udp_tunnel(walk, header.source_port, header.destination_port);
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
  ByteReader header = walk.view.reader;
  walk.record.icmp_type = header.u8();
  walk.record.icmp_code = header.u8();
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

Next decode_transport(Walk& walk) {
  PacketRecord& record = walk.record;
  put_no_tcp(record);
  record.icmp_type = 0;
  record.icmp_code = 0;
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
