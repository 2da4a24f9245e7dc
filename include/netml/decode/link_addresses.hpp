#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "netml/capture/packet_source.hpp"

namespace netml {

using MacAddress = std::array<std::uint8_t, 6>;

/// The 48-bit addresses of a frame's own link header, each where there is one.
struct LinkAddresses {
  std::optional<MacAddress> source;
  std::optional<MacAddress> destination;
};

/// Ethernet (II and 802.3); Linux cooked, which keeps the sender's only; 802.11, of any kind of
/// frame that has them, aggregates of several by their header. None for other link types and for
/// headers that are cut before their end. Never throws, never reads beyond the captured bytes.
LinkAddresses link_addresses(const RawPacket& packet) noexcept;

/// aa:bb:cc:dd:ee:ff.
std::string to_text(const MacAddress& mac);

}  // namespace netml
