#include "nfstream_walk.hpp"

namespace netml {
namespace {

constexpr std::uint16_t kTypeIpv4 = 0x0800;
constexpr std::uint16_t kTypeIpv6 = 0x86dd;
constexpr std::uint16_t kTypeVlan = 0x8100;
constexpr std::uint16_t kTypeMpls = 0x8847;
constexpr std::uint16_t kTypeMplsMulticast = 0x8848;
constexpr std::uint16_t kTypePppoeSession = 0x8864;

constexpr std::uint16_t kPortGtpU = 2152;
constexpr std::uint16_t kPortCapwapData = 5247;
constexpr std::uint16_t kPortTzsp = 37008;

constexpr std::size_t kIpv4HeaderLength = 20;
constexpr std::size_t kIpv6HeaderLength = 40;
constexpr std::size_t kUdpHeaderLength = 8;

bool is_walked_extension(std::uint8_t protocol) noexcept {
  switch (protocol) {
    case ip_protocol::kHopByHop:
    case ip_protocol::kRouting:
    case ip_protocol::kFragment:
    case ip_protocol::kNoNext:
    case ip_protocol::kDestinationOptions:
    case ip_protocol::kMobility:
      return true;
    default:
      return false;
  }
}

/// Link layer, EtherTypes, IP headers, tunnels.
///
/// The offsets only grow from step to step, so every loop ends with the captured bytes.
class NfstreamWalk {
 public:
  NfstreamWalk(const RawPacket& packet, bool decode_tunnels) noexcept
      : packet_(packet), bytes_(packet.bytes), decode_tunnels_(decode_tunnels) {}

  DecodeStatus run(NfstreamHeader& out) noexcept {
    Step step = Step::kLink;
    while (step == Step::kLink || step == Step::kIp) {
      step = step == Step::kLink ? link_layer() : ip_layer();
    }
    out = found_;
    return status_;
  }

 private:
  enum class Step { kLink, kIp, kFound, kIgnore };

  Step ignore(DecodeStatus reason) noexcept {
    status_ = reason;
    return Step::kIgnore;
  }
  Step ignore_short(DecodeStatus reason) noexcept { return ignore(short_status(packet_, reason)); }

  Step link_layer() noexcept;
  Step ethernet() noexcept;
  Step radiotap() noexcept;
  Step ppp(bool is_serial) noexcept;
  Step ether_types() noexcept;
  Step vlan_tags() noexcept;
  Step mpls_labels() noexcept;
  Step ip_layer() noexcept;
  Step ipv4_layer() noexcept;
  Step ipv6_layer() noexcept;
  Step tunnels() noexcept;
  Step gtp_u(std::size_t udp) noexcept;
  Step tzsp(std::size_t udp) noexcept;
  Step capwap(std::size_t udp) noexcept;

  const RawPacket& packet_;
  CheckedBytes bytes_;
  bool decode_tunnels_;
  DecodeStatus status_ = DecodeStatus::kOk;

