// FlowTable under ExpiryRule::kOwnPacket, and flows that keep records.

#include <cstring>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/flow_packets.hpp"

namespace netml {
namespace {

using test::kSecond;
using test::PacketSpec;
using test::run_tables;
using test::TableRun;
using test::TableRunOptions;
using testing::ElementsAre;

FlowPolicy own_packet() {
  FlowPolicy policy;
  policy.expiry = ExpiryRule::kOwnPacket;
  policy.idle_timeout_ns = 300 * kSecond;
  policy.active_timeout_ns = 3600 * kSecond;
  return policy;
}

// "why/packets" of each flow, in closing order.
std::vector<std::string> ends(const TableRun& run) {
  std::vector<std::string> list;
  for (const test::EndedFlow& flow : run.flows) {
    list.push_back(std::string(to_text(flow.reason)) + "/" +
                   std::to_string(flow.packets[0] + flow.packets[1]));
  }
  return list;
}

std::vector<std::string> ends(const std::vector<PacketSpec>& packets, const FlowPolicy& policy) {
  std::vector<std::string> list = ends(run_tables(packets, policy));
  for (const std::size_t epoch : {1U, 3U}) {
    for (const std::size_t shards : {1U, 2U, 3U}) {
      EXPECT_EQ(ends(run_tables(packets, policy, {.epoch_records = epoch, .shards = shards})),
                list);
    }
  }
  return list;
}

TEST(OwnPacketRule, TimeoutsMustBePassed) {
  const FlowPolicy policy = own_packet();
  EXPECT_THAT(ends({{.at = 0}, {.at = 300}}, policy), ElementsAre("end/2"));
  std::vector<PacketSpec> late = {{.at = 0}, {.at = 300}};
  late[1].at += 1e-6;
  EXPECT_THAT(ends(late, policy), ElementsAre("idle/1", "end/1"));
  std::vector<PacketSpec> old;
  for (int i = 0; i <= 12; ++i) {
    old.push_back({.at = 300.0 * i});
  }
  EXPECT_THAT(ends(old, policy), ElementsAre("end/13"));
  old.push_back({.at = 3601});
  EXPECT_THAT(ends(old, policy), ElementsAre("active/13", "end/1"));
}

// The gap is to the flow's packet before, not to its latest time.
TEST(OwnPacketRule, ALatePacketIsTheOneBefore) {
  FlowPolicy policy = own_packet();
  policy.idle_timeout_ns = 10 * kSecond;
  EXPECT_THAT(ends({{.at = 5}, {.at = 0}, {.at = 10}}, policy), ElementsAre("end/3"));
  EXPECT_THAT(ends({{.at = 5}, {.at = 0}, {.at = 11}}, policy), ElementsAre("idle/2", "end/1"));
}

// Other packets move the clock, which takes a flow away a minute after its timeouts.
TEST(OwnPacketRule, TheClockClosesAMinuteLater) {
  const FlowPolicy policy = own_packet();
  const auto with_other = [](double clock, double own) {
    return std::vector<PacketSpec>{{.at = 0}, {.at = clock, .from = 3, .to = 4}, {.at = own}};
  };
  // Open still at the clock 360: a packet that is a minute late joins it.
  EXPECT_THAT(ends(with_other(360, 300), policy), ElementsAre("end/2", "end/1"));
  EXPECT_THAT(ends(with_other(361, 300), policy), ElementsAre("idle/1", "end/1", "end/1"));
  const TableRun run = run_tables(with_other(361, 361), policy);
  EXPECT_EQ(run.flows.front().end_index, 1U);
}

TEST(OwnPacketRule, WithoutIdleTimeoutTheAgeIsTheClocks) {
  FlowPolicy policy = own_packet();
  policy.idle_timeout_ns = kNoTimeout;
  policy.active_timeout_ns = 120 * kSecond;
  EXPECT_THAT(ends({{.at = 0}, {.at = 120}}, policy), ElementsAre("end/2"));
  EXPECT_THAT(ends({{.at = 0}, {.at = 181, .from = 3, .to = 4}}, policy),
              ElementsAre("active/1", "end/1"));
  EXPECT_THAT(ends({{.at = 0}, {.at = 180, .from = 3, .to = 4}}, policy),
              ElementsAre("end/1", "end/1"));
}

TEST(OwnPacketRule, TcpEndsAsElsewhere) {
  FlowPolicy policy = own_packet();
  const std::vector<PacketSpec> packets = {{.at = 0, .flags = tcp_flag::kSyn},
                                           {.at = 1, .flags = tcp_flag::kRst},
                                           {.at = 2, .flags = tcp_flag::kAck},
                                           {.at = 3, .flags = tcp_flag::kSyn}};
  policy.tcp_end = TcpEnd::kGraceful;
  EXPECT_THAT(ends(packets, policy), ElementsAre("tcp/3", "end/1"));
  policy.tcp_end = TcpEnd::kStrict;
  EXPECT_THAT(ends(packets, policy), ElementsAre("tcp/2", "end/2"));
}

// ---------------------------------------------------------------- records

// Keeps the index of each packet in a record of 20 bytes.
class RecordingHooks final : public FlowHooks {
 public:
  static constexpr std::size_t kBytes = 20;

