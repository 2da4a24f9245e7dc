// Tunnels over IP and UDP. A payload that is not what either port promises, the destination's asked
// first, leaves the packet to its outer flow; inside, nothing is believed until the inner IP header
// is sound (Walk::enter_tunnel).

#include "layers.hpp"

namespace netml {
namespace {

// Which IP version the bytes at hand could be, judged by the first nibble; 0 for none.
int likely_ip_version(const LayerView& view) {
  const int version = view.reader.peek() >> 4;
  return version == 4 || version == 6 ? version : 0;
}

Next enter_ip(Walk& walk, TunnelKind kind) {
  const int version = likely_ip_version(walk.view);
  return version == 0 ? Next::kDone : walk.enter_tunnel(kind, walk.ip(version));
}

// ERSPAN (draft-foschiano-erspan): type II has 8 bytes, type III 12 and an optional 8; without a
// sequence number in the GRE header there is no ERSPAN header at all (type I).
bool skip_erspan(ByteReader& reader, std::uint16_t type, bool has_sequence) {
  if (type == ether_type::kErspan2) {
    reader.skip(has_sequence ? 8 : 0);
  } else {
    reader.skip(11);
    const bool has_optional = (reader.u8() & 1U) != 0;
    reader.skip(has_optional ? 8 : 0);
  }
  return reader.ok();
}

Next enter_gre_payload(Walk& walk, std::uint16_t type, bool has_sequence) {
  switch (type) {
    case ether_type::kErspan2:
    case ether_type::kErspan3:
      return skip_erspan(walk.view.reader, type, has_sequence)
                 ? walk.enter_tunnel(TunnelKind::kGre, Next::kEthernet)
                 : Next::kDone;
    case ether_type::kPpp:
      return walk.enter_tunnel(TunnelKind::kGre, Next::kPpp);
    case ether_type::kIpv4:
    case ether_type::kIpv6:
    case ether_type::kTransparentBridging:
    case ether_type::kMpls:
    case ether_type::kMplsMulticast:
    case ether_type::kVlan:
      return walk.enter_tunnel(TunnelKind::kGre, walk.ether_type(type));
    default:
      return Next::kDone;
  }
}

// GTP-U (3GPP TS 29.281, 5.1): version(3) PT(1) E S PN, message type, length, TEID; with any of E,
// S, PN four more bytes, with E a chain of extension headers whose length counts four-byte units.
Next decode_gtp_u(Walk& walk) {
  constexpr std::uint8_t kVersionAndType = 0xf0, kGtpV1 = 0x30, kExtension = 0x04, kOptional = 0x07,
                         kGPdu = 0xff;
  ByteReader& reader = walk.view.reader;
  const std::uint8_t flags = reader.u8();
  if ((flags & kVersionAndType) != kGtpV1 || reader.u8() != kGPdu) {
    return Next::kDone;
  }
  reader.skip(6);
  if ((flags & kOptional) != 0) {
    reader.skip(3);
    std::uint8_t next = reader.u8();
    while ((flags & kExtension) != 0 && next != 0 && reader.ok()) {
      const std::size_t length = reader.u8() * std::size_t{4};
      if (length < 4) {
        return Next::kDone;
      }
      if (++walk.headers > Walk::kMostHeaders) {
        return walk.fail(DecodeStatus::kTooDeep);
      }
      reader.skip(length - 2);
      next = reader.u8();
    }
  }
  return reader.ok() ? enter_ip(walk, TunnelKind::kGtpU) : Next::kDone;
}

// VXLAN (RFC 7348, 5): flags with the I bit, reserved, VNI, reserved.
Next decode_vxlan(Walk& walk) {
  ByteReader& reader = walk.view.reader;
  const std::uint8_t flags = reader.u8();
  reader.skip(7);
  if (!reader.ok() || (flags & 0x08U) == 0) {
    return Next::kDone;
  }
  return walk.enter_tunnel(TunnelKind::kVxlan, Next::kEthernet);
}

// Geneve (RFC 8926, 3.4): version(2) option length(6), flags, protocol type, VNI, options.
Next decode_geneve(Walk& walk) {
  ByteReader& reader = walk.view.reader;
  const std::uint8_t first = reader.u8();
  reader.skip(1);
  const std::uint16_t type = reader.u16be();
  reader.skip(4 + (first & 0x3fU) * std::size_t{4});
  if (!reader.ok() || (first >> 6) != 0) {
    return Next::kDone;
  }
  if (type == ether_type::kTransparentBridging) {
    return walk.enter_tunnel(TunnelKind::kGeneve, Next::kEthernet);
  }
  const bool is_ip = type == ether_type::kIpv4 || type == ether_type::kIpv6;
  return is_ip ? walk.enter_tunnel(TunnelKind::kGeneve, walk.ether_type(type)) : Next::kDone;
}

// Teredo (RFC 4380, 5.1.1): optional authentication (0001) and origin (0000) indications, then
// IPv6.
Next decode_teredo(Walk& walk) {
  ByteReader& reader = walk.view.reader;
  if (reader.peek() == 0 && reader.peek(1) == 1) {
    reader.skip(2);
    const std::size_t client = reader.u8(), authentication = reader.u8();
    reader.skip(client + authentication + 9);
  }
  if (reader.ok() && reader.peek() == 0 && reader.peek(1) == 0) {
    reader.skip(8);
  }
  const bool is_ipv6 = reader.ok() && likely_ip_version(walk.view) == 6;
  return is_ipv6 ? walk.enter_tunnel(TunnelKind::kTeredo, walk.ip(6)) : Next::kDone;
}

// TZSP: version 1, type 0 (received), encapsulated protocol 1 (Ethernet); tagged fields up to END.
Next decode_tzsp(Walk& walk) {
  constexpr std::uint8_t kPadding = 0, kEnd = 1;
  ByteReader& reader = walk.view.reader;
  if (reader.u8() != 1 || reader.u8() != 0 || reader.u16be() != 1) {
    return Next::kDone;
  }
  while (reader.ok()) {
    const std::uint8_t tag = reader.u8();
    if (tag == kEnd) {
      return reader.ok() ? walk.enter_tunnel(TunnelKind::kTzsp, Next::kEthernet) : Next::kDone;
    }
    if (tag != kPadding) {
      reader.skip(reader.u8());
    }
  }
  return Next::kDone;
}

// CAPWAP data (RFC 5415, 4.3): preamble, header length in four-byte words (5 bits), …, flag T says
// whether the payload is an 802.11 frame (as sent, without FCS) or 802.3.
Next decode_capwap(Walk& walk) {
  ByteReader& reader = walk.view.reader;
  ByteReader header = reader;
  if (header.u8() != 0) {
    return Next::kDone;  // DTLS (1) is opaque
  }
  const std::uint8_t second = header.u8();
  header.skip(1);
  const std::uint8_t flags = header.u8();
  const std::size_t length = (second >> 3) * std::size_t{4};
  constexpr std::uint8_t kFragment = 0x80, kKeepAlive = 0x08;
  if (!header.ok() || length < 8 || (flags & (kFragment | kKeepAlive)) != 0) {
    return Next::kDone;
  }
  // The T flag is the last bit of the 24-bit field that holds HLEN, RID and WBID.
  const bool is_wlan = (reader.peek(2) & 1U) != 0;
  reader.skip(length);
  if (!reader.ok()) {
    return Next::kDone;
  }
  if (!is_wlan) {
    return walk.enter_tunnel(TunnelKind::kCapwap, Next::kEthernet);
  }
  // 802.11 data header of 24 bytes, two more with QoS, then LLC/SNAP. Many controllers swap the two
  // frame control bytes, so the type is not judged by them.
  reader.skip(24);
  if (reader.peek() != 0xaa && reader.peek(2) == 0xaa) {
    reader.skip(2);
  }
  return reader.ok() ? walk.enter_tunnel(TunnelKind::kCapwap, Next::kLlc) : Next::kDone;
}

struct UdpTunnel {
  std::uint16_t port;
  Next (*decode)(Walk&);
};

constexpr UdpTunnel kUdpTunnels[] = {
    {udp_tunnel::kGtpU, decode_gtp_u},    {udp_tunnel::kTeredo, decode_teredo},
    {udp_tunnel::kVxlan, decode_vxlan},   {udp_tunnel::kCapwap, decode_capwap},
    {udp_tunnel::kGeneve, decode_geneve}, {udp_tunnel::kTzsp, decode_tzsp},
};
static_assert(std::equal(std::begin(kUdpTunnels), std::end(kUdpTunnels), udp_tunnel::kPorts.begin(),
                         udp_tunnel::kPorts.end(), [](const UdpTunnel& tunnel, std::uint16_t port) {
                           return tunnel.port == port;
                         }));

}  // namespace

//  0                   1                   2                   3     RFC 2784, 2890; RFC 2637, 4.1
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-----+-+-------+-----+-------------------------------+
// |C|R|K|S|s|recur|A| flags | ver |         protocol type         |
// +-+-+-+-+-+-----+-+-------+-----+-------------------------------+
// |  checksum, offset (C or R) · key (K) · sequence (S) · ack (A)
Next decode_gre(Walk& walk) {
  constexpr std::uint16_t kChecksum = 0x8000, kRouting = 0x4000, kKey = 0x2000, kSequence = 0x1000,
                          kAck = 0x0080, kVersion = 0x0007;
  ByteReader& reader = walk.view.reader;
  const std::uint16_t flags = reader.u16be();
  const std::uint16_t type = reader.u16be();
  const unsigned version = flags & kVersion;
  // Source routes (RFC 1701) are not followed.
  if (!reader.ok() || version > 1 || (flags & kRouting) != 0) {
    return Next::kDone;
  }
  reader.skip(((flags & kChecksum) != 0 ? 4U : 0U) + ((flags & kKey) != 0 ? 4U : 0U) +
              ((flags & kSequence) != 0 ? 4U : 0U) +
              (version == 1 && (flags & kAck) != 0 ? 4U : 0U));
  if (!reader.ok() || reader.remaining() == 0) {
    return Next::kDone;  // an acknowledgment without payload
  }
  if (type == ether_type::kPpp && reader.peek() == 0xff && reader.peek(1) == 0x03) {
    reader.skip(2);
  }
  return enter_gre_payload(walk, type, (flags & kSequence) != 0);
}

Next decode_udp_tunnel(Walk& walk, std::uint16_t source_port, std::uint16_t destination_port) {
  const LayerView payload = walk.view;
  const int headers = walk.headers;
  for (const std::uint16_t port : {destination_port, source_port}) {
    const auto* const tunnel = std::ranges::find(kUdpTunnels, port, &UdpTunnel::port);
    if (tunnel == std::end(kUdpTunnels)) {
      continue;
    }
    const Next next = tunnel->decode(walk);
    if (next != Next::kDone) {
      return next;
    }
    walk.view = payload;
    walk.headers = headers;
  }
  return Next::kDone;
}

}  // namespace netml
