#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "netml/capture/packet_source.hpp"
#include "netml/decode/packet.hpp"

namespace netml {

/// The captured part of a packet's transport payload: of the innermost IP packet, never more than
/// its headers say, less where the capture was cut short. Of a fragmented datagram only the first
/// fragment has one; what later ones carry begins anywhere. A view of packet.bytes.
/// Requires: `record` is what a decoder made of `packet`.
inline std::span<const std::uint8_t> captured_payload(const RawPacket& packet,
                                                      const PacketRecord& record) noexcept {
  const bool is_later_fragment =
      record.is_fragment && record.payload_length == record.transport_length;
  const std::size_t begin = std::min<std::size_t>(record.payload_offset, packet.bytes.size());
  const std::size_t length =
      std::min<std::size_t>(record.payload_length, packet.bytes.size() - begin);
  return packet.bytes.subspan(begin, is_later_fragment ? 0 : length);
}

}  // namespace netml
