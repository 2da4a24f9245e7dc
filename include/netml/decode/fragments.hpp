#pragma once

#include <cstdint>
#include <list>
#include <unordered_map>

#include "netml/core/sip_hash.hpp"
#include "netml/decode/packet.hpp"

namespace netml {

/// Identity of a fragmented datagram (RFC 791, 3.2; RFC 8200, 4.5).
struct FragmentKey {
  IpAddress source;
  IpAddress destination;
  std::uint32_t identification = 0;
  std::uint32_t tunnel_id = 0;  ///< of the tunnel around it; the packet may be captured twice
  std::uint16_t vlan = 0;
  std::uint8_t protocol = 0;
  std::uint8_t ip_version = 0;

  bool operator==(const FragmentKey&) const = default;
};

/// Remembers which flow a first fragment belongs to, so that the later ones, which carry no ports,
/// find it. Nothing is reassembled. Bounded in number and by 30 s of packet time; the oldest leaves
/// first.
class FragmentTable {
 public:
  struct Flow {
    FlowKey key;
    bool from_b = false;
  };

  /// Bytes that one datagram counts as against a memory limit.
  static constexpr std::size_t kCost = 256;
  static constexpr std::int64_t kLifetimeNs = 30'000'000'000;

  FragmentTable(const HashKey& hash_key, std::size_t most_datagrams)
      : most_datagrams_(most_datagrams), entries_(0, Hash{hash_key}) {}
  FragmentTable(FragmentTable&&) = default;
  FragmentTable& operator=(FragmentTable&&) = default;

  void remember(const FragmentKey& datagram, const Flow& flow, std::int64_t ts_ns);
  /// Null when the first fragment was not seen, or too long ago.
  const Flow* find(const FragmentKey& datagram, std::int64_t ts_ns) const;
  std::size_t size() const noexcept { return entries_.size(); }
  void clear();

 private:
  struct Hash {
    HashKey key;
    std::size_t operator()(const FragmentKey& datagram) const noexcept {
      return sip_hash(key, datagram);
    }
  };
  struct Entry {
    Flow flow;
    std::int64_t ts_ns;
    std::list<FragmentKey>::iterator age;  ///< its place in `oldest_first_`
  };

  std::size_t most_datagrams_;
  std::unordered_map<FragmentKey, Entry, Hash> entries_;
  std::list<FragmentKey> oldest_first_;
};

}  // namespace netml
