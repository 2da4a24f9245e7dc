// IP, TCP, UDP and what tunnels over them.

#include <algorithm>

#include "netml/decode/dns.hpp"

#include "netml_dissector.hpp"

namespace netml {

/// How much of what follows an IPv6 header with payload length 0 and hop-by-hop options belongs to
/// it. RFC 2675, 2 as the original reads it: the jumbo length in the host's byte order, the option
/// only at offsets 4n + 2; nullopt where it runs over the end. Requires: 2 bytes or more.
std::optional<std::size_t> NetmlDissector::jumbo_length() noexcept {
  const std::span<const std::uint8_t> data = data_.rest();
  const std::size_t hop_by_hop = std::size_t{8} * data[1] + 8;
  const std::size_t offset = jumbo_option(data);
  if (offset > data.size()) {
    return hop_by_hop;
  }
  ByteReader option(data.subspan(offset));
  option.skip(2);
  const std::uint32_t length = option.u32le();
  return option.ok() ? std::optional(hop_by_hop + length) : std::nullopt;
}

/// The first of the offsets 2, 6, … with a jumbo option, or the first of them that is not inside.
///
/// Each of many headers in one another would look through the rest of the frame. But the next one
/// begins further inside and ends no later, so that it goes on where the last one stopped that had
/// its offsets at the same places.
std::size_t NetmlDissector::jumbo_option(std::span<const std::uint8_t> data) noexcept {
  constexpr std::uint8_t kJumboOption = 0xc2;
  constexpr std::size_t kStep = 4;
  const auto begin = static_cast<std::size_t>(data.data() - frame_.data());
  std::size_t& stopped = jumbo_stopped_[begin % kStep];
  std::size_t place = std::max(begin + 2, stopped);
  while (place < begin + data.size() && frame_[place] != kJumboOption) {
    place += kStep;
  }
  stopped = place;
  const std::size_t first_outside = 2 + (data.size() + 1) / kStep * kStep;
  return std::min(place - begin, first_outside);  // an option beyond the end was another one's
}

/// The version nibble is not looked at, the EtherType or protocol decides.
Layer NetmlDissector::ipv4() noexcept {
  constexpr int kHeaderLength = 20;
  const int header_length = (data_.u8() & 0x0f) * 4;
  data_.skip(1);
  const int total_length = data_.u16be();
  data_.skip(2);
  const bool is_later_fragment = (data_.u16be() & 0x1fff) != 0;
  const std::uint8_t ttl = data_.u8();
  const std::uint8_t protocol = data_.u8();
  data_.skip(2);
  const std::span<const std::uint8_t> addresses = data_.take(8);
  if (addresses.empty()) {
    return end_short(DecodeStatus::kBadIpHeader);
  }
  const Ipv4Header header{IpAddress::from_ipv4(addresses.data()),
                          IpAddress::from_ipv4(addresses.data() + 4), ttl, depth_};
  if (!ipv4_) {
    ipv4_ = header;
  }
  if (depth_ > 0 && !ipv4_in_frame_) {
    ipv4_in_frame_ = header;
  }
  note_outermost(ttl);

  if (header_length >= kHeaderLength) {
    data_.skip(static_cast<std::size_t>(header_length - kHeaderLength));
  } else {
    // A negative option length is a Python slice from the end: only the last bytes are kept.
    const auto kept = static_cast<std::size_t>(kHeaderLength - header_length);
    data_.skip(data_.remaining() - std::min(kept, data_.remaining()));
  }
  // Total length 0, as offloading network cards leave it, cuts nothing.
  if (total_length >= header_length) {
    data_.shrink(static_cast<std::size_t>(total_length - header_length));
  }
  return ipv4_payload(protocol, is_later_fragment);
}

Layer NetmlDissector::ipv4_payload(std::uint8_t protocol, bool is_later_fragment) noexcept {
  status_ = is_later_fragment ? DecodeStatus::kFragmentNoPorts : DecodeStatus::kUnsupportedL4;
  if (protocol == ip_protocol::kIpv6) {
    return Layer::kIpv6;  // of fragments as well
  }
  if (protocol == ip_protocol::kAh) {
    return Layer::kAuthentication;
  }
  if (is_later_fragment) {
    return Layer::kNone;
  }
  switch (protocol) {
    case ip_protocol::kIpv4:
      return Layer::kIpv4;
    case ip_protocol::kTcp:
      status_ = DecodeStatus::kShortL4;
      return Layer::kTcp;
    case ip_protocol::kUdp:
      status_ = DecodeStatus::kShortL4;
      return Layer::kUdp;
    case ip_protocol::kGre:
      return Layer::kGre;
    case ip_protocol::kIcmp:
      icmp();
      return Layer::kNone;
    default:
      return Layer::kNone;
  }
}

Layer NetmlDissector::ipv6() noexcept {
  data_.skip(4);
  const std::uint16_t payload_length = data_.u16be();
  const std::uint8_t next_header = data_.u8();
  const std::uint8_t hop_limit = data_.u8();
  data_.skip(32);
  if (!data_.ok()) {
    return end_short(DecodeStatus::kBadIpHeader);
  }
  note_outermost(hop_limit);
  if (payload_length == 0 && next_header == ip_protocol::kHopByHop && data_.remaining() >= 8) {
    const std::optional<std::size_t> length = jumbo_length();
    if (!length) {
      return end(DecodeStatus::kBadExtension);
    }
    data_.shrink(*length);
  } else {
    data_.shrink(payload_length);
  }
  status_ = DecodeStatus::kUnsupportedL4;
  return layer_of_next_header(next_header);
}

/// RFC 8200, 4.3, 4.4 and 4.6: hop-by-hop options, routing, destination options.
Layer NetmlDissector::ipv6_extension() noexcept {
  const std::uint8_t next_header = data_.u8();
  const std::size_t length = std::size_t{8} * data_.u8() + 8;
  return skip_to(length - 2, layer_of_next_header(next_header), DecodeStatus::kBadExtension);
}

Layer NetmlDissector::ipv6_fragment() noexcept {
  const std::uint8_t next_header = data_.u8();
  data_.skip(1);
  const bool is_later_fragment = data_.u16be() >> 3 != 0;
  if (is_later_fragment) {
    return end(DecodeStatus::kFragmentNoPorts);
  }
  return skip_to(4, layer_of_next_header(next_header), DecodeStatus::kBadExtension);
}

/// RFC 4302. Only tunnel mode is dissected, with 0 instead of 4 standing for IPv4.
Layer NetmlDissector::authentication() noexcept {
  const std::uint8_t next_header = data_.u8();
  const std::size_t length = std::size_t{4} * data_.u8() + 8;
  if (length < 12) {
    return end(DecodeStatus::kBadExtension);
  }
  switch (next_header) {
    case 0:
      return skip_to(length - 2, Layer::kIpv4, DecodeStatus::kBadExtension);
    case ip_protocol::kIpv6:
      return skip_to(length - 2, Layer::kIpv6, DecodeStatus::kBadExtension);
    default:
      return Layer::kNone;
  }
}

/// A header cut between two fields is still TCP, with scapy's defaults for what is missing; one cut
/// inside a field is not.
Layer NetmlDissector::tcp() noexcept {
  constexpr std::uint16_t kDefaultDstPort = 80;
  constexpr std::uint8_t kDefaultFlags = tcp_flag::kSyn;
  switch (data_.remaining()) {
    case 2:
    case 4:
    case 8:
    case 12:
    case 14:
    case 16:
    case 18:
      break;
    default:
      if (data_.remaining() < 20) {
        return end_short(DecodeStatus::kShortL4);
      }
  }
  Ports ports;
  ports.depth = depth_;
  ports.flags = data_.remaining() >= 14 ? data_.peek(13) : kDefaultFlags;
  ports.src = data_.u16be();
  ports.dst = data_.remaining() >= 2 ? data_.u16be() : kDefaultDstPort;
  if (!tcp_) {
    tcp_ = ports;
  }
  constexpr std::size_t kHeader = 20, kLength = 2;  // before DNS over TCP stands its length
  const std::size_t header = std::max<std::size_t>(std::size_t{4} * (data_.peek(8) >> 4), kHeader);
  note_dns(ports, header - 4 + kLength);
  return Layer::kNone;
}

/// A header whose fields are all there; identifier and sequence number only where its type has
/// them.
void NetmlDissector::icmp() noexcept {
  const std::uint8_t type = data_.peek();
  const bool has_numbers = type == 0 || type == 8 || (type >= 13 && type <= 18);
  has_icmp_ = has_icmp_ || data_.remaining() >= (has_numbers ? 8U : 4U);
}

/// `skipped`: bytes from here to the message.
void NetmlDissector::note_dns(const Ports& ports, std::size_t skipped) noexcept {
  if ((is_dns_port(ports.src) || is_dns_port(ports.dst)) && dns_.empty() &&
      data_.remaining() > skipped) {
    dns_ = data_.rest().subspan(skipped);
  }
}

/// A header cut right before the checksum is still UDP.
Layer NetmlDissector::udp() noexcept {
  constexpr std::size_t kHeaderLength = 8;
  if (data_.remaining() < kHeaderLength && data_.remaining() != 6) {
    return end_short(DecodeStatus::kShortL4);
  }
  Ports ports;
  ports.depth = depth_;
  ports.src = data_.u16be();
  ports.dst = data_.u16be();
  if (!udp_) {
    udp_ = ports;
  }
  const std::size_t length = data_.u16be();
  data_.skip(2);
  if (length >= kHeaderLength) {
    data_.shrink(length - kHeaderLength);
  } else {
    // A negative payload length is a Python slice: that many bytes are cut from the end.
    data_.shrink(data_.remaining() - std::min(kHeaderLength - length, data_.remaining()));
  }
  note_dns(ports, 0);
  return layer_of_udp_ports(ports.src, ports.dst);
}

/// RFC 2784 and 2890; the version is not looked at. Source routes (RFC 1701) are never walked to
/// their end, so that IP behind them is not reached.
Layer NetmlDissector::gre() noexcept {
  const std::uint16_t flags = data_.u16be();
  const std::uint16_t protocol = data_.u16be();
  if (protocol == 0x880b) {
    return pptp(flags);
  }
  const bool has_routing = (flags & 0x4000) != 0;
  const bool has_checksum = (flags & 0x8000) != 0 || has_routing;
  const bool has_key = (flags & 0x2000) != 0;
  const bool has_sequence = (flags & 0x1000) != 0;
  const std::size_t length =
      (has_checksum ? 4U : 0U) + (has_key ? 4U : 0U) + (has_sequence ? 4U : 0U);
  Layer next = layer_of_encapsulated_type(protocol);
  if (has_routing && next != Layer::kVlan) {
    next = Layer::kNone;
  }
  if (protocol == 0x6558) {
    next = Layer::kEther;
  } else if (protocol == 122) {
    next = Layer::kLlc;
  }
  return skip_to(length, next, DecodeStatus::kShortL4);
}

/// RFC 2637, 4.1.
Layer NetmlDissector::pptp(std::uint16_t flags) noexcept {
  const bool has_routing = (flags & 0x4000) != 0;
  const bool has_sequence = (flags & 0x1000) != 0;
  const bool has_acknowledgement = (flags & 0x0080) != 0;
  return skip_to(4U + (has_sequence ? 4U : 0U) + (has_acknowledgement ? 4U : 0U),
                 has_routing ? Layer::kNone : Layer::kPpp, DecodeStatus::kShortL4);
}

/// RFC 2661, 3.1. The offset padding itself is not skipped, only its size field and two bytes.
Layer NetmlDissector::l2tp() noexcept {
  const std::uint16_t flags = data_.u16be();
  const bool is_control = (flags & 0x8000) != 0;
  const bool has_length = (flags & 0x4000) != 0 || is_control;
  const bool has_sequence = (flags & 0x0800) != 0 || is_control;
  const bool has_offset = (flags & 0x0200) != 0 && !is_control;
  return skip_to(4U + (has_length ? 2U : 0U) + (has_sequence ? 4U : 0U) + (has_offset ? 4U : 0U),
                 Layer::kPpp, DecodeStatus::kShortL4);
}

/// RFC 7348, 5 with the generic protocol and group policy extensions.
Layer NetmlDissector::vxlan() noexcept {
  const std::uint8_t flags = data_.u8();
  const bool has_next_protocol = (flags & 0x04) != 0;
  const bool has_group_policy = (flags & 0x80) != 0;
  std::uint8_t next_protocol = 0;
  if (has_next_protocol) {
    data_.skip(2);
    next_protocol = data_.u8();
  }
  if (has_group_policy || !has_next_protocol) {
    data_.skip(3);
  }
  data_.skip(4);
  switch (next_protocol) {
    case 0:
    case 3:
      return Layer::kEther;
    case 1:
      return Layer::kIpv4;
    case 2:
      return Layer::kIpv6;
    default:
      return Layer::kNone;
  }
}

}  // namespace netml
