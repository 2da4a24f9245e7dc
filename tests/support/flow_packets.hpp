#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "netml/flow/epoch.hpp"
#include "netml/flow/flow_shards.hpp"

// Packet records without captures, and a run of them through flow tables.
namespace netml::test {

inline constexpr std::int64_t kSecond = 1'000'000'000;
inline constexpr HashKey kHashKey = {0x0706050403020100U, 0x0f0e0d0c0b0a0908U};

/// A TCP packet of 100 bytes (40 of them payload) from host `from` to host `to` at second `at`.
/// Hosts are the last byte of 10.0.0.x; the ports are 1000 + host.
struct PacketSpec {
  double at = 0;
  std::uint8_t from = 1;
  std::uint8_t to = 2;
  std::uint8_t protocol = ip_protocol::kTcp;
  std::uint8_t flags = 0;
  std::uint32_t size = 100;
  bool per_direction = false;
};

inline PacketRecord packet(const PacketSpec& spec) {
  PacketRecord record;
  record.ts_ns = static_cast<std::int64_t>(spec.at * 1e9);
  const std::uint8_t a[4] = {10, 0, 0, spec.from};
  const std::uint8_t b[4] = {10, 0, 0, spec.to};
  record.from_b = !spec.per_direction && spec.from > spec.to;
  record.key.addr_a = IpAddress::from_ipv4(record.from_b ? b : a);
  record.key.addr_b = IpAddress::from_ipv4(record.from_b ? a : b);
  record.key.port_a = static_cast<std::uint16_t>(1000 + (record.from_b ? spec.to : spec.from));
  record.key.port_b = static_cast<std::uint16_t>(1000 + (record.from_b ? spec.from : spec.to));
  record.key.protocol = spec.protocol;
  record.key.ip_version = 4;
  record.wire_length = spec.size;
  record.ip_length = spec.size - 14;
  record.transport_length = spec.size - 34;
  record.payload_length = spec.size - 60;
  record.tcp_flags = spec.flags;
  record.ttl = 64;
  return record;
}

/// State that adds up what the hooks were told.
struct HookSums {
  std::uint64_t packets = 0;
  std::int64_t gaps = 0;
  std::int64_t direction_gaps = 0;
  std::uint64_t sizes = 0;

  bool operator==(const HookSums&) const = default;
};

class SummingHooks final : public FlowHooks {
 public:
  explicit SummingHooks(std::uint64_t series_packets = 0) : series_packets_(series_packets) {}

  std::size_t state_size() const noexcept override { return sizeof(HookSums); }
  void init(const Flow& flow, std::byte* state, const PacketView& packet) const noexcept override {
    update(flow, reinterpret_cast<std::byte*>(new (state) HookSums), packet);
  }
  void update(const Flow&, std::byte* state, const PacketView& packet) const noexcept override {
    auto& sums = *reinterpret_cast<HookSums*>(state);
    ++sums.packets;
    sums.gaps += packet.gap_ns;
    sums.direction_gaps += packet.direction_gap_ns;
    sums.sizes += packet.size;
  }
  std::uint64_t series_packets() const noexcept override { return series_packets_; }
  Accounting other_accounting() const noexcept override { return Accounting::kPayload; }

 private:
  std::uint64_t series_packets_;
};

/// Everything about a flow that ended.
struct EndedFlow {
  std::uint64_t end_index = 0;
  std::uint64_t first_index = 0;
  std::uint64_t last_index = 0;
  std::int64_t last_clock = 0;
  EndReason reason = EndReason::kEnd;
  std::uint8_t source = 0;  ///< host number
  std::uint8_t destination = 0;
  std::uint8_t protocol = 0;
  std::uint64_t packets[2] = {0, 0};
  std::uint64_t bytes[2] = {0, 0};
  std::int64_t first_ns = 0;
  std::int64_t last_ns = 0;
  HookSums sums;
  std::vector<std::int64_t> series;  ///< times, where a series is kept

  bool operator==(const EndedFlow&) const = default;
};

inline std::string to_string(const EndedFlow& flow) {
  return std::to_string(int{flow.source}) + ">" + std::to_string(int{flow.destination}) + "/" +
         std::to_string(int{flow.protocol}) + " " + std::string(to_text(flow.reason)) + " " +
         std::to_string(flow.first_index) + ".." + std::to_string(flow.last_index) + " @" +
         (flow.end_index == UINT64_MAX ? "end" : std::to_string(flow.end_index)) + " " +
         std::to_string(flow.packets[0]) + "+" + std::to_string(flow.packets[1]) + " packets " +
         std::to_string(flow.bytes[0]) + "+" + std::to_string(flow.bytes[1]) + " bytes " +
         std::to_string(flow.first_ns) + ".." + std::to_string(flow.last_ns);
}

inline void PrintTo(const EndedFlow& flow, std::ostream* out) {
  *out << to_string(flow);
}

struct TableRun {
  std::vector<EndedFlow> flows;
  std::uint64_t evicted = 0;
  std::uint64_t clock_steps_back = 0;
  std::uint64_t left_out = 0;
  bool stopped = false;
  std::size_t most_open = 0;  ///< at the end of an epoch

