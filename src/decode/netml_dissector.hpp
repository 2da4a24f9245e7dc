#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "netml/core/byte_reader.hpp"
#include "netml/decode/netml_decoder.hpp"

#include "netml_layers.hpp"

namespace netml {

/// Walks the headers of one frame from the outside in.
///
/// `data_` is what the current layer may see: each layer takes its header off the front and cuts
/// what its length field declares to be padding. Every layer consumes at least one byte or ends the
/// walk. A layer whose header is cut ends it too, except for TCP and UDP, see `tcp`.
class NetmlDissector {
 public:
  static constexpr std::size_t kLongestFrame = 65535;

  explicit NetmlDissector(const RawPacket& packet) noexcept
      : frame_(packet.bytes.first(std::min(packet.bytes.size(), kLongestFrame))),
        data_(frame_),
        first_layer_(layer_of_link_type(packet.link_type)),
        is_snapped_(packet.wire_length > packet.bytes.size()) {}

  /// Fills the key and the header feature. Any other status than kOk: no TCP or UDP was found, and
  /// that is why.
  DecodeStatus dissect(NetmlPacket& out) noexcept;

  /// Fills what the table of packets shows, all but the size.
  void describe(NetmlFrame& out) noexcept;

 private:
  struct Ports {
    std::uint16_t src = 0;
    std::uint16_t dst = 0;
    std::uint8_t flags = 0;
    int depth = 0;
  };
  struct Ipv4Header {
    IpAddress src;
    IpAddress dst;
    std::uint8_t ttl = 0;
    int depth = 0;
  };

  struct Macs {
    MacAddress destination{}, source{};
  };

  void walk() noexcept;

  Layer end(DecodeStatus reason) noexcept {
    status_ = reason;
    return Layer::kNone;
  }
  Layer end_short(DecodeStatus reason) noexcept {
    return end(is_snapped_ ? DecodeStatus::kSnapped : reason);
  }

  void note_outermost(std::uint8_t ttl) noexcept {
    if (!outermost_ttl_) {
      outermost_ttl_ = ttl;
    }
  }

  // Each of these takes one header off `data_` and says what follows.
  Layer enter(Layer layer) noexcept;
  Layer enter_link(Layer layer) noexcept;
  Layer ether() noexcept;
  Layer llc() noexcept;
  Layer snap() noexcept;
  Layer vlan() noexcept;
  Layer pppoe() noexcept;
  Layer ppp() noexcept;
  Layer cooked_linux(std::size_t before_type, std::size_t after_type) noexcept;
  Layer loopback() noexcept;
  Layer radiotap() noexcept;
  Layer wlan() noexcept;
  Layer ipv4() noexcept;
  Layer ipv4_payload(std::uint8_t protocol, bool is_later_fragment) noexcept;
  Layer ipv6() noexcept;
  std::optional<std::size_t> jumbo_length() noexcept;
  std::size_t jumbo_option(std::span<const std::uint8_t> data) noexcept;
  Layer ipv6_extension() noexcept;
  Layer ipv6_fragment() noexcept;
  Layer authentication() noexcept;
  Layer gre() noexcept;
  Layer pptp(std::uint16_t flags) noexcept;
  Layer tcp() noexcept;
  Layer udp() noexcept;
  Layer l2tp() noexcept;
  Layer vxlan() noexcept;
  void icmp() noexcept;
  void note_dns(const Ports& ports, std::size_t skipped) noexcept;
  Layer skip_to(std::size_t length, Layer next, DecodeStatus reason) noexcept;

  void fill(NetmlPacket& out) const noexcept;
  void fill_header_feature(NetmlPacket& out) const noexcept;

  std::span<const std::uint8_t> frame_;
  ByteReader data_;
  Layer first_layer_;
  bool is_snapped_;
  int depth_ = 0;  ///< of the current layer; the link header has 0
  DecodeStatus status_ = DecodeStatus::kNotIp;
  std::optional<Ports> tcp_;
  std::optional<Ports> udp_;
  std::optional<Ipv4Header> ipv4_;           ///< outermost
  std::optional<Ipv4Header> ipv4_in_frame_;  ///< outermost that is not itself the link layer
  std::optional<std::uint8_t> outermost_ttl_;
  std::optional<Macs> macs_;  ///< of the first Ethernet II header
  bool has_icmp_ = false;
  /// By begin modulo 4, where the search for jumbo options in the frame stopped.
  std::array<std::size_t, 4> jumbo_stopped_{};
  std::span<const std::uint8_t> dns_;  ///< the first payload on a port of DNS
};

}  // namespace netml
