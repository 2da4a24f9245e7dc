#pragma once

#include "netml/capture/packet_source.hpp"
#include "netml/decode/packet.hpp"

namespace netml {

/// Decodes one packet as NFStream 6.5.4 does, its oddities included, for `--preset nfstream`.
///
/// Accepted packets give kOk and the whole of `out` but `index` and `hash`. Fields with a meaning
/// of their own here:
///   ts_ns            the time in whole *milliseconds*, before NFStream's clock correction:
///   captures carry
///                    times that nanoseconds cannot hold, and the original has them
///   wire_length      frame on the wire modulo 65536 (accounting mode 0)
///   ip_length        IPv4 total length, IPv6 payload length without the 40 bytes (mode 1)
///   transport_length 0 unless TCP, UDP or ICMP with a plausible length (mode 2)
///   payload_length   likewise (mode 3)
///   key.tunnel_id    kNone, kGtpU, kCapwap or kTzsp
/// Any other status is a packet that NFStream ignores; `out` is then unspecified.
/// `decode_tunnels` is NFStream's parameter of that name. Never throws, never reads beyond the
/// captured bytes: where the original does, the packet is ignored as kSnapped.
DecodeStatus decode_nfstream(const RawPacket& packet, bool decode_tunnels,
                             PacketRecord& out) noexcept;

}  // namespace netml