  std::vector<std::string> texts() const {
    std::vector<std::string> list;
    for (const EndedFlow& flow : flows) {
      list.push_back(to_string(flow));
    }
    return list;
  }
};

struct TableRunOptions {
  std::size_t epoch_records = 65536;
  std::size_t shards = 1;
  std::uint64_t series_packets = 0;
};

/// Reads and releases a flow that has ended.
inline EndedFlow take_ended(FlowTable& table, const ClosedFlow& end) {
  const Flow& flow = table.flow(end.slot);
  EndedFlow e;
  e.end_index = end.end_index;
  e.first_index = end.first_index;
  e.last_index = flow.last_index;
  e.last_clock = flow.last_clock;
  e.reason = flow.end_reason;
  e.source = flow.source().bytes[15];
  e.destination = flow.destination().bytes[15];
  e.protocol = flow.key.protocol;
  for (std::size_t d = 0; d < 2; ++d) {
    e.packets[d] = flow.direction[d].packets;
    e.bytes[d] = flow.direction[d].bytes;
  }
  e.first_ns = flow.first_ns();
  e.last_ns = flow.last_ns();
  e.sums = *reinterpret_cast<const HookSums*>(table.state(end.slot));
  PageList<SeriesPacket> series;
  table.read_series(end.slot, series);
  for (const SeriesPacket& p : series) {
    e.series.push_back(p.ts_ns);
  }
  table.release(end.slot);
  return e;
}

/// Numbers the packets, cuts epochs as a reader does, and collects the ended flows of all shards in
/// closing order.
inline TableRun run_tables(std::vector<PacketRecord> packets, const FlowPolicy& policy,
                           const TableRunOptions& options = {}) {
  const SummingHooks hooks(options.series_packets);
  FlowShards shards(policy, hooks, options.shards);
  TableRun run;
  ClosedFlows closed;
  const auto collect = [&] {
    if (shards.size() > 1) {
      std::sort(closed.begin(), closed.end(), closing_order);
    }
    for (const ClosedFlow& end : closed) {
      run.flows.push_back(take_ended(shards[end.table], end));
    }
    closed.clear();
  };

  Epoch epoch;
  CaptureClock clock;
  std::vector<std::vector<std::uint32_t>> positions(shards.size());
  const auto flush = [&] {
    if (epoch.empty()) {
      return;
    }
    for (std::vector<std::uint32_t>& list : positions) {
      list.clear();
    }
    for (std::size_t i = 0; i < epoch.records.size(); ++i) {
      positions[shards.shard_of(epoch.records[i])].push_back(static_cast<std::uint32_t>(i));
    }
    if (shards.budget().is_near(epoch.records.size())) {
      shards.apply_in_order(epoch, closed);
    } else {
      for (std::size_t shard = 0; shard < shards.size(); ++shard) {
        shards.apply(shard, epoch, positions[shard], closed);
      }
    }
    collect();
    run.most_open = std::max(run.most_open, shards.budget().open_flows());
    epoch.clear();
  };
  for (std::size_t i = 0; i < packets.size(); ++i) {
    PacketRecord& record = packets[i];
    record.index = i;
    record.hash = flow_hash(kHashKey, record.key);
    if (clock.advance(record.ts_ns)) {
      flush();
      epoch.clock_was_set_back = true;
    }
    epoch.records.push_back(record);
    epoch.clocks.push_back(clock.now());
    if (epoch.records.size() >= options.epoch_records) {
      flush();
    }
  }
  flush();
  for (std::size_t shard = 0; shard < shards.size(); ++shard) {
    shards[shard].finish(closed);
  }
  collect();
  run.evicted = shards.evicted();
  run.clock_steps_back = shards.clock_steps_back();
  run.left_out = shards.packets_left_out();
  run.stopped = shards.is_stopped();
  return run;
}

inline TableRun run_tables(const std::vector<PacketSpec>& specs, const FlowPolicy& policy,
                           const TableRunOptions& options = {}) {
  std::vector<PacketRecord> packets;
  for (const PacketSpec& spec : specs) {
    packets.push_back(packet(spec));
  }
  return run_tables(std::move(packets), policy, options);
}

}  // namespace netml::test
