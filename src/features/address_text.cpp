#include "address_text.hpp"

#include <cstring>

#include "netml/core/ip_address.hpp"

namespace netml {
namespace {

// The text of each byte in decimal, and a dot.
struct DottedByte {
  char text[4];
  std::uint8_t length;
};
constexpr auto kDottedBytes = [] {
  std::array<DottedByte, 256> bytes{};
  for (unsigned value = 0; value < 256; ++value) {
    DottedByte& byte = bytes[value];
    for (unsigned unit = 100; unit != 0; unit /= 10) {
      if (value >= unit || unit == 1) {
        byte.text[byte.length++] = static_cast<char>('0' + value / unit % 10);
      }
    }
    byte.text[byte.length++] = '.';
  }
  return bytes;
}();

constexpr auto kHexPairs = [] {
  constexpr char kDigits[] = "0123456789abcdef";
  std::array<std::array<char, 2>, 256> pairs{};
  for (std::size_t value = 0; value < 256; ++value) {
    pairs[value] = {kDigits[value >> 4], kDigits[value & 15]};
  }
  return pairs;
}();

}  // namespace

// IPv4 is formatted here rather than by inet_ntop: most addresses are.
std::string_view AddressText::address(const IpAddress& address, const Flow& flow,
                                      IpText& out) noexcept {
  if (flow.key.ip_version != 4) {
    const std::string text = to_text(address, flow.key.ip_version);
    std::memcpy(out.data(), text.data(), text.size());
    return {out.data(), text.size()};
  }
  char* end = out.data();
  for (std::size_t i = 12; i < 16; ++i) {
    const DottedByte& byte = kDottedBytes[address.bytes[i]];
    std::memcpy(end, byte.text, sizeof byte.text);
    end += byte.length;
  }
  return {out.data(), static_cast<std::size_t>(end - 1 - out.data())};
}

std::string_view AddressText::mac(const std::array<std::uint8_t, 6>& mac, MacText& out) noexcept {
  const auto put = [&](std::size_t i) {
    std::memcpy(out.data() + 3 * i, kHexPairs[mac[i]].data(), 2);
  };
  constexpr std::size_t kLength = 17;
  std::memcpy(out.data(), "00:00:00:00:00:00", kLength);
  put(0);
  put(1);
  put(2);
  put(3);
  put(4);
  put(5);
  return {out.data(), kLength};
}

}  // namespace netml
