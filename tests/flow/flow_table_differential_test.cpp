// The flow table against a deliberately simple implementation of the same rules: one std::map, one
// packet at a time, every open flow looked at for every packet.

#include <random>

#include <gtest/gtest.h>

#include "support/simple_flow_table.hpp"

namespace netml {
namespace {

using test::EndedFlow;
using test::kSecond;
using test::SimpleTable;
using test::TableRun;

struct Stream {
  std::uint32_t seed = 0;
  std::size_t packets = 4000;
  int hosts = 12;
  int most_step_ms = 500;
  bool is_in_order = false;
  bool has_a_far_future_packet = false;
  int turns_of_the_clock = 0;  ///< each sets it some hours forward or back
};

std::vector<PacketRecord> random_stream(const Stream& with) {
  std::mt19937 random(with.seed);
  const auto below = [&](int bound) {
    return static_cast<int>(random() % static_cast<unsigned>(bound));
  };
  constexpr std::uint8_t kProtocols[] = {ip_protocol::kTcp, ip_protocol::kTcp, ip_protocol::kUdp,
                                         ip_protocol::kIcmp};
  constexpr std::uint8_t kFlags[] = {tcp_flag::kAck, tcp_flag::kAck, tcp_flag::kAck,
                                     tcp_flag::kSyn, tcp_flag::kFin, tcp_flag::kRst};
  std::vector<PacketRecord> packets;
  std::int64_t now_ms = 1'500'000'000'000;
  for (std::size_t i = 0; i < with.packets; ++i) {
    now_ms += below(3) == 0 ? 0 : below(with.most_step_ms);  // a third are ties
    if (with.turns_of_the_clock != 0 &&
        i % (with.packets / static_cast<std::size_t>(with.turns_of_the_clock)) == 0) {
      now_ms += (below(9) - 5) * std::int64_t{3'600'000};
    }
    std::int64_t ms = now_ms;
    if (!with.is_in_order) {
      ms -= below(10) == 0 ? below(30'000) : 0;
      ms -= below(500) == 0 ? 2 * 3'600'000 : 0;
    }
    if (with.has_a_far_future_packet && i == with.packets / 4) {
      ms += std::int64_t{80} * 365 * 86'400'000;
    }
    test::PacketSpec spec;
    spec.from = static_cast<std::uint8_t>(1 + below(with.hosts));
    spec.to = static_cast<std::uint8_t>(1 + below(with.hosts));
    spec.protocol = kProtocols[below(4)];
    spec.flags = spec.protocol == ip_protocol::kTcp ? kFlags[below(6)] : std::uint8_t{0};
    spec.size = static_cast<std::uint32_t>(60 + below(1400));
    PacketRecord record = test::packet(spec);
    record.ts_ns = ms * 1'000'000;
    packets.push_back(record);
  }
  return packets;
}

void expect_same(const std::vector<PacketRecord>& packets, const FlowPolicy& policy,
                 std::uint64_t series_packets = 0) {
  SimpleTable simple(policy, series_packets);
  const std::vector<EndedFlow> expected = simple.run(packets);
  for (const std::size_t epoch : {1u, 7u, 65536u}) {
    for (const std::size_t shards : {1u, 2u, 3u, 7u}) {
      SCOPED_TRACE("epochs of " + std::to_string(epoch) + ", shards " + std::to_string(shards));
      const TableRun run = test::run_tables(
          packets, policy,
          {.epoch_records = epoch, .shards = shards, .series_packets = series_packets});
      ASSERT_EQ(run.flows.size(), expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_EQ(run.flows[i], expected[i]) << "flow " << i;
      }
      EXPECT_EQ(run.clock_steps_back, simple.clock_steps_back);
      EXPECT_EQ(run.stopped, simple.stopped);
    }
  }
}

FlowPolicy short_timeouts() {
  FlowPolicy policy;
  policy.idle_timeout_ns = 10 * kSecond;
  policy.active_timeout_ns = 30 * kSecond;
  return policy;
}

class FlowTableDifferential : public testing::TestWithParam<std::uint32_t> {};

TEST_P(FlowTableDifferential, OrderedStream) {
  expect_same(random_stream({.seed = GetParam(), .is_in_order = true}), short_timeouts(), 7);
}

TEST_P(FlowTableDifferential, LatePackets) {
  expect_same(random_stream({.seed = GetParam()}), short_timeouts(), 40);
}

TEST_P(FlowTableDifferential, TimeoutsPerProtocolAndSplit) {
  FlowPolicy policy = short_timeouts();
  policy.tcp_idle_timeout_ns = 3 * kSecond;
  policy.udp_idle_timeout_ns = 20 * kSecond;
  policy.max_packets_per_flow = 5;
  expect_same(random_stream({.seed = GetParam(), .hosts = 5}), policy);
}

TEST_P(FlowTableDifferential, TcpEnds) {
  for (const TcpEnd rule : {TcpEnd::kGraceful, TcpEnd::kStrict}) {
    FlowPolicy policy = short_timeouts();
    policy.tcp_end = rule;
    expect_same(random_stream({.seed = GetParam(), .hosts = 5}), policy);
  }
}

TEST_P(FlowTableDifferential, ClockThatIsSetBack) {
  expect_same(random_stream({.seed = GetParam(), .has_a_far_future_packet = true}),
              short_timeouts());
}

TEST_P(FlowTableDifferential, ClockThatIsSetBackAgainAndAgain) {
  FlowPolicy policy = short_timeouts();
  policy.idle_timeout_ns = 5 * 3600 * kSecond;
  policy.udp_idle_timeout_ns = 600 * kSecond;
  policy.active_timeout_ns = kNoTimeout;
  for (const std::uint64_t most : {0U, 60U}) {
    policy.max_flows = most;
    expect_same(random_stream({.seed = GetParam(),
                               .packets = 24'000,
                               .hosts = 20,
                               .is_in_order = true,
                               .turns_of_the_clock = 16}),
                policy);
  }
}

TEST_P(FlowTableDifferential, OwnPacketsDecide) {
  FlowPolicy policy = short_timeouts();
  policy.expiry = ExpiryRule::kOwnPacket;
  for (const std::int64_t idle : {10 * kSecond, 40 * kSecond, kNoTimeout}) {
    policy.idle_timeout_ns = idle;
    policy.tcp_end = idle == kNoTimeout ? TcpEnd::kGraceful : TcpEnd::kStrict;
    expect_same(random_stream({.seed = GetParam(), .most_step_ms = 2000}), policy, 7);
  }
  policy.max_flows = 30;
  policy.udp_idle_timeout_ns = 5 * kSecond;
  expect_same(random_stream({.seed = GetParam(), .has_a_far_future_packet = true}), policy);
}

TEST_P(FlowTableDifferential, TimeoutOfZeroBesideOthers) {
  FlowPolicy policy = short_timeouts();
  policy.idle_timeout_ns = 0;
  policy.tcp_idle_timeout_ns = 10 * kSecond;
  policy.max_packets_per_flow = 6;
  expect_same(random_stream({.seed = GetParam(), .hosts = 5}), policy);
}

TEST_P(FlowTableDifferential, FewOpenFlows) {
  for (const std::uint64_t most : {1u, 5u, 30u}) {
    FlowPolicy policy = short_timeouts();
    policy.max_flows = most;
    policy.tcp_idle_timeout_ns = 3 * kSecond;
    expect_same(random_stream({.seed = GetParam()}), policy);
  }
}

TEST_P(FlowTableDifferential, StopAtTheLimit) {
  FlowPolicy policy = short_timeouts();
  policy.max_flows = 60;
  policy.on_limit = OnLimit::kStop;
  expect_same(random_stream({.seed = GetParam()}), policy);
}

INSTANTIATE_TEST_SUITE_P(Seeds, FlowTableDifferential, testing::Range(1u, 6u));

// Cuts and shards against each other where the simple table does not follow: memory.
TEST(FlowTableEpochs, MemoryLimitShowsNeitherCutsNorShards) {
  const test::SummingHooks hooks;
  FlowPolicy policy = short_timeouts();
  policy.memory_limit =
      20 * FlowTable(policy, hooks).flow_cost() + 400 * FlowTable::kSeriesPacketCost;
  const std::vector<PacketRecord> packets = random_stream({.seed = 11, .hosts = 8});
  const TableRun whole = test::run_tables(packets, policy, {.series_packets = 50});
  EXPECT_GT(whole.evicted, 0u);
  for (const std::size_t epoch : {1u, 7u, 100u}) {
    for (const std::size_t shards : {1u, 2u, 5u}) {
      const TableRun cut = test::run_tables(
          packets, policy, {.epoch_records = epoch, .shards = shards, .series_packets = 50});
      EXPECT_EQ(whole.flows, cut.flows) << epoch << " " << shards;
      EXPECT_EQ(whole.evicted, cut.evicted);
    }
  }
}

}  // namespace
}  // namespace netml
