#include "netml/decode/link_addresses.hpp"

#include <algorithm>

#include "netml/core/byte_reader.hpp"

#include "headers.hpp"

namespace netml {
namespace {

// DLT_ values.
constexpr int kEthernet = 1, kWlan = 105, kLinuxSll = 113, kRadiotap = 127, kLinuxSll2 = 276;

std::optional<MacAddress> mac(ByteReader& reader) noexcept {
  const auto bytes = reader.take(std::tuple_size_v<MacAddress>);
  if (bytes.empty()) {
    return std::nullopt;
  }
  MacAddress address;
  std::copy(bytes.begin(), bytes.end(), address.begin());
  return address;
}

LinkAddresses ethernet(ByteReader reader) noexcept {
  if (reader.remaining() < EthernetHeader::kSize) {
    return {};
  }
  LinkAddresses addresses;
  addresses.destination = mac(reader);
  addresses.source = mac(reader);
  return addresses;
}

// `length_offset`: of the address length, which `length_size` bytes hold; the address is behind it.
LinkAddresses cooked(ByteReader reader, std::size_t length_offset, std::size_t length_size,
                     std::size_t header_size) noexcept {
  if (reader.remaining() < header_size) {
    return {};
  }
  reader.skip(length_offset);
  const std::size_t length = length_size == 2 ? reader.u16be() : reader.u8();
  return length == 6 ? LinkAddresses{mac(reader), std::nullopt} : LinkAddresses{};
}

// IEEE 802.11, 9.2.4: frame control, duration, address 1 (the receiver), 2 (the transmitter), 3,
// sequence control, 4. Which of them are the ends depends on the two DS bits.
LinkAddresses wlan(ByteReader reader) noexcept {
  constexpr std::uint16_t kToDs = 0x0100, kFromDs = 0x0200;
  constexpr unsigned kManagement = 0, kData = 2;
  const std::uint16_t control = reader.u16le();
  const unsigned type = control >> 2 & 3U;
  if (!reader.ok() || (type != kManagement && type != kData)) {
    return {};
  }
  reader.skip(2);
  const auto receiver = mac(reader), transmitter = mac(reader), third = mac(reader);
  reader.skip(2);
  if (!reader.ok()) {
    return {};
  }
  const bool to_ds = (control & kToDs) != 0, from_ds = (control & kFromDs) != 0;
  if (to_ds && from_ds) {
    return {mac(reader), third};
  }
  return {from_ds ? third : transmitter, to_ds ? third : receiver};
}

LinkAddresses radiotap(ByteReader reader) noexcept {
  ByteReader head = reader;
  head.skip(2);
  reader.skip(head.u16le());
  return wlan(reader);
}

}  // namespace

LinkAddresses link_addresses(const RawPacket& packet) noexcept {
  const ByteReader reader(packet.bytes);
  switch (packet.link_type) {
    case kEthernet:
      return ethernet(reader);
    case kLinuxSll:
      return cooked(reader, 4, 2, 16);
    case kLinuxSll2:
      return cooked(reader, 11, 1, 20);
    case kWlan:
      return wlan(reader);
    case kRadiotap:
      return radiotap(reader);
    default:
      return {};
  }
}

std::string to_text(const MacAddress& mac) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : mac) {
    text += text.empty() ? "" : ":";
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace netml
