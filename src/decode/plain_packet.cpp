#include "netml/decode/plain_packet.hpp"

#include "headers.hpp"

namespace netml {
namespace {

constexpr int kEthernetLink = 1;  // DLT_EN10MB

/// Where the transport header is, and what the headers before it said.
template <typename Address>
struct Datagram {
  ByteReader reader;     ///< at the transport header, ends with the captured IP packet
  std::uint32_t offset;  ///< of the transport header in the frame
  std::uint8_t protocol;
  Address source, destination;
};

// Inlined without asking: that way no address is copied before its place in the key is known.
template <typename Address>
[[gnu::always_inline]] inline bool plain_tcp(const Datagram<Address>& datagram, bool per_direction,
                                             PacketRecord& record) noexcept {
  const ByteReader& reader = datagram.reader;
  if (record.transport_length < TcpHeader::kSize || reader.remaining() < TcpHeader::kSize) {
    return false;
  }
  const TcpHeader header(reader.fixed<TcpHeader::kSize>());
  if (!header.has_sound_length(record.transport_length)) {
    return false;
  }
  put_tcp(header, record);
  put_payload(header.header_length, datagram.offset, reader.remaining(), record);
  put_ends(datagram.source, datagram.destination, header.source_port, header.destination_port,
           per_direction, record);
  return true;
}

template <typename Address>
[[gnu::always_inline]] inline bool plain_udp(const Datagram<Address>& datagram,
                                             const DecodeOptions& options,
                                             PacketRecord& record) noexcept {
  const ByteReader& reader = datagram.reader;
  if (record.transport_length < UdpHeader::kSize || reader.remaining() < UdpHeader::kSize) {
    return false;
  }
  const UdpHeader header(reader.fixed<UdpHeader::kSize>());
  if (options.decode_tunnels &&
      (udp_tunnel::is_port(header.source_port) || udp_tunnel::is_port(header.destination_port))) {
    return false;
  }
  put_no_tcp(record);
  put_payload(UdpHeader::kSize, datagram.offset, reader.remaining(), record);
  if (header.has_length()) {
    limit_payload(header, record);
  }
  put_ends(datagram.source, datagram.destination, header.source_port, header.destination_port,
           options.per_direction, record);
  return true;
}

template <typename Address>
[[gnu::always_inline]] inline bool plain_transport(const Datagram<Address>& datagram,
                                                   const DecodeOptions& options,
                                                   PacketRecord& record) noexcept {
  record.key.protocol = datagram.protocol;
  record.key.tunnel_id = 0;
  record.icmp_type = 0;
  record.icmp_code = 0;
  record.is_fragment = false;
  switch (datagram.protocol) {
    case ip_protocol::kTcp:
      return plain_tcp(datagram, options.per_direction, record);
    case ip_protocol::kUdp:
      return plain_udp(datagram, options, record);
    default:
      return false;
  }
}

bool plain_ipv4(ByteReader reader, std::uint32_t offset, const DecodeOptions& options,
                PacketRecord& record) noexcept {
  if (reader.remaining() < Ipv4Header::kSize) {
    return false;
  }
  const Ipv4Header header(reader.fixed<Ipv4Header::kSize>());
  if (header.version != 4 || header.header_length != Ipv4Header::kSize ||
      header.total_length < Ipv4Header::kSize || header.is_fragment()) {
    return false;
  }
  put_ipv4(header, header.total_length, record);
  reader.skip(Ipv4Header::kSize);
  reader.shrink(record.transport_length);
  const Datagram<WireAddress<4>> datagram{reader, offset + Ipv4Header::kSize, header.protocol,
                                          header.source, header.destination};
  return plain_transport(datagram, options, record);
}

bool plain_ipv6(ByteReader reader, std::uint32_t offset, const DecodeOptions& options,
                PacketRecord& record) noexcept {
  if (reader.remaining() < Ipv6Header::kSize) {
    return false;
  }
  const Ipv6Header header(reader.fixed<Ipv6Header::kSize>());
  if (header.version != 6 || header.payload_length == 0) {
    return false;
  }
  put_ipv6(header, header.payload_length, record);
  reader.skip(Ipv6Header::kSize);
  reader.shrink(record.transport_length);
  const Datagram<WireAddress<16>> datagram{reader, offset + Ipv6Header::kSize, header.next_header,
                                           header.source, header.destination};
  return plain_transport(datagram, options, record);
}

}  // namespace

bool decode_plain(const RawPacket& packet, const DecodeOptions& options,
                  PacketRecord& record) noexcept {
  ByteReader reader(packet.bytes);
  // Room for a tag too: the shortest packet of interest is longer than both.
  constexpr std::uint32_t kLink = EthernetHeader::kSize + VlanTag::kSize;
  if (packet.link_type != kEthernetLink || reader.remaining() < kLink) {
    return false;
  }
  const EthernetHeader ethernet(reader.fixed<EthernetHeader::kSize>());
  reader.skip(EthernetHeader::kSize);
  std::uint32_t offset = EthernetHeader::kSize;
  std::uint16_t type = ethernet.type, vlan = 0;
  if (type != ether_type::kIpv4 && ether_type::is_vlan(type)) {
    const VlanTag tag(reader.fixed<VlanTag::kSize>());
    reader.skip(VlanTag::kSize);
    offset += static_cast<std::uint32_t>(VlanTag::kSize);
    type = tag.type;
    vlan = tag.id;
  }
  record.ts_ns = packet.ts_ns;
  record.wire_length = packet.wire_length;
  record.captured_length = static_cast<std::uint32_t>(packet.bytes.size());
  record.key.vlan = vlan;
  put_macs(ethernet, record);
  switch (type) {
    case ether_type::kIpv4:
      return plain_ipv4(reader, offset, options, record);
    case ether_type::kIpv6:
      return plain_ipv6(reader, offset, options, record);
    default:
      return false;
  }
}

}  // namespace netml
