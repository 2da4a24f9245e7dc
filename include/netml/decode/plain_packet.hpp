#pragma once

#include "netml/capture/packet_source.hpp"
#include "netml/decode/decode_options.hpp"
#include "netml/decode/packet.hpp"

namespace netml {

/// The short cut of the walk for the packets that make up nearly all traffic: Ethernet, at most one
/// VLAN tag, IPv4 without options or IPv6 without extension headers, TCP or UDP, all of it captured
/// and sound, no fragment, no tunnel.
///
/// True: `record` is, but for `index` and `hash`, what the walk makes of the packet with status
/// kOk. False, at the first sign of anything else: the packet is the walk's, and what `record`
/// holds is meaningless. It refuses nothing and counts nothing.
bool decode_plain(const RawPacket& packet, const DecodeOptions& options,
                  PacketRecord& record) noexcept;

}  // namespace netml
