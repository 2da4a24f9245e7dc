#pragma once

#include <array>
#include <cstdint>

#include "netml/capture/packet_source.hpp"
#include "netml/decode/decode_options.hpp"
#include "netml/decode/fragments.hpp"
#include "netml/decode/packet.hpp"
#include "netml/decode/plain_packet.hpp"

namespace netml {

struct Walk;
enum class Next : std::uint8_t;

/// What a packet counted as `not_ip` was.
enum class NotIpClass : std::uint8_t {
  kArp,
  kLldp,
  kEapol,
  kPppoeDiscovery,
  kPppControl,
  kLlc,
  kWlan,
  kMpls,
  kOther,
  kCount
};
std::string_view to_text(NotIpClass kind) noexcept;

/// True when packets of this link type (DLT_ value) can be decoded.
bool is_supported_link_type(int link_type) noexcept;

/// Turns captured bytes into packet records: link layer, VLAN, MPLS and PPPoE, IPv4 and IPv6 with
/// their extensions, tunnels, transport. The record describes the innermost IP packet.
///
/// Keeps the memory of first fragments, so packets must come in capture order. Work per packet is
/// bounded (32 headers, 4 tunnels); malformed packets give a status, never an exception. Memory is
/// bounded by the fragment table. Not thread-safe.
class PacketDecoder {
 public:
  explicit PacketDecoder(const DecodeOptions& options);

  /// Fills `record` (all but `index` and `hash`) and returns kOk, or says why there is no flow key.
  /// The record then has the lengths of the frame and, where `key.ip_version` is not 0, what the
  /// innermost sound IP header says: addresses, protocol, lengths; no ports, nothing else.
  DecodeStatus decode(const RawPacket& packet, PacketRecord& record) {
    return decode_plain(packet, options_, record) ? DecodeStatus::kOk : walk(packet, record);
  }

  /// decode() without its short cut for plain packets: the same results, at more cost. Tests hold
  /// the two against each other.
  DecodeStatus walk(const RawPacket& packet, PacketRecord& record);

  /// After kNotIp: of which kind.
  NotIpClass not_ip_class() const noexcept { return not_ip_class_; }

  /// Forgets fragments: between inputs that are not continuous.
  void start_input() { fragments_.clear(); }

 private:
  DecodeStatus place_fragment(const Walk& walk, Next end);

  DecodeOptions options_;
  FragmentTable fragments_;
  NotIpClass not_ip_class_ = NotIpClass::kOther;
};

}  // namespace netml
