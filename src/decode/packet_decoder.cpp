#include "netml/decode/packet_decoder.hpp"

#include "layers.hpp"

namespace netml {
namespace {

Next step(Walk& walk, Next next) {
  if (++walk.headers > Walk::kMostHeaders) {
    walk.outer.reset();
    return walk.fail(DecodeStatus::kTooDeep);
  }
  switch (next) {
    case Next::kEthernet:
      return decode_ethernet(walk);
    case Next::kEtherType:
      return decode_ether_type(walk);
    case Next::kPpp:
      return decode_ppp(walk);
    case Next::kLlc:
      return decode_llc(walk);
    case Next::kIp:
      return decode_ip(walk);
    case Next::kTransport:
      return decode_transport(walk);
    case Next::kDone:
    case Next::kFailed:
      break;
  }
  return next;
}

}  // namespace

std::string_view to_text(DecodeStatus status) noexcept {
  constexpr std::string_view kNames[] = {
      "ok",
      "empty",
      "short_link",
      "not_ip",
      "encrypted_wlan",
      "bad_ip_version",
      "bad_ip_header",
      "short_l4",
      "bad_l4_header",
      "bad_extension",
      "fragment_no_ports",
      "too_deep",
      "unsupported_l4",
      "snapped",
  };
  static_assert(std::size(kNames) == static_cast<std::size_t>(DecodeStatus::kCount));
  return kNames[static_cast<std::size_t>(status)];
}

std::string_view to_text(NotIpClass kind) noexcept {
  constexpr std::string_view kNames[] = {
      "arp", "lldp", "eapol", "pppoe_discovery", "ppp_control", "llc", "wlan", "mpls", "other"};
  static_assert(std::size(kNames) == static_cast<std::size_t>(NotIpClass::kCount));
  return kNames[static_cast<std::size_t>(kind)];
}

namespace {

// Of a packet without a flow key.
void keep_ip_header(const Walk& walk) {
  FlowKey& key = walk.record.key;
  if (key.ip_version != 0) {
    key.protocol = walk.protocol;
    put_ends(walk.source, walk.destination, 0, 0, walk.options.per_direction, walk.record);
  }
}

}  // namespace

PacketDecoder::PacketDecoder(const DecodeOptions& options)
    : options_(options), fragments_(random_hash_key(), options.most_fragmented) {}

DecodeStatus PacketDecoder::walk(const RawPacket& packet, PacketRecord& record) {
  record = PacketRecord{};
  record.ts_ns = packet.ts_ns;
  record.wire_length = packet.wire_length;
  record.captured_length = static_cast<std::uint32_t>(packet.bytes.size());
  if (packet.bytes.empty()) {
    return DecodeStatus::kEmpty;
  }
  Walk steps(packet, options_, record);
  Next next = decode_link(steps);
  while (next != Next::kDone && next != Next::kFailed) {
    next = step(steps, next);
  }
  if (next == Next::kFailed) {
    if (!steps.outer) {
      not_ip_class_ = steps.not_ip_class;
      keep_ip_header(steps);
      return steps.failure;
    }
    record = *steps.outer;
  }
  return steps.fragments ? place_fragment(steps, next) : DecodeStatus::kOk;
}

// Later fragments take the flow of their first one, first ones leave theirs behind.
DecodeStatus PacketDecoder::place_fragment(const Walk& walk, Next end) {
  PacketRecord& record = walk.record;
  if (end == Next::kDone && walk.is_later_fragment) {
    const FragmentTable::Flow* flow = fragments_.find(walk.fragments->datagram, record.ts_ns);
    if (flow == nullptr) {
      return DecodeStatus::kFragmentNoPorts;
    }
    record.key = flow->key;
    record.from_b = flow->from_b;
  }
  for (std::size_t i = 0; i < walk.fragments->first_count; ++i) {
    fragments_.remember(walk.fragments->firsts[i], {record.key, record.from_b}, record.ts_ns);
  }
  return DecodeStatus::kOk;
}

}  // namespace netml
