#include "netml_dissector.hpp"

namespace netml {

void NetmlDissector::walk() noexcept {
  for (Layer layer = first_layer_; layer != Layer::kNone && data_.remaining() > 0; ++depth_) {
    layer = enter(layer);
  }
}

DecodeStatus NetmlDissector::dissect(NetmlPacket& out) noexcept {
  walk();
  if (!tcp_ && !udp_) {
    return status_;
  }
  fill(out);
  return DecodeStatus::kOk;
}

void NetmlDissector::describe(NetmlFrame& out) noexcept {
  using Protocol = NetmlFrame::Protocol;
  walk();
  out.protocol = tcp_        ? Protocol::kTcp
                 : udp_      ? Protocol::kUdp
                 : has_icmp_ ? Protocol::kIcmp
                             : Protocol::kNone;
  if (const std::optional<Ports>& ports = tcp_ ? tcp_ : udp_) {
    out.src_port = ports->src;
    out.dst_port = ports->dst;
  }
  if (ipv4_) {
    out.has_addresses = true;
    out.src = ipv4_->src;
    out.dst = ipv4_->dst;
  }
  if (macs_) {
    out.has_macs = true;
    out.mac_src = macs_->source;
    out.mac_dst = macs_->destination;
  }
  out.dns = dns_;
}

Layer NetmlDissector::enter(Layer layer) noexcept {
  switch (layer) {
    case Layer::kIpv4:
      return ipv4();
    case Layer::kIpv6:
      return ipv6();
    case Layer::kIpv6Extension:
      return ipv6_extension();
    case Layer::kIpv6Fragment:
      return ipv6_fragment();
    case Layer::kAuthentication:
      return authentication();
    case Layer::kGre:
      return gre();
    case Layer::kTcp:
      return tcp();
    case Layer::kUdp:
      return udp();
    case Layer::kL2tp:
      return l2tp();
    case Layer::kVxlan:
      return vxlan();
    default:
      return enter_link(layer);
  }
}

Layer NetmlDissector::enter_link(Layer layer) noexcept {
  switch (layer) {
    case Layer::kEther:
      return ether();
    case Layer::kLlc:
      return llc();
    case Layer::kSnap:
      return snap();
    case Layer::kVlan:
      return vlan();
    case Layer::kPppoe:
      return pppoe();
    case Layer::kHdlc:
      return skip_to(2, Layer::kPpp, DecodeStatus::kShortLink);
    case Layer::kPppWithDirection:
      return skip_to(1, Layer::kPpp, DecodeStatus::kShortLink);
    case Layer::kPpp:
      return ppp();
    case Layer::kCookedLinux1:
      return cooked_linux(14, 0);
    case Layer::kCookedLinux2:
      return cooked_linux(0, 18);
    case Layer::kLoopback:
      return loopback();
    case Layer::kRadiotap:
      return radiotap();
    case Layer::kWlan:
      return wlan();
    case Layer::kRawIp:  // not a layer of its own
      return data_.peek() >> 4 == 6 ? ipv6() : ipv4();
    default:
      return Layer::kNone;
  }
}

Layer NetmlDissector::skip_to(std::size_t length, Layer next, DecodeStatus reason) noexcept {
  data_.skip(length);
  return data_.ok() ? next : end_short(reason);
}

Layer NetmlDissector::ether() noexcept {
  const std::span<const std::uint8_t> addresses = data_.take(12);
  const std::uint16_t type_or_length = data_.u16be();
  if (!data_.ok()) {
    return end_short(DecodeStatus::kShortLink);
  }
  if (type_or_length > 1500 && !macs_) {
    Macs macs;
    std::copy_n(addresses.begin(), 6, macs.destination.begin());
    std::copy_n(addresses.begin() + 6, 6, macs.source.begin());
    macs_ = macs;
  }
  if (type_or_length <= 1500) {
    data_.shrink(type_or_length);
    return Layer::kLlc;
  }
  return layer_of_ether_type(type_or_length);
}

Layer NetmlDissector::llc() noexcept {
  const std::uint8_t dsap = data_.u8();
  const std::uint8_t ssap = data_.u8();
  const std::uint8_t control = data_.u8();
  return dsap == 0xaa && ssap == 0xaa && control == 3 ? Layer::kSnap : Layer::kNone;
}

Layer NetmlDissector::snap() noexcept {
  data_.skip(3);  // any organisation
  const std::uint16_t code = data_.u16be();
  return code == 1 ? Layer::kEther : layer_of_encapsulated_type(code);
}

Layer NetmlDissector::vlan() noexcept {
  data_.skip(2);
  const std::uint16_t type_or_length = data_.u16be();
  if (type_or_length > 1500) {
    return layer_of_ether_type(type_or_length);
  }
  data_.shrink(type_or_length);
  return type_or_length == 1 ? Layer::kNone : Layer::kLlc;
}

Layer NetmlDissector::pppoe() noexcept {
  data_.skip(1);
  const std::uint8_t code = data_.u8();
  data_.skip(4);  // session and length; the length is not used
  return code == 0 ? Layer::kPpp : Layer::kNone;
}

Layer NetmlDissector::ppp() noexcept {
  if (data_.peek() == 0xff) {
    return Layer::kHdlc;  // consumes two bytes
  }
  // RFC 1661, 2: one byte when odd.
  const std::uint16_t protocol = (data_.peek() & 1) != 0 ? data_.u8() : data_.u16be();
  if (protocol == 0x21) {
    return Layer::kIpv4;
  }
  return protocol == 0x57 ? Layer::kIpv6 : Layer::kNone;
}

Layer NetmlDissector::cooked_linux(std::size_t before_type, std::size_t after_type) noexcept {
  data_.skip(before_type);
  const std::uint16_t type = data_.u16be();
  data_.skip(after_type);
  if (!data_.ok()) {
    return end_short(DecodeStatus::kShortLink);
  }
  switch (type) {
    case 1:
      return Layer::kEther;
    case 122:
      return Layer::kLlc;
    case 0x8864:
      return Layer::kPppoe;
    default:
      return layer_of_encapsulated_type(type);
  }
}

/// Only the first byte of the family counts, so that 0 stands for a big-endian file. 10 is AF_INET6
/// where the original ran; the values of the BSDs (24, 28, 30) are not dissected.
Layer NetmlDissector::loopback() noexcept {
  const std::uint8_t family = data_.u8();
  data_.skip(3);
  if (!data_.ok()) {
    return end_short(DecodeStatus::kShortLink);
  }
  if (family == 0 || family == 2) {
    return Layer::kIpv4;
  }
  return family == 10 ? Layer::kIpv6 : Layer::kNone;
}

Layer NetmlDissector::radiotap() noexcept {
  data_.skip(2);
  const std::uint16_t length = data_.u16le();
  return skip_to(length > 4 ? length - 4U : 0U, Layer::kWlan, DecodeStatus::kShortLink);
}

/// IEEE 802.11, 9.2: data frames in the clear.
Layer NetmlDissector::wlan() noexcept {
  const std::uint8_t kind = data_.u8();
  const std::uint8_t flags = data_.u8();
  const int type = kind >> 2 & 3;
  const int subtype = kind >> 4;
  const bool has_address4 = (flags & 3) == 3;
  const bool has_qos = subtype >= 8 && subtype != 13;
  if (type != 2) {
    return end(DecodeStatus::kNotIp);
  }
  if ((flags & 0x40) != 0) {
    return end(DecodeStatus::kEncryptedWlan);
  }
  return skip_to(22U + (has_address4 ? 6U : 0U) + (has_qos ? 2U : 0U), Layer::kLlc,
                 DecodeStatus::kShortLink);
}

void NetmlDissector::fill(NetmlPacket& out) const noexcept {
  out.has_tcp = tcp_.has_value();
  if (ipv4_) {
    const Ports& ports = tcp_ ? *tcp_ : *udp_;
    out.key.src = ipv4_->src;
    out.key.dst = ipv4_->dst;
    out.key.src_port = ports.src;
    out.key.dst_port = ports.dst;
    out.key.protocol = tcp_ ? ip_protocol::kTcp : ip_protocol::kUdp;
  }
  fill_header_feature(out);
}

void NetmlDissector::fill_header_feature(NetmlPacket& out) const noexcept {
  if (!ipv4_in_frame_) {  // the original raises
    out.ttl = outermost_ttl_.value_or(0);
    out.tcp_flags = tcp_ ? tcp_->flags : std::uint8_t{0};
    return;
  }
  out.ttl = ipv4_in_frame_->ttl;
  const bool has_plain_tcp = ipv4_in_frame_->depth == 1 && tcp_ && tcp_->depth == 2;
  out.tcp_flags = has_plain_tcp ? tcp_->flags : std::uint8_t{0};
}

}  // namespace netml
