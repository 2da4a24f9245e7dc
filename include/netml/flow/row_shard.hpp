#pragma once

#include <cstdint>

#include "netml/decode/flow_key.hpp"

namespace netml {

/// A hash of a flow's five-tuple that anybody can compute, and that stays what it is: SipHash-1-3
/// with the key 00 01 … 0f of 40 bytes. These are the two ends of the flow, the smaller first, an
/// end being 16 bytes of address (IPv4 as ::ffff:a.b.c.d) and 2 of port, both in network order;
/// then the protocol, and three zeros. Both directions of a conversation have the same hash.
std::uint64_t public_flow_hash(const FlowKey& key) noexcept;

/// One of `count` parts of all flows, by their public hash.
struct RowShard {
  std::uint64_t number = 1;  ///< from 1 to count
  std::uint64_t count = 1;

  bool is_all() const noexcept { return count == 1; }
  bool holds(const FlowKey& key) const noexcept {
    return is_all() || public_flow_hash(key) % count == number - 1;
  }
};

}  // namespace netml
