// One packet through every decoder, and through the standard one with its short cut for plain
// packets and without. Input: two bytes, then the captured bytes. Of the two (little endian) the
// low nine bits are the link type (DLT_ value), the rest says how many times 13 bytes more there
// were on the wire.

#include <cmath>
#include <cstddef>
#include <cstring>
#include <tuple>
#include <type_traits>

#include "netml/decode/netml_decoder.hpp"
#include "netml/decode/nfstream_decoder.hpp"
#include "netml/decode/packet_decoder.hpp"
#include "netml/decode/plain_packet.hpp"

#include "fuzz.hpp"

namespace netml {
namespace {

using fuzz::require;

void check_key(const PacketRecord& record, const DecodeOptions& options) {
  const FlowKey& key = record.key;
  require(key.ip_version == 4 || key.ip_version == 6, "a key has an IP version");
  require(key.vlan <= 4095, "a VLAN id has 12 bits");
  require(key.tunnel_id <= static_cast<std::uint32_t>(TunnelKind::kTeredo), "a tunnel is known");
  require(options.decode_tunnels || key.tunnel_id == 0, "tunnels stay closed when asked");
  if (options.per_direction) {
    require(!record.from_b, "with flows per direction the source is a");
  } else {
    require(std::tie(key.addr_a, key.port_a) <= std::tie(key.addr_b, key.port_b),
            "a key is canonical");
  }
}

void check_record(const RawPacket& packet, const PacketRecord& record,
                  const DecodeOptions& options) {
  require(record.captured_length == packet.bytes.size(), "captured length is the capture's");
  require(record.wire_length == packet.wire_length, "wire length is the capture's");
  require(record.payload_offset <= packet.bytes.size(), "the payload begins inside the capture");
  require(record.payload_length <= record.transport_length, "payload is part of the transport");
  require(record.transport_length <= record.ip_length, "transport is part of the IP packet");
  check_key(record, options);
}

// Twice with one decoder: it keeps nothing of a packet but what a first fragment leaves for later
// ones, and those are not the same packet.
void decode_standard(const RawPacket& packet, const DecodeOptions& options) {
  PacketDecoder decoder(options);
  PacketRecord first, again;
  const DecodeStatus status = decoder.decode(packet, first);
  require(status < DecodeStatus::kCount, "a status is one of the known");
  require(decoder.not_ip_class() < NotIpClass::kCount, "a class is one of the known");
  require(!to_text(status).empty() || status == DecodeStatus::kOk, "a status has a name");
  if (status == DecodeStatus::kOk) {
    check_record(packet, first, options);
  } else if (packet.wire_length <= packet.bytes.size()) {
    require(status != DecodeStatus::kSnapped, "only what was cut is counted as cut");
  }
  require(decoder.decode(packet, again) == status, "the same packet has the same status");
  if (status == DecodeStatus::kOk) {
    require(first.key == again.key && first.from_b == again.from_b &&
                first.payload_offset == again.payload_offset &&
                first.payload_length == again.payload_length && first.ip_length == again.ip_length,
            "the same packet gives the same record");
  }
}

// Records are compared as bytes: all up to the last member, with padding behind it alone.
constexpr std::size_t kRecordBytes = offsetof(PacketRecord, is_fragment) + 1;
static_assert(kRecordBytes == 121 && sizeof(PacketRecord) == 128, "what is compared as bytes");

// A record full of what an earlier packet may have left.
PacketRecord used_record(int fill) {
  PacketRecord record;
  std::memset(static_cast<void*>(&record), fill, sizeof record);
  record.index = record.hash = 0;  // not the decoder's
  return record;
}

bool same_bytes(const PacketRecord& a, const PacketRecord& b) {
  return std::memcmp(&a, &b, kRecordBytes) == 0;
}

// Twice: the second time, what a first fragment left is there.
void compare_short_cut(const RawPacket& packet, const DecodeOptions& options) {
  PacketDecoder cutting(options), walking(options);
  for (int i = 0; i < 2; ++i) {
    PacketRecord record = used_record(0xa5), by_walk = used_record(0),
                 by_short_cut = used_record(1);
    const DecodeStatus expected = walking.walk(packet, by_walk);
    const DecodeStatus status = cutting.decode(packet, record);
    require(status == expected, "the short cut and the walk have the same status");
    require(cutting.not_ip_class() == walking.not_ip_class(),
            "the short cut and the walk have the same class");
    require(status != DecodeStatus::kOk || same_bytes(record, by_walk),
            "the short cut and the walk have the same record");
    if (decode_plain(packet, options, by_short_cut)) {
      require(expected == DecodeStatus::kOk && same_bytes(by_short_cut, by_walk),
              "what the short cut takes is a sound packet");
    }
  }
}

void decode_presets(const RawPacket& packet) {
  for (const bool tunnels : {false, true}) {
    PacketRecord record;
    if (decode_nfstream(packet, tunnels, record) == DecodeStatus::kOk) {
      require(record.payload_offset <= packet.bytes.size(), "nfstream: payload inside the capture");
      require(record.payload_length <= record.transport_length, "nfstream: payload in transport");
    }
  }
  NetmlPacket netml;
  if (decode_netml(packet, netml) == DecodeStatus::kOk) {
    require(std::isfinite(netml.time), "netml: times are finite");
    require(netml.size <= 65535, "netml: sizes have 16 bits");
  }
}

}  // namespace
}  // namespace netml

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace netml;
  fuzz::Input input(data, size);
  const std::uint16_t head = input.u16();
  RawPacket packet;
  packet.link_type = head & 0x1ff;
  packet.ts_ns = 1'500'000'000'000'000'000;
  packet.seconds = 1'500'000'000;
  const std::size_t captured = input.size();
  packet.bytes = {data + (size - captured), captured};
  packet.wire_length = static_cast<std::uint32_t>(captured + (head >> 9U) * 13U);
  for (const bool tunnels : {true, false}) {
    for (const bool per_direction : {false, true}) {
      const DecodeOptions options{.decode_tunnels = tunnels, .per_direction = per_direction};
      decode_standard(packet, options);
      compare_short_cut(packet, options);
    }
  }
  decode_presets(packet);
  return 0;
}
