#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "netml/core/sip_hash.hpp"
#include "netml/decode/netml_decoder.hpp"

namespace netml {

/// Flow rules of the Python netml (`PCAP(...)` and `pcap2flows`). Times in seconds.
struct NetmlFlowRules {
  std::size_t min_packets = 2;
  double tcp_timeout = 600;
  double udp_timeout = 600;
  double interval = 0;      ///< gap that cuts a flow again; 0: quantile of the flow durations
  double q_interval = 0.9;  ///< of that quantile, in (0, 1]
};

/// One flow: `count` entries of NetmlFlows::order from `first` on.
struct NetmlFlow {
  std::uint32_t key = 0;  ///< for NetmlCapture::key
  std::size_t first = 0;
  std::size_t count = 0;
};

/// The flows of one capture in the original's row order: by first appearance of the key, then time.
///
/// Every packet is in exactly one of the three packet counts.
struct NetmlFlows {
  std::vector<NetmlFlow> flows;
  std::vector<std::size_t> order;  ///< packet numbers (see NetmlCapture::add) by key, then time
  double interval = 0;             ///< the one used; 0 without any flow or gap
  std::uint64_t packets_in_flows = 0;
  std::uint64_t packets_too_short = 0;          ///< in pieces with fewer than min_packets
  std::uint64_t flows_too_short = 0;            ///< those pieces
  std::uint64_t packets_in_dropped_pieces = 0;  ///< last pieces of flows that were split
  std::uint64_t dropped_pieces = 0;
};

/// What is kept of one packet until the flows are known.
struct NetmlSample {
  std::int64_t ts_ns = 0;
  double time = 0;
  std::uint32_t key = 0;
  std::uint32_t size = 0;
  std::uint8_t tcp_flags = 0;
  std::uint8_t ttl = 0;
  bool has_tcp = false;
};
static_assert(sizeof(NetmlSample) <= 32);

/// The packets of one capture, as the original holds them: all of them, because its flow rules
/// depend on the durations of all flows. 32 bytes per packet here and 8 in the result.
///
/// Not thread-safe while packets are added.
class NetmlCapture {
 public:
  NetmlCapture();

  /// Adds the next packet of the capture; they are numbered from 0.
  void add(const NetmlPacket& packet);

  /// Flows as of SPEC section 2 of the original. May be called again with other rules.
  NetmlFlows flows(const NetmlFlowRules& rules) const;

  std::size_t size() const noexcept { return samples_.size(); }
  const NetmlSample& sample(std::size_t number) const { return samples_[number]; }
  const NetmlKey& key(std::uint32_t number) const { return keys_[number]; }
  std::size_t key_count() const noexcept { return keys_.size(); }

 private:
  struct KeyHash {
    HashKey secret{};
    std::size_t operator()(const NetmlKey& key) const noexcept;
  };

  std::vector<NetmlSample> samples_;
  std::vector<NetmlKey> keys_;  ///< in order of their first packet
  std::unordered_map<NetmlKey, std::uint32_t, KeyHash> key_numbers_;
};

}  // namespace netml
