// IPv4 and IPv6 headers, extension headers, fragments.

#include "layers.hpp"

namespace netml {
namespace {

// The inner IP header is sound: from here on the packet belongs to the inner flow.
void commit(Walk& walk) {
  walk.outer.reset();
}

void note_fragment(Walk& walk, std::uint32_t identification, bool is_first, int version) {
  FragmentKey datagram;
  datagram.source = walk.source;
  datagram.destination = walk.destination;
  datagram.identification = identification;
  datagram.tunnel_id = walk.record.key.tunnel_id;
  datagram.vlan = walk.record.key.vlan;
  datagram.protocol = version == 4 ? walk.protocol : std::uint8_t{0};
  datagram.ip_version = static_cast<std::uint8_t>(version);
  walk.record.is_fragment = true;
  FragmentsMet& fragments = walk.fragments ? *walk.fragments : walk.fragments.emplace();
  if (!is_first) {
    walk.is_later_fragment = true;
    fragments.datagram = datagram;
  } else if (fragments.first_count < fragments.firsts.size()) {
    fragments.firsts[fragments.first_count++] = datagram;
  }
}

Next decode_ipv4(Walk& walk) {
  LayerView& view = walk.view;
  const std::uint64_t wire = view.wire_remaining();
  if (view.reader.remaining() < Ipv4Header::kSize) {
    return walk.fail(view.short_status(Ipv4Header::kSize, DecodeStatus::kBadIpHeader));
  }
  const Ipv4Header header(view.reader.fixed<Ipv4Header::kSize>());
  // Segmentation offload leaves the length 0: the packet then ends where the frame does.
  const std::uint64_t total = header.total_length == 0 ? wire : header.total_length;
  if (header.header_length < Ipv4Header::kSize || total < header.header_length) {
    return walk.fail(DecodeStatus::kBadIpHeader);
  }
  if (view.reader.remaining() < header.header_length) {
    return walk.fail(view.short_status(header.header_length, DecodeStatus::kBadIpHeader));
  }
  commit(walk);
  walk.source = IpAddress(header.source);
  walk.destination = IpAddress(header.destination);
  walk.protocol = header.protocol;
  put_ipv4(header, total, walk.record);
  view.limit(total);
  view.reader.skip(header.header_length);
  if (header.is_fragment()) {
    note_fragment(walk, header.identification, header.is_first_fragment(), 4);
  }
  return Next::kTransport;
}

bool is_extension(std::uint8_t protocol) {
  switch (protocol) {
    case ip_protocol::kHopByHop:
    case ip_protocol::kRouting:
    case ip_protocol::kFragment:
    case ip_protocol::kAh:
    case ip_protocol::kDestinationOptions:
    case ip_protocol::kMobility:
    case ip_protocol::kHip:
    case ip_protocol::kShim6:
      return true;
    default:
      return false;
  }
}

// One extension header (RFC 8200, 4; AH: RFC 4302, 2). Advances the view or returns false.
bool skip_extension(Walk& walk) {
  LayerView& view = walk.view;
  ByteReader header = view.reader;
  const std::uint8_t next = header.u8();
  const std::size_t length_field = header.u8();
  std::size_t length = 8;
  if (walk.protocol == ip_protocol::kFragment) {
    header = view.reader;
    header.skip(2);
    const std::uint16_t offset = header.u16be();
    const std::uint32_t identification = header.u32be();
    constexpr std::uint16_t kMore = 1, kOffset = 0xfff8;
    if (header.ok() && (offset & (kMore | kOffset)) != 0) {
      note_fragment(walk, identification, (offset & kOffset) == 0, 6);
    }
  } else {
    length = walk.protocol == ip_protocol::kAh ? (length_field + 2) * 4 : (length_field + 1) * 8;
  }
  if (view.reader.remaining() < length || walk.record.transport_length < length) {
    walk.fail(view.short_status(length, DecodeStatus::kBadExtension));
    return false;
  }
  view.reader.skip(length);
  walk.record.transport_length -= static_cast<std::uint32_t>(length);
  walk.protocol = next;
  return true;
}

Next decode_ipv6(Walk& walk) {
  LayerView& view = walk.view;
  if (view.reader.remaining() < Ipv6Header::kSize) {
    return walk.fail(view.short_status(Ipv6Header::kSize, DecodeStatus::kBadIpHeader));
  }
  commit(walk);
  const Ipv6Header header(view.reader.fixed<Ipv6Header::kSize>());
  view.reader.skip(Ipv6Header::kSize);
  walk.protocol = header.next_header;
  walk.source = IpAddress(header.source);
  walk.destination = IpAddress(header.destination);
  // 0: a jumbogram (RFC 2675) or offload; to the end of the frame.
  const std::uint64_t payload =
      header.payload_length == 0 ? view.wire_remaining() : header.payload_length;
  put_ipv6(header, payload, walk.record);
  view.limit(payload);
  return Next::kTransport;
}

Next skip_extensions(Walk& walk) {
  while (!walk.is_later_fragment && is_extension(walk.protocol)) {
    // HIP and Shim6 are extensions of IPv6 only; over IPv4 AH alone is one.
    if (walk.record.key.ip_version == 4 && walk.protocol != ip_protocol::kAh) {
      break;
    }
    if (++walk.headers > Walk::kMostHeaders) {
      return walk.fail(DecodeStatus::kTooDeep);
    }
    if (!skip_extension(walk)) {
      return Next::kFailed;
    }
  }
  if (walk.protocol == ip_protocol::kNoNext && walk.record.key.ip_version == 6) {
    return walk.fail(DecodeStatus::kUnsupportedL4);
  }
  return Next::kTransport;
}

}  // namespace

Next decode_ip(Walk& walk) {
  ByteReader& reader = walk.view.reader;
  if (reader.remaining() == 0) {
    return walk.fail(walk.view.short_status(1, DecodeStatus::kShortLink));
  }
  const int version = reader.peek() >> 4;
  if ((version != 4 && version != 6) || (walk.ip_version != 0 && version != walk.ip_version)) {
    return walk.fail(DecodeStatus::kBadIpVersion);
  }
  walk.is_later_fragment = false;
  walk.record.is_fragment = false;
  const Next next = version == 4 ? decode_ipv4(walk) : decode_ipv6(walk);
  return next == Next::kFailed ? next : skip_extensions(walk);
}

}  // namespace netml
