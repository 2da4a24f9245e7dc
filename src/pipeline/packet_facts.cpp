#include "netml/pipeline/packet_facts.hpp"

#include <algorithm>

#include "netml/decode/protocol_name.hpp"

namespace netml {
namespace {

// Source and destination apart.
DecodeOptions decode_options(bool decode_tunnels) {
  DecodeOptions options;
  options.decode_tunnels = decode_tunnels;
  options.per_direction = true;
  return options;
}

void put_ip(const PacketRecord& record, PacketFacts& facts) {
  facts.ip_version = record.key.ip_version;
  facts.source = record.key.addr_a;
  facts.destination = record.key.addr_b;
  facts.protocol = record.key.protocol;
  facts.ttl = record.ttl;
  facts.ip_length = facts.outer_ip_length = record.ip_length;
  facts.vlan = record.key.vlan;
}

void put_transport(const PacketRecord& record, const RawPacket& packet, PacketFacts& facts) {
  facts.has_ports = has_ports(record.key.protocol);
  facts.source_port = record.key.port_a;
  facts.destination_port = record.key.port_b;
  facts.tcp_flags = record.tcp_flags;
  facts.payload_length = record.payload_length;
  // TCP and UDP have a header, but for later fragments.
  facts.has_transport_header = record.payload_length < record.transport_length;
  const std::size_t begin = std::min<std::size_t>(record.payload_offset, packet.bytes.size());
  facts.payload = packet.bytes.subspan(
      begin, std::min<std::size_t>(record.payload_length, packet.bytes.size() - begin));
}

}  // namespace

PacketFactsReader::PacketFactsReader(bool decode_tunnels)
    : decoder_(decode_options(decode_tunnels)), outer_decoder_(decode_options(false)) {}

PacketFacts PacketFactsReader::read(const RawPacket& packet) {
  PacketFacts facts;
  facts.ts_ns = packet.ts_ns;
  facts.wire_length = packet.wire_length;
  facts.captured_length = static_cast<std::uint32_t>(packet.bytes.size());
  facts.link = link_addresses(packet);
  PacketRecord record;
  facts.status = decoder_.decode(packet, record);
  put_ip(record, facts);
  if (facts.status == DecodeStatus::kOk) {
    put_transport(record, packet, facts);
  }
  if (record.key.tunnel_id != 0) {
    PacketRecord outer;
    outer_decoder_.decode(packet, outer);
    facts.outer_ip_length = outer.ip_length;
  }
  return facts;
}

void PacketFactsReader::start_input() {
  decoder_.start_input();
  outer_decoder_.start_input();
}

}  // namespace netml
