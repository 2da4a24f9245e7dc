#include "netml/flow/row_shard.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "netml/core/sip_hash.hpp"

namespace netml {
namespace {

constexpr std::size_t kEndBytes = 18;
using End = std::array<std::uint8_t, kEndBytes>;

End end_of(const IpAddress& address, std::uint16_t port) noexcept {
  End end{};
  std::copy(address.bytes.begin(), address.bytes.end(), end.begin());
  end[16] = static_cast<std::uint8_t>(port >> 8);
  end[17] = static_cast<std::uint8_t>(port & 0xff);
  return end;
}

}  // namespace

std::uint64_t public_flow_hash(const FlowKey& key) noexcept {
  constexpr HashKey kPublic = {0x0706050403020100U, 0x0f0e0d0c0b0a0908U};
  End first = end_of(key.addr_a, key.port_a);
  End second = end_of(key.addr_b, key.port_b);
  if (second < first) {  // with flows per direction a is the source
    std::swap(first, second);
  }
  std::array<std::uint8_t, 2 * kEndBytes + 4> message{};
  std::copy(first.begin(), first.end(), message.begin());
  std::copy(second.begin(), second.end(), message.begin() + kEndBytes);
  message[2 * kEndBytes] = key.protocol;
  return sip_hash(kPublic, message);
}

}  // namespace netml