  std::size_t state_size() const noexcept override { return 0; }
  void init(const Flow&, std::byte*, const PacketView&) const noexcept override {}
  void update(const Flow&, std::byte*, const PacketView&) const noexcept override {}
  std::uint64_t series_packets() const noexcept override { return 0; }
  Accounting other_accounting() const noexcept override { return Accounting::kLink; }
  std::size_t record_bytes() const noexcept override { return kBytes; }
  void write_record(const PacketView& packet, std::byte* record) const noexcept override {
    std::memset(record, static_cast<int>(packet.record.index % 251), kBytes);
  }
};

// One flow, or two that take turns.
std::vector<std::uint64_t> packets_of_flows(std::size_t packets, std::size_t flows,
                                            std::uint64_t memory_limit, std::uint64_t& most_used) {
  const RecordingHooks hooks;
  FlowPolicy policy;
  policy.memory_limit = memory_limit;
  FlowTable table(policy, hooks);
  std::vector<std::uint64_t> counts;
  ClosedFlows closed;
  PageList<std::byte> records;
  std::uint64_t evicted = 0;
  const auto collect = [&] {
    for (const ClosedFlow& end : closed) {
      records.clear();
      table.read_records(end.slot, records);
      counts.push_back(table.flow(end.slot).packets());
      EXPECT_EQ(records.size(), counts.back() * RecordingHooks::kBytes);
      evicted += table.flow(end.slot).end_reason == EndReason::kEvicted ? 1U : 0U;
      table.release(end.slot);
    }
    closed.clear();
  };
  Epoch epoch;
  for (std::size_t i = 0; i < packets; ++i) {
    PacketRecord record =
        test::packet({.from = static_cast<std::uint8_t>(1 + i % flows), .to = 99});
    record.index = i;
    record.hash = flow_hash(test::kHashKey, record.key);
    epoch.records.push_back(record);
    epoch.clocks.push_back(0);
    if (epoch.records.size() == 64 || i + 1 == packets) {
      table.apply(epoch, closed);
      most_used = std::max(most_used, table.used_bytes());
      epoch.clear();
      collect();
    }
  }
  EXPECT_EQ(table.evicted(), evicted);
  table.finish(closed);
  collect();
  return counts;
}

TEST(Records, AGiantFlowIsItselfEvicted) {
  constexpr std::uint64_t kLimit = 1 << 20;
  std::uint64_t used = 0;
  const auto counts = packets_of_flows(20'000, 1, kLimit, used);
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), 20'000U);
  ASSERT_GE(counts.size(), 2U);
  // A quarter of the budget, with what it takes to read them.
  const std::uint64_t most =
      kLimit / 4 / (1 + FlowTable::kReading) / FlowTable::record_cost(RecordingHooks::kBytes);
  for (const std::uint64_t count : counts) {
    EXPECT_LE(count, most + 1);
  }
  EXPECT_LE(used, kLimit / 4);
}

TEST(Records, CountInWhatAFlowThatEndedTakes) {
  const RecordingHooks hooks;
  FlowTable table(FlowPolicy{}, hooks);
  Epoch epoch;
  for (std::uint64_t i = 0; i < 30; ++i) {
    PacketRecord record = test::packet({});
    record.index = i;
    record.hash = flow_hash(test::kHashKey, record.key);
    epoch.records.push_back(record);
    epoch.clocks.push_back(0);
  }
  ClosedFlows closed;
  table.apply(epoch, closed);
  table.finish(closed);
  ASSERT_EQ(closed.size(), 1u);
  const std::uint64_t records = 36 * FlowTable::record_cost(RecordingHooks::kBytes);
  EXPECT_EQ(table.cost_of(closed[0].slot), table.flow_cost() + records);
  EXPECT_EQ(table.reading_bytes(closed[0].slot), FlowTable::kReading * records);
}

TEST(Records, ManyFlowsStayWithinTheBudget) {
  constexpr std::uint64_t kLimit = 1 << 20;
  std::uint64_t used = 0;
  const auto counts = packets_of_flows(200'000, 90, kLimit, used);
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), 200'000U);
  EXPECT_GT(counts.size(), 90U);
  EXPECT_LE(used, kLimit);
  EXPECT_GT(used, kLimit / 2);
}

TEST(Records, WithoutALimitFlowsKeepAll) {
  std::uint64_t used = 0;
  EXPECT_THAT(packets_of_flows(20'000, 1, 0, used), ElementsAre(20'000U));
  EXPECT_GT(used, 20'000U * RecordingHooks::kBytes);
}

}  // namespace
}  // namespace netml
