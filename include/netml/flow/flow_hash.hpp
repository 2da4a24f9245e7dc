#pragma once

#include <cstdint>
#include <cstring>

#include "netml/core/sip_hash.hpp"
#include "netml/decode/flow_key.hpp"

namespace netml {

/// Keyed hash of a flow key. Equal keys have equal hashes; whoever does not know `hash_key` cannot
/// build keys that collide.
inline std::uint64_t flow_hash(const HashKey& hash_key, const FlowKey& key) noexcept {
  SipHash13 hash(hash_key);
  const auto word = [](const std::uint8_t* bytes) {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return value;
  };
  if (key.ip_version == 4) {
    // The prefix of a mapped address is constant.
    hash.add((word(key.addr_a.bytes.data() + 8) & 0xffffffff00000000U) |
             (word(key.addr_b.bytes.data() + 8) >> 32));
  } else {
    hash.add(word(key.addr_a.bytes.data()));
    hash.add(word(key.addr_a.bytes.data() + 8));
    hash.add(word(key.addr_b.bytes.data()));
    hash.add(word(key.addr_b.bytes.data() + 8));
  }
  hash.add(std::uint64_t{key.port_a} << 48 | std::uint64_t{key.port_b} << 32 |
           std::uint64_t{key.protocol} << 24 | std::uint64_t{key.ip_version} << 16 | key.vlan);
  return hash.finish(key.tunnel_id);
}

}  // namespace netml
