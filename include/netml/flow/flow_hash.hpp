#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "netml/core/sip_hash.hpp"
#include "netml/decode/flow_key.hpp"

namespace netml {

/// Keyed hash of flow keys. Equal keys have equal hashes; whoever does not know the secret cannot
/// build keys that collide. Keep one for many keys: the secret is mixed in once.
class FlowHash {
 public:
  explicit FlowHash(const HashKey& secret) noexcept : start_(secret) {}

  std::uint64_t operator()(const FlowKey& key) const noexcept {
    SipHash13 hash = start_;
    const auto* a = key.addr_a.bytes.data();
    const auto* b = key.addr_b.bytes.data();
    if (key.ip_version == 4) {
      // The prefix of a mapped address is constant.
      hash.add(load<std::uint32_t>(a + 12) | std::uint64_t{load<std::uint32_t>(b + 12)} << 32);
    } else {
      hash.add(load<std::uint64_t>(a));
      hash.add(load<std::uint64_t>(a + 8));
      hash.add(load<std::uint64_t>(b));
      hash.add(load<std::uint64_t>(b + 8));
    }
    // Ports, protocol, IP version and VLAN id lie in a row; a VLAN id has 12 bits, so that the
    // kind of tunnel fits above it. The version tells the two lengths apart.
    const auto* fields = reinterpret_cast<const std::uint8_t*>(&key) + offsetof(FlowKey, port_a);
    return hash.end(load<std::uint64_t>(fields) ^ std::uint64_t{key.tunnel_id} << 60);
  }

 private:
  static_assert(offsetof(FlowKey, tunnel_id) == offsetof(FlowKey, port_a) + sizeof(std::uint64_t));
  static_assert(offsetof(FlowKey, vlan) == offsetof(FlowKey, tunnel_id) - sizeof(FlowKey::vlan));
  static_assert(static_cast<unsigned>(TunnelKind::kTeredo) < 16);

  template <typename T>
  static T load(const std::uint8_t* bytes) noexcept {
    T value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return value;
  }

  SipHash13 start_;
};

/// The hash of one key.
inline std::uint64_t flow_hash(const HashKey& secret, const FlowKey& key) noexcept {
  return FlowHash(secret)(key);
}

}  // namespace netml
