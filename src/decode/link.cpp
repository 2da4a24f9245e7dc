// Link layers: from the first captured byte to an EtherType or an IP header.

#include <optional>

#include "layers.hpp"

namespace netml {
namespace {

// First byte of a Cisco HDLC frame: unicast, multicast.
constexpr std::uint8_t kCiscoUnicast = 0x0f, kCiscoMulticast = 0x8f;

Next short_link(Walk& walk, std::size_t size) {
  return walk.fail(walk.view.short_status(size, DecodeStatus::kShortLink));
}

template <std::size_t kSize>
void copy_mac(std::span<const std::uint8_t> bytes, std::array<std::uint8_t, kSize>& mac) {
  if (bytes.size() >= kSize) {
    std::copy_n(bytes.begin(), kSize, mac.begin());
  }
}

// BSD loopback: a 32-bit address family in the byte order of the machine that captured (NULL), or
// big-endian (LOOP). AF_INET6 differs between systems.
Next decode_null(Walk& walk) {
  ByteReader& reader = walk.view.reader;
  if (reader.remaining() < 4) {
    return short_link(walk, 4);
  }
  const std::uint32_t big = reader.u32be();
  const std::uint32_t family = big > 0xffff ? __builtin_bswap32(big) : big;
  switch (family) {
    case 2:
      return walk.ip(4);
    case 10:
    case 24:
    case 28:
    case 30:
      return walk.ip(6);
    default:
      return walk.fail_not_ip(NotIpClass::kOther);
  }
}

// PPP in HDLC-like framing (RFC 1662): the FF 03 may be left out. 0F and 8F begin Cisco HDLC.
Next decode_hdlc_ppp(Walk& walk) {
  ByteReader& reader = walk.view.reader;
  const std::uint8_t first = reader.peek();
  if (first == kCiscoUnicast || first == kCiscoMulticast) {
    if (reader.remaining() < 4) {
      return short_link(walk, 4);
    }
    reader.skip(2);
    return walk.ether_type(reader.u16be());
  }
  if (first == 0xff && reader.remaining() < 2) {
    return short_link(walk, 2);
  }
  if (first == 0xff && reader.peek(1) == 0x03) {
    reader.skip(2);
  }
  return Next::kPpp;
}

Next decode_cisco_hdlc(Walk& walk) {
  ByteReader& reader = walk.view.reader;
  if (reader.remaining() < 4) {
    return short_link(walk, 4);
  }
  const std::uint8_t address = reader.peek();
  if (address == 0xff && reader.peek(1) == 0x03) {
    reader.skip(2);
    return Next::kPpp;
  }
  reader.skip(2);
  return walk.ether_type(reader.u16be());
}

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-------------------------------+-------------------------------+
// |          packet type          |        ARPHRD type            |   LINUX_SLL, 16 bytes
// +-------------------------------+-------------------------------+
// |    address length             |        address (8 bytes) ...
// +-------------------------------+-------------------------------+
// |                               |        protocol               |
// +---------------------------------------------------------------+
constexpr std::uint16_t kSll8022 = 0x0004;

Next sll_protocol(Walk& walk, std::uint16_t protocol) {
  if (protocol == kSll8022) {
    return Next::kLlc;
  }
  return protocol < ether_type::kSmallest ? walk.fail_not_ip(NotIpClass::kOther)
                                          : walk.ether_type(protocol);
}

Next decode_sll(Walk& walk) {
  ByteReader& reader = walk.view.reader;
  if (reader.remaining() < 16) {
    return short_link(walk, 16);
  }
  reader.skip(4);
  const std::uint16_t address_length = reader.u16be();
  const auto address = reader.take(8);
  if (address_length == 6) {
    copy_mac(address, walk.record.src_mac);
  }
  return sll_protocol(walk, reader.u16be());
}

// LINUX_SLL2, 20 bytes: protocol, reserved, interface index, ARPHRD type, packet type, address
// length, address.
Next decode_sll2(Walk& walk) {
  ByteReader& reader = walk.view.reader;
  if (reader.remaining() < 20) {
    return short_link(walk, 20);
  }
  const std::uint16_t protocol = reader.u16be();
  reader.skip(9);
  const std::uint8_t address_length = reader.u8();
  const auto address = reader.take(8);
  if (address_length == 6) {
    copy_mac(address, walk.record.src_mac);
  }
  return sll_protocol(walk, protocol);
}

// IEEE 802.11 frame control, little-endian: version(2) type(2) subtype(4) to-DS from-DS … protected
// order.
namespace wlan {
constexpr std::uint16_t kToDs = 0x0100, kFromDs = 0x0200, kProtected = 0x4000, kOrder = 0x8000;
constexpr unsigned kTypeData = 2;
constexpr unsigned kSubtypeNoData = 4, kSubtypeQos = 8;
constexpr std::uint8_t kQosAggregate = 0x80;
}  // namespace wlan

Next decode_80211(Walk& walk, bool padded_header) {
  ByteReader& reader = walk.view.reader;
  constexpr std::size_t kFixed = 24;
  if (reader.remaining() < 2) {
    return short_link(walk, kFixed);
  }
  const std::uint16_t control = reader.u16le();
  const unsigned subtype = (control >> 4) & 15U;
  if (((control >> 2) & 3U) != wlan::kTypeData || (subtype & wlan::kSubtypeNoData) != 0) {
    return walk.fail_not_ip(NotIpClass::kWlan);
  }
  if (reader.remaining() < kFixed - 2) {
    return short_link(walk, kFixed - 2);
  }
  const LayerView behind_control = walk.view;
  reader.skip(2);
  const auto address1 = reader.take(6), address2 = reader.take(6), address3 = reader.take(6);
  reader.skip(2);
  const bool to_ds = (control & wlan::kToDs) != 0, from_ds = (control & wlan::kFromDs) != 0;
  copy_mac(to_ds ? address3 : address1, walk.record.dst_mac);
  copy_mac(from_ds && !to_ds ? address3 : address2, walk.record.src_mac);
  std::size_t header = kFixed;
  if (to_ds && from_ds) {
    copy_mac(reader.take(6), walk.record.src_mac);
    header += 6;
  }
  std::uint8_t qos = 0;
  if ((subtype & wlan::kSubtypeQos) != 0) {
    qos = reader.u8();
    reader.skip(1);
    header += 2;
    if ((control & wlan::kOrder) != 0) {
      reader.skip(4);
      header += 4;
    }
  }
  if (padded_header) {
    const std::size_t padding = (4 - header % 4) % 4;
    reader.skip(padding);
    header += padding;
  }
  if ((control & wlan::kProtected) != 0) {
    return walk.fail(DecodeStatus::kEncryptedWlan);
  }
  if ((qos & wlan::kQosAggregate) != 0) {
    // The first subframe of an aggregate: destination, source, length.
    copy_mac(reader.take(6), walk.record.dst_mac);
    copy_mac(reader.take(6), walk.record.src_mac);
    const std::uint16_t length = reader.u16be();
    walk.view.limit(length);
    header += 14;
  }
  if (!reader.ok()) {
    return walk.fail(behind_control.short_status(header - 2, DecodeStatus::kShortLink));
  }
  return Next::kLlc;
}

// radiotap (radiotap.org): version, pad, length, present words, then fields in bit order. Only the
// flags field matters here: bit 0x20 says that the 802.11 header is padded to four bytes.
bool radiotap_pads_header(std::span<const std::uint8_t> header) {
  constexpr std::uint32_t kTsft = 1, kFlags = 2, kMorePresent = 0x80000000;
  constexpr std::uint8_t kDataPad = 0x20;
  ByteReader reader(header);
  reader.skip(4);
  const std::uint32_t present = reader.u32le();
  std::size_t position = 8;
  for (std::uint32_t word = present; (word & kMorePresent) != 0 && reader.ok(); position += 4) {
    word = reader.u32le();
  }
  if ((present & kFlags) == 0) {
    return false;
  }
  if ((present & kTsft) != 0) {
    const std::size_t aligned = (position + 7) / 8 * 8;
    reader.skip(aligned - position + 8);
  }
  return (reader.u8() & kDataPad) != 0 && reader.ok();
}

Next decode_radiotap(Walk& walk) {
  ByteReader& reader = walk.view.reader;
  ByteReader head = reader;
  head.skip(2);
  const std::size_t length = head.u16le();
  if (!head.ok()) {
    return short_link(walk, 8);
  }
  if (length < 8) {
    return walk.fail(DecodeStatus::kShortLink);
  }
  if (reader.remaining() < length) {
    return short_link(walk, length);
  }
  return decode_80211(walk, radiotap_pads_header(reader.take(length)));
}

Next decode_raw(Walk& walk) {
  return walk.ip(0);
}
Next decode_ipv4_link(Walk& walk) {
  return walk.ip(4);
}
Next decode_ipv6_link(Walk& walk) {
  return walk.ip(6);
}
Next decode_80211_link(Walk& walk) {
  return decode_80211(walk, false);
}

struct LinkType {
  int number;  // DLT_ as libpcap gives it
  Next (*decode)(Walk&);
};

constexpr LinkType kLinkTypes[] = {
    {0, decode_null},        {1, decode_ethernet},     {9, decode_hdlc_ppp},
    {12, decode_raw},        {14, decode_raw},         {50, decode_hdlc_ppp},
    {101, decode_raw},       {104, decode_cisco_hdlc}, {105, decode_80211_link},
    {108, decode_null},      {113, decode_sll},        {127, decode_radiotap},
    {228, decode_ipv4_link}, {229, decode_ipv6_link},  {276, decode_sll2},
};

NotIpClass class_of(std::uint16_t type) {
  switch (type) {
    case ether_type::kArp:
      return NotIpClass::kArp;
    case ether_type::kLldp:
      return NotIpClass::kLldp;
    case ether_type::kEapol:
      return NotIpClass::kEapol;
    case ether_type::kPppoeDiscovery:
      return NotIpClass::kPppoeDiscovery;
    default:
      return NotIpClass::kOther;
  }
}

// The innermost id wins.
Next decode_vlan(Walk& walk) {
  ByteReader& reader = walk.view.reader;
  if (reader.remaining() < VlanTag::kSize) {
    return short_link(walk, VlanTag::kSize);
  }
  const VlanTag tag(reader.fixed<VlanTag::kSize>());
  reader.skip(VlanTag::kSize);
  walk.record.key.vlan = tag.id;
  if (tag.type < ether_type::kSmallest) {
    walk.view.limit(tag.type);
    return Next::kLlc;
  }
  return walk.ether_type(tag.type);
}

// MPLS label stack entry (RFC 3032): label(20) class(3) bottom(1) TTL(8). What follows the bottom
// is not announced: the first nibble tells IPv4, IPv6 or, being 0, a pseudowire control word (RFC
// 4385).
Next decode_mpls(Walk& walk) {
  ByteReader& reader = walk.view.reader;
  if (reader.remaining() < 4) {
    return short_link(walk, 4);
  }
  const bool is_bottom = (reader.u32be() & 0x100U) != 0;
  if (!is_bottom) {
    return walk.ether_type(ether_type::kMpls);
  }
  if (reader.remaining() == 0) {
    return short_link(walk, 1);
  }
  switch (reader.peek() >> 4) {
    case 4:
      return walk.ip(4);
    case 6:
      return walk.ip(6);
    case 0:
      if (reader.remaining() < 4) {
        return short_link(walk, 4);
      }
      reader.skip(4);
      return Next::kEthernet;
    default:
      return walk.fail_not_ip(NotIpClass::kMpls);
  }
}

// PPPoE session (RFC 2516): version/type, code, session id, length; then PPP.
Next decode_pppoe(Walk& walk) {
  ByteReader& reader = walk.view.reader;
  if (reader.remaining() < 6) {
    return short_link(walk, 6);
  }
  reader.skip(4);
  walk.view.limit(reader.u16be());
  return Next::kPpp;
}

}  // namespace

bool is_supported_link_type(int link_type) noexcept {
  return std::any_of(std::begin(kLinkTypes), std::end(kLinkTypes),
                     [&](const LinkType& known) { return known.number == link_type; });
}

Next decode_link(Walk& walk) {
  for (const LinkType& known : kLinkTypes) {
    if (known.number == walk.raw.link_type) {
      return known.decode(walk);
    }
  }
  return walk.fail_not_ip(NotIpClass::kOther);
}

Next decode_ethernet(Walk& walk) {
  ByteReader& reader = walk.view.reader;
  if (reader.remaining() < EthernetHeader::kSize) {
    return short_link(walk, EthernetHeader::kSize);
  }
  const EthernetHeader header(reader.fixed<EthernetHeader::kSize>());
  reader.skip(EthernetHeader::kSize);
  put_macs(header, walk.record);
  if (header.type >= ether_type::kSmallest) {
    return walk.ether_type(header.type);
  }
  if (header.type > 1500) {
    return walk.fail_not_ip(NotIpClass::kOther);
  }
  walk.view.limit(header.type);
  return Next::kLlc;
}

Next decode_ether_type(Walk& walk) {
  if (ether_type::is_vlan(walk.type)) {
    return decode_vlan(walk);
  }
  switch (walk.type) {
    case ether_type::kIpv4:
      return walk.ip(4);
    case ether_type::kIpv6:
      return walk.ip(6);
    case ether_type::kMpls:
    case ether_type::kMplsMulticast:
      return decode_mpls(walk);
    case ether_type::kPppoeSession:
      return decode_pppoe(walk);
    case ether_type::kTransparentBridging:
      return Next::kEthernet;
    default:
      return walk.fail_not_ip(class_of(walk.type));
  }
}

// PPP protocol field (RFC 1661): two bytes, or one when compressed (then odd).
Next decode_ppp(Walk& walk) {
  ByteReader& reader = walk.view.reader;
  const std::size_t size = (reader.peek() & 1U) == 0 ? 2 : 1;
  if (reader.remaining() < size) {
    return short_link(walk, size);
  }
  const std::uint16_t protocol = size == 2 ? reader.u16be() : reader.u8();
  switch (protocol) {
    case 0x0021:
      return walk.ip(4);
    case 0x0057:
      return walk.ip(6);
    case 0x0281:
    case 0x0283:
      return walk.ether_type(ether_type::kMpls);
    default:
      return walk.fail_not_ip(NotIpClass::kPppControl);
  }
}

// IEEE 802.2: DSAP, SSAP, control; SNAP (AA AA 03) adds an OUI and an EtherType.
Next decode_llc(Walk& walk) {
  ByteReader& reader = walk.view.reader;
  if (reader.remaining() < 3) {
    return short_link(walk, 3);
  }
  const std::uint8_t dsap = reader.u8(), ssap = reader.u8();
  reader.skip(1);
  if (dsap == 0x06 && ssap == 0x06) {
    return walk.ip(4);
  }
  if (dsap != 0xaa || ssap != 0xaa) {
    return walk.fail_not_ip(NotIpClass::kLlc);
  }
  if (reader.remaining() < 5) {
    return short_link(walk, 5);
  }
  reader.skip(3);
  return walk.ether_type(reader.u16be());
}

}  // namespace netml
