#include "netml/decode/nfstream_decoder.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "nfstream_walk.hpp"

namespace netml {
namespace {

constexpr std::size_t kIpv4HeaderLength = 20;
constexpr std::size_t kIpv6HeaderLength = 40;
constexpr std::size_t kUdpHeaderLength = 8;

/// Milliseconds with every part cut toward zero; the ends of the range saturate.
std::int64_t time_ms(const RawPacket& packet) noexcept {
  constexpr std::int64_t kNsPerMs = 1'000'000;
  std::int64_t ms = 0;
  if (__builtin_mul_overflow(packet.seconds, std::int64_t{1000}, &ms) ||
      __builtin_add_overflow(ms, packet.subsecond_ns / kNsPerMs, &ms)) {
    return packet.seconds < 0 ? std::numeric_limits<std::int64_t>::min()
                              : std::numeric_limits<std::int64_t>::max();
  }
  return ms;
}

/// The fields of the flow's IP header and of what it carries.
class NfstreamFields {
 public:
  NfstreamFields(const RawPacket& packet, const NfstreamHeader& header) noexcept
      : packet_(packet), header_(header), bytes_(packet.bytes) {}

  DecodeStatus read(PacketRecord& out) noexcept;

 private:
  struct Endpoint {
    IpAddress address;
    std::uint16_t port = 0;
    // clang-tidy 14 takes the defaulted comparison for a literal 0.
    auto operator<=>(const Endpoint&) const = default;  // NOLINT(modernize-use-nullptr)
  };

  DecodeStatus ipv4_fields(PacketRecord& out) noexcept;
  DecodeStatus ipv6_fields(PacketRecord& out) noexcept;
  DecodeStatus transport_fields(PacketRecord& out, std::size_t length) noexcept;
  void key_fields(PacketRecord& out) const noexcept;