  // None of these is reset when a tunnel restarts a step.
  std::size_t link_ = 0;       ///< offset of the link header
  std::size_t ip_header_ = 0;  ///< IPv4: header length; IPv6: upper-layer length, as the original
  std::uint16_t type_ = 0;
  std::uint16_t llc_length_ = 0;
  std::uint16_t fragment_ = 0;
  std::uint8_t protocol_ = 0;
  NfstreamHeader found_;  ///< so far
};

NfstreamWalk::Step NfstreamWalk::link_layer() noexcept {
  if (bytes_.size() == 0) {
    return ignore(DecodeStatus::kEmpty);
  }
  if (!bytes_.has(link_, 28)) {
    return ignore_short(DecodeStatus::kShortLink);
  }
  switch (packet_.link_type) {
    case 0:  // NULL: little-endian files become "IPv6", whatever they hold
      type_ = bytes_.u32be(link_) == 2 ? kTypeIpv4 : kTypeIpv6;
      found_.ip = link_ + 4;
      return ether_types();
    case 1:
      return ethernet();
    case 9:    // PPP
    case 104:  // C_HDLC
      return ppp(bytes_.u8(0) == 0x0f || bytes_.u8(0) == 0x8f);
    case 50:  // PPP_SERIAL
      return ppp(true);
    case 12:  // RAW has three numbers
    case 14:
    case 101: {
      const int version = bytes_.u8(link_) >> 4;
      type_ = version == 4 ? kTypeIpv4 : version == 6 ? kTypeIpv6 : type_;
      found_.ip = link_;
      return ether_types();
    }
    case 113:  // LINUX_SLL
      type_ = bytes_.u16be(link_ + 14);
      found_.ip = link_ + 16;
      return ether_types();
    case 127:
      return radiotap();
    case 228:
    case 229:
      type_ = packet_.link_type == 228 ? kTypeIpv4 : kTypeIpv6;
      found_.ip = link_;
      return ether_types();
    default:
      return ignore(DecodeStatus::kNotIp);
  }
}

NfstreamWalk::Step NfstreamWalk::ethernet() noexcept {
  found_.dst_mac = bytes_.array<6>(link_);
  found_.src_mac = bytes_.array<6>(link_ + 6);
  found_.ip = link_ + 14;
  const std::uint16_t value = bytes_.u16be(link_ + 12);
  if (value <= 1500) {
    llc_length_ = value;
  } else if (value >= 1536) {
    type_ = value;
  }
  if (llc_length_ != 0) {
    const std::uint8_t dsap = bytes_.u8(found_.ip);
    const std::uint8_t ssap = bytes_.u8(found_.ip + 1);
    if (dsap == 0xaa || ssap == 0xaa) {
      type_ = bytes_.u16le(found_.ip + 6);  // the byte order is the original's mistake
      found_.ip += 8;
    } else if (dsap == 0x42 || ssap == 0x42) {
      return ignore(DecodeStatus::kNotIp);  // spanning tree
    }
  }
  return ether_types();
}

NfstreamWalk::Step NfstreamWalk::ppp(bool is_serial) noexcept {
  type_ = bytes_.u16be(is_serial ? link_ + 2 : link_);
  found_.ip = link_ + (is_serial ? 4 : 2);
  return ether_types();
}

NfstreamWalk::Step NfstreamWalk::radiotap() noexcept {
  constexpr std::uint8_t kBadFcs = 0x50;
  constexpr std::size_t kWlanHeaderLength = 24;
  constexpr std::size_t kLlcHeaderLength = 8;
  const std::size_t wlan = link_ + bytes_.u16le(link_ + 2);
  if ((bytes_.u8(link_ + 16) & kBadFcs) == kBadFcs) {
    return ignore(DecodeStatus::kNotIp);
  }
  if (!bytes_.has(wlan, kWlanHeaderLength)) {
    return ignore_short(DecodeStatus::kShortLink);
  }
  const std::uint16_t frame_control = bytes_.u16le(wlan);
  if ((frame_control >> 2 & 3) != 2) {
    return ignore(DecodeStatus::kNotIp);
  }
  const bool to_ds = (frame_control & 0x0100) != 0;
  const bool from_ds = (frame_control & 0x0200) != 0;
  const std::size_t llc = wlan + (to_ds != from_ds ? 26 : 0);
  found_.src_mac = bytes_.array<6>(wlan + 10);
  found_.dst_mac = bytes_.array<6>(wlan + 16);
  if (!bytes_.has(llc, kLlcHeaderLength)) {
    return ignore_short(DecodeStatus::kShortLink);
  }
  if (bytes_.u8(llc) == 0xaa) {
    type_ = bytes_.u16be(llc + 6);
  }
  found_.ip = llc + kLlcHeaderLength;
  return ether_types();
}

/// Whether the type is IP in the end is not looked at: only the version nibble counts.
NfstreamWalk::Step NfstreamWalk::ether_types() noexcept {
  while (true) {
    switch (type_) {
      case kTypeVlan:
        if (vlan_tags() == Step::kIgnore) {
          return Step::kIgnore;
        }
        break;
      case kTypeMpls:
      case kTypeMplsMulticast:
        if (mpls_labels() == Step::kIgnore) {
          return Step::kIgnore;
        }
        break;
      case kTypePppoeSession:
        type_ = kTypeIpv4;
        found_.ip += 8;
        break;
      default:
        return Step::kIp;
    }
  }
}

NfstreamWalk::Step NfstreamWalk::vlan_tags() noexcept {
  if (!bytes_.has(found_.ip, 5)) {
    return ignore_short(DecodeStatus::kShortLink);
  }
  do {
    found_.vlan = bytes_.u16be(found_.ip) & 0x0fff;
    type_ = bytes_.u16be(found_.ip + 2);
    found_.ip += 4;
  } while (type_ == kTypeVlan && bytes_.has(found_.ip, 5));
  return Step::kIp;
}

NfstreamWalk::Step NfstreamWalk::mpls_labels() noexcept {
  if (!bytes_.has(found_.ip, 5)) {
    return ignore_short(DecodeStatus::kShortLink);
  }
  type_ = kTypeIpv4;
  bool is_bottom = false;
  do {
    is_bottom = (bytes_.u8(found_.ip + 2) & 1) != 0;
    found_.ip += 4;
  } while (!is_bottom && bytes_.has(found_.ip, 5));
  return Step::kIp;
}

NfstreamWalk::Step NfstreamWalk::ip_layer() noexcept {
  if (!bytes_.has(found_.ip, kIpv4HeaderLength)) {
    return ignore_short(DecodeStatus::kBadIpHeader);
  }
  // IPv4 behind any other type keeps what it had: its later fragments pass, its tunnels are missed.
  if (type_ == kTypeIpv4) {
    fragment_ = bytes_.u16be(found_.ip + 6);
    protocol_ = bytes_.u8(found_.ip + 9);
  }
  switch (bytes_.u8(found_.ip) >> 4) {
    case 4:
      return ipv4_layer();
    case 6:
      return ipv6_layer();
    default:
      return ignore(type_ == kTypeIpv4 || type_ == kTypeIpv6 ? DecodeStatus::kBadIpVersion
                                                             : DecodeStatus::kNotIp);
  }
}

NfstreamWalk::Step NfstreamWalk::ipv4_layer() noexcept {
  ip_header_ = std::size_t{4} * (bytes_.u8(found_.ip) & 0x0f);
  const std::uint8_t protocol = bytes_.u8(found_.ip + 9);
  if (protocol == ip_protocol::kIpv4 || protocol == ip_protocol::kIpv6) {
    found_.ip += ip_header_;
    if (ip_header_ > 0) {
      return Step::kIp;
    }
  }
  if ((fragment_ & 0x1fff) != 0) {
    return ignore(DecodeStatus::kFragmentNoPorts);
  }
  return tunnels();
}

NfstreamWalk::Step NfstreamWalk::ipv6_layer() noexcept {
  if (!bytes_.has(found_.ip, kIpv6HeaderLength + bytes_.u16be(found_.ip + 4))) {
    return ignore_short(DecodeStatus::kBadIpHeader);
  }
  const Ipv6UpperLayer upper = walk_extensions(bytes_, found_.ip);
  if (!upper.ok) {
    return ignore(DecodeStatus::kBadExtension);
  }
  protocol_ = upper.protocol;
  ip_header_ = upper.length;
  if (protocol_ == ip_protocol::kIpv4 || protocol_ == ip_protocol::kIpv6) {
    found_.ip = upper.offset;
    return Step::kIp;
  }
  return tunnels();
}

/// Behind IPv6 the "UDP header" is looked for at an offset that is a length, as in the original:
/// real tunnels are missed there, and ordinary packets may look like one.
NfstreamWalk::Step NfstreamWalk::tunnels() noexcept {
  if (!decode_tunnels_ || protocol_ != ip_protocol::kUdp) {
    return Step::kFound;
  }
  const std::size_t udp = found_.ip + ip_header_;
  if (!bytes_.has(udp, kUdpHeaderLength)) {
    return ignore_short(DecodeStatus::kShortL4);
  }
  const auto uses_port = [&](std::uint16_t port) {
    return bytes_.u16be(udp) == port || bytes_.u16be(udp + 2) == port;
  };
  if (uses_port(kPortGtpU) && bytes_.has(udp, 17)) {
    return gtp_u(udp);
  }
  if (uses_port(kPortTzsp)) {
    return tzsp(udp);
  }
  if (uses_port(kPortCapwapData) && bytes_.has(udp, 10)) {
    return capwap(udp);
  }
  return Step::kFound;
}

/// The inner header is not passed through ip_layer again: no fragment check, no nested tunnel.
NfstreamWalk::Step NfstreamWalk::gtp_u(std::size_t udp) noexcept {
  std::size_t offset = udp + kUdpHeaderLength;
  const std::uint8_t flags = bytes_.u8(offset);
  constexpr std::uint8_t kUserData = 0xff;
  if (flags >> 5 != 1 || bytes_.u8(offset + 1) != kUserData) {
    return Step::kFound;
  }
  offset += (flags & 7) != 0 ? 12 : 8;
  while ((flags & 4) != 0 && offset < bytes_.size()) {
    const std::size_t extension = std::size_t{4} * bytes_.u8(offset);
    offset += extension;
    if (offset >= bytes_.size() || extension == 0) {
      return Step::kFound;
    }
    if (bytes_.u8(offset - 1) == 0) {
      break;
    }
  }
  if (offset >= bytes_.size()) {
    return Step::kFound;
  }
  found_.tunnel = TunnelKind::kGtpU;
  found_.ip = offset;
  const int version = bytes_.u8(found_.ip) >> 4;
  if (version != 4 && version != 6) {
    return ignore(DecodeStatus::kBadIpVersion);
  }
  return bytes_.has(found_.ip, version == 4 ? kIpv4HeaderLength : kIpv6HeaderLength)
             ? Step::kFound
             : ignore_short(DecodeStatus::kBadIpHeader);
}

NfstreamWalk::Step NfstreamWalk::tzsp(std::size_t udp) noexcept {
  if (!bytes_.has(udp, 12)) {
    return ignore_short(DecodeStatus::kShortL4);
  }
  found_.tunnel = TunnelKind::kTzsp;  // also when it is not TZSP in the end
  const std::size_t header = udp + kUdpHeaderLength;
  const bool is_ethernet_inside =
      bytes_.u8(header) == 1 && bytes_.u8(header + 1) == 0 && bytes_.u16be(header + 2) == 1;
  const std::size_t tag = header + 4;
  if (!is_ethernet_inside || !bytes_.has(tag, 1)) {
    return Step::kFound;
  }
  // One tag only, and the two bytes of its own header are forgotten: END works, others do not.
  const std::size_t inner = tag + (bytes_.u8(tag) <= 1 ? 1 : bytes_.u8(tag + 1));
  if (inner >= bytes_.size()) {
    return ignore_short(DecodeStatus::kShortLink);
  }
  link_ = inner;
  return Step::kLink;
}

NfstreamWalk::Step NfstreamWalk::capwap(std::size_t udp) noexcept {
  const std::size_t header = udp + kUdpHeaderLength;
  if ((bytes_.u8(header) & 0x0f) != 0) {
    return Step::kFound;
  }
  const std::size_t wlan = header + ((bytes_.u8(header + 1) & 0xf8) >> 1);
  if (!bytes_.has(wlan, 33)) {
    return Step::kFound;
  }
  found_.src_mac = bytes_.array<6>(wlan + 10);
  found_.dst_mac = bytes_.array<6>(wlan + 16);
  const std::size_t llc = wlan + 24;
  type_ = bytes_.u16be(llc + 6);
  found_.ip = llc + 8;
  found_.tunnel = TunnelKind::kCapwap;
  return Step::kIp;
}

}  // namespace

Ipv6UpperLayer walk_extensions(const CheckedBytes& bytes, std::size_t ip) noexcept {
  Ipv6UpperLayer upper;
  upper.length = bytes.u16be(ip + 4);
  upper.protocol = bytes.u8(ip + 6);
  upper.offset = ip + kIpv6HeaderLength;
  std::size_t captured = (bytes.size() - upper.offset) & 0xffff;
  while (captured > 1 && is_walked_extension(upper.protocol)) {
    std::size_t header_length = 8;
    if (upper.protocol == ip_protocol::kNoNext) {
      return upper;
    }
    if (upper.protocol == ip_protocol::kFragment) {
      const bool is_later_fragment = bytes.u16be(upper.offset + 2) >> 3 != 0;
      if (upper.length < header_length || captured < 5 || is_later_fragment) {
        return upper;
      }
      captured -= 5;
    } else {
      header_length = std::size_t{8} * bytes.u8(upper.offset + 1) + 8;
      if (upper.length < header_length || captured < header_length) {
        return upper;
      }
      captured -= header_length;
    }
    upper.protocol = bytes.u8(upper.offset);
    upper.length -= header_length;
    upper.offset += header_length;
  }
  upper.ok = true;
  return upper;
}

DecodeStatus find_nfstream_header(const RawPacket& packet, bool decode_tunnels,
                                  NfstreamHeader& out) noexcept {
  return NfstreamWalk(packet, decode_tunnels).run(out);
}

}  // namespace netml
