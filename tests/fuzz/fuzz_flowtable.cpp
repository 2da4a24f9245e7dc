// Packets and a policy made from the input, through the flow table and through a std::map that
// follows the same rules packet by packet; any cut into epochs and shards must show nothing.
//
// Input: eight bytes of policy and cuts, then four bytes per packet: time step, hosts, protocol and
// flags, size.

#include "fuzz.hpp"
#include "support/simple_flow_table.hpp"

namespace netml {
namespace {

using fuzz::require;
using test::EndedFlow;
using test::kSecond;
using test::TableRun;

constexpr std::size_t kMostPackets = 3000;

struct Trial {
  FlowPolicy policy;
  std::size_t epoch_records = 1;
  std::size_t shards = 1;
  std::uint64_t series_packets = 0;
  bool has_memory_limit = false;
  int hosts = 2;
};

Trial trial_of(fuzz::Input& input) {
  Trial trial;
  FlowPolicy& policy = trial.policy;
  const std::uint8_t bits = input.u8();
  policy.tcp_end = static_cast<TcpEnd>((bits & 3U) % 3);
  policy.on_limit = (bits & 4U) != 0 ? OnLimit::kStop : OnLimit::kEvict;
  policy.expiry = (bits & 8U) != 0    ? ExpiryRule::kNfstream
                  : (bits & 32U) != 0 ? ExpiryRule::kOwnPacket
                                      : ExpiryRule::kExact;
  trial.has_memory_limit = (bits & 16U) != 0;
  const std::uint8_t timeouts = input.u8();
  policy.idle_timeout_ns = (timeouts & 15U) * kSecond;
  policy.active_timeout_ns = (timeouts >> 4U) == 0 ? kNoTimeout : 4 * (timeouts >> 4U) * kSecond;
  const std::uint8_t own = input.u8();
  if ((own & 15U) != 0) {
    policy.tcp_idle_timeout_ns = 2 * (own & 15U) * kSecond;
  }
  if ((own >> 4U) != 0) {
    policy.udp_idle_timeout_ns = 3 * (own >> 4U) * kSecond;
  }
  policy.max_flows = input.u8() % 40;
  policy.max_packets_per_flow = input.u8() % 20;
  trial.series_packets = input.u8() % 50;
  trial.epoch_records = 1 + input.u8();
  const std::uint8_t cuts = input.u8();
  trial.shards = 1 + cuts % 7;
  trial.hosts = 2 + cuts / 16;
  return trial;
}

// Steps in milliseconds: mostly small, some late, a few by hours, one to the far future.
std::int64_t step_ms(std::uint8_t code) {
  if (code < 200) {
    return (code % 50) * (code / 50 + 1) * 10;
  }
  if (code < 240) {
    return -500 * (code - 200);
  }
  constexpr std::int64_t kHourMs = 3'600'000;
  return code < 250 ? (code - 245) * kHourMs : (code - 252) * 10'000 * kHourMs;
}

std::vector<PacketRecord> packets_of(fuzz::Input& input, int hosts) {
  constexpr std::uint8_t kProtocols[] = {ip_protocol::kTcp, ip_protocol::kTcp, ip_protocol::kUdp,
                                         ip_protocol::kIcmp};
  std::vector<PacketRecord> packets;
  std::int64_t now_ms = 1'500'000'000'000;
  std::size_t early_in_a_row = 0;
  while (!input.is_empty() && packets.size() < kMostPackets) {
    const std::int64_t step = step_ms(input.u8());
    const std::uint8_t pair = input.u8();
    const std::uint8_t kind = input.u8();
    test::PacketSpec spec;
    spec.from = static_cast<std::uint8_t>(1 + (pair & 15U) % static_cast<unsigned>(hosts));
    spec.to = static_cast<std::uint8_t>(1 + (pair >> 4U) % static_cast<unsigned>(hosts));
    spec.protocol = kProtocols[kind & 3U];
    spec.flags = spec.protocol == ip_protocol::kTcp ? static_cast<std::uint8_t>(kind >> 2U)
                                                    : std::uint8_t{0};
    spec.size = 60 + 6U * input.u8();
    PacketRecord record = test::packet(spec);
    // A late packet is late by itself: the next one goes on from where the others are.
    record.ts_ns = (now_ms + step) * 1'000'000;
    early_in_a_row = step < 0 ? early_in_a_row + 1 : 0;
    now_ms += step > 0 || early_in_a_row > 3 ? step : 0;
    now_ms = std::clamp<std::int64_t>(now_ms, 1'000'000'000'000, 3'000'000'000'000);
    packets.push_back(record);
  }
  return packets;
}

void require_same(const TableRun& run, const std::vector<EndedFlow>& expected,
                  std::string_view promise) {
  for (std::size_t i = 0; i < std::min(run.flows.size(), expected.size()); ++i) {
    require(run.flows[i] == expected[i], promise,
            test::to_string(run.flows[i]) + " instead of " + test::to_string(expected[i]));
  }
  require(
      run.flows.size() == expected.size(), promise,
      std::to_string(run.flows.size()) + " flows instead of " + std::to_string(expected.size()));
}

void require_conserved(const TableRun& run, std::size_t packets) {
  std::uint64_t counted = run.left_out;
  for (const EndedFlow& flow : run.flows) {
    counted += flow.packets[0] + flow.packets[1];
    require(flow.sums.packets == flow.packets[0] + flow.packets[1], "the state saw every packet");
    require(flow.sums.gaps >= 0, "gaps are not negative");
  }
  require(counted == packets, "every packet is in one flow or left out");
}

// What the simple table does not follow: cuts against each other.
void compare_cuts(const std::vector<PacketRecord>& packets, const Trial& trial) {
  const TableRun whole =
      test::run_tables(packets, trial.policy, {.series_packets = trial.series_packets});
  require_conserved(whole, packets.size());
  if (trial.policy.on_limit == OnLimit::kStop) {
    return;  // the pipeline stops at the packet; a table alone stops inside its epoch
  }
  const TableRun cut = test::run_tables(
      packets, trial.policy,
      {.epoch_records = trial.epoch_records, .series_packets = trial.series_packets});
  require_same(cut, whole.flows, "epochs show nothing");
}

void compare_with_map(const std::vector<PacketRecord>& packets, const Trial& trial) {
  test::SimpleTable simple(trial.policy, trial.series_packets);
  const std::vector<EndedFlow> expected = simple.run(packets);
  // A bound on the open flows is a property of the whole input: one shard.
  const std::size_t shards = trial.policy.max_flows != 0 ? 1 : trial.shards;
  for (const std::size_t epoch_records : {std::size_t{1}, trial.epoch_records}) {
    const TableRun run = test::run_tables(
        packets, trial.policy,
        {.epoch_records = epoch_records, .shards = shards, .series_packets = trial.series_packets});
    require_same(run, expected, "the table keeps the rules");
    require(run.clock_steps_back == simple.clock_steps_back, "clock steps are counted");
    require(run.stopped == simple.stopped, "the limit stops when asked");
    require_conserved(run, packets.size());
  }
}

}  // namespace
}  // namespace netml

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace netml;
  fuzz::Input input(data, size);
  Trial trial = trial_of(input);
  const std::vector<PacketRecord> packets = packets_of(input, trial.hosts);
  if (trial.has_memory_limit) {
    const test::SummingHooks hooks(trial.series_packets);
    trial.policy.memory_limit =
        5 * FlowTable(trial.policy, hooks).flow_cost() + 100 * FlowTable::kSeriesPacketCost;
  }
  if (trial.has_memory_limit || trial.policy.expiry == ExpiryRule::kNfstream) {
    compare_cuts(packets, trial);
  } else {
    compare_with_map(packets, trial);
  }
  return 0;
}