  const RawPacket& packet_;
  const NfstreamHeader& header_;
  CheckedBytes bytes_;
  std::size_t transport_ = 0;  ///< offset of the transport header
  Endpoint source_;
  Endpoint destination_;
};

DecodeStatus NfstreamFields::read(PacketRecord& out) noexcept {
  out = PacketRecord{};
  out.ts_ns = time_ms(packet_);
  out.wire_length = packet_.wire_length & 0xffff;
  out.captured_length = static_cast<std::uint32_t>(bytes_.size());
  out.src_mac = header_.src_mac;
  out.dst_mac = header_.dst_mac;
  out.key.vlan = header_.vlan;
  out.key.tunnel_id = static_cast<std::uint32_t>(header_.tunnel);
  const bool is_ipv4 = bytes_.u8(header_.ip) >> 4 == 4;
  const DecodeStatus status = is_ipv4 ? ipv4_fields(out) : ipv6_fields(out);
  if (status == DecodeStatus::kOk) {
    key_fields(out);
  }
  return status;
}

DecodeStatus NfstreamFields::ipv4_fields(PacketRecord& out) noexcept {
  const std::size_t captured = (bytes_.size() - header_.ip) & 0xffff;
  const std::size_t header_length = std::size_t{4} * (bytes_.u8(header_.ip) & 0x0f);
  const std::size_t total = bytes_.u16be(header_.ip + 2);
  const std::size_t length = (total - header_length) & 0xffff;
  if (captured < kIpv4HeaderLength || header_length > captured) {
    return short_status(packet_, DecodeStatus::kBadIpHeader);
  }
  // Total length 0, as offloading network cards leave it, ends here.
  if (std::max(total, captured) < header_length + length) {
    return DecodeStatus::kBadIpHeader;
  }
  source_.address = IpAddress::from_ipv4(bytes_.array<4>(header_.ip + 12).data());
  destination_.address = IpAddress::from_ipv4(bytes_.array<4>(header_.ip + 16).data());
  out.key.ip_version = 4;
  out.key.protocol = bytes_.u8(header_.ip + 9);
  out.ip_length = static_cast<std::uint32_t>(total);
  out.tos = bytes_.u8(header_.ip + 1);
  out.ttl = bytes_.u8(header_.ip + 8);
  out.is_fragment = (bytes_.u16be(header_.ip + 6) & 0x3fff) != 0;
  transport_ = header_.ip + header_length;
  return transport_fields(out, length);
}

DecodeStatus NfstreamFields::ipv6_fields(PacketRecord& out) noexcept {
  const std::size_t captured = (bytes_.size() - header_.ip) & 0xffff;
  const std::size_t payload = bytes_.u16be(header_.ip + 4);
  if (captured < kIpv6HeaderLength + payload) {
    return short_status(packet_, DecodeStatus::kBadIpHeader);
  }
  const Ipv6UpperLayer upper = walk_extensions(bytes_, header_.ip);
  const std::size_t header_length = upper.offset - header_.ip;
  if (!upper.ok || header_length > captured ||
      std::max(payload, captured) < header_length + upper.length) {
    return DecodeStatus::kBadExtension;
  }
  source_.address = IpAddress::from_ipv6(bytes_.array<16>(header_.ip + 8).data());
  destination_.address = IpAddress::from_ipv6(bytes_.array<16>(header_.ip + 24).data());
  out.key.ip_version = 6;
  out.key.protocol = upper.protocol;
  out.ip_length = static_cast<std::uint32_t>(payload);
  out.tos = static_cast<std::uint8_t>(bytes_.u16be(header_.ip) >> 4 & 0xff);
  out.ttl = bytes_.u8(header_.ip + 7);
  transport_ = upper.offset;
  return transport_fields(out, upper.length);
}

/// `length` is what the IP header says, not what was captured.
DecodeStatus NfstreamFields::transport_fields(PacketRecord& out, std::size_t length) noexcept {
  const std::uint8_t protocol = out.key.protocol;
  const bool is_tcp = protocol == ip_protocol::kTcp && length >= 20;
  const bool is_udp = protocol == ip_protocol::kUdp && length >= kUdpHeaderLength;
  const bool is_icmp = protocol == ip_protocol::kIcmp || protocol == ip_protocol::kIcmpv6;
  std::size_t header_length = length;
  if (is_tcp || is_udp) {
    // Ports, and for TCP data offset and flags: the original reads them from wherever.
    if (!bytes_.has(transport_, is_tcp ? 14 : 4)) {
      return short_status(packet_, DecodeStatus::kShortL4);
    }
    source_.port = bytes_.u16be(transport_);
    destination_.port = bytes_.u16be(transport_ + 2);
    header_length = kUdpHeaderLength;
  }
  if (is_tcp) {
    header_length = std::size_t{4} * (bytes_.u8(transport_ + 12) >> 4);
    out.tcp_flags = bytes_.u8(transport_ + 13);
    out.tcp_seq = bytes_.u32be(transport_ + 4);
    out.tcp_ack = bytes_.u32be(transport_ + 8);
    out.tcp_window = bytes_.u16be(transport_ + 14);
  }
  if (is_icmp) {
    header_length = 8;
    out.icmp_type = bytes_.u8(transport_);
    out.icmp_code = bytes_.u8(transport_ + 1);
  }
  const bool is_known = is_tcp || is_udp || is_icmp;
  out.transport_length = static_cast<std::uint32_t>(is_known ? length : 0);
  out.payload_length = static_cast<std::uint32_t>(length - std::min(length, header_length));
  out.payload_offset = static_cast<std::uint32_t>(
      std::min(transport_ + (is_known ? header_length : 0), bytes_.size()));
  return DecodeStatus::kOk;
}

void NfstreamFields::key_fields(PacketRecord& out) const noexcept {
  out.from_b = destination_ < source_;
  const auto& [a, b] =
      out.from_b ? std::tie(destination_, source_) : std::tie(source_, destination_);
  out.key.addr_a = a.address;
  out.key.port_a = a.port;
  out.key.addr_b = b.address;
  out.key.port_b = b.port;
}

}  // namespace

DecodeStatus decode_nfstream(const RawPacket& packet, bool decode_tunnels,
                             PacketRecord& out) noexcept {
  NfstreamHeader header;
  const DecodeStatus status = find_nfstream_header(packet, decode_tunnels, header);
  return status == DecodeStatus::kOk ? NfstreamFields(packet, header).read(out) : status;
}

}  // namespace netml
