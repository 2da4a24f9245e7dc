#include "netml/flow/flow_table.hpp"

#include <algorithm>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/flow_packets.hpp"

namespace netml {
namespace {

using test::EndedFlow;
using test::kSecond;
using test::PacketSpec;
using test::run_tables;
using test::TableRun;
using testing::ElementsAre;

constexpr std::uint8_t kTcp = ip_protocol::kTcp, kUdp = ip_protocol::kUdp,
                       kIcmp = ip_protocol::kIcmp;
constexpr std::uint8_t kFin = tcp_flag::kFin, kSyn = tcp_flag::kSyn, kRst = tcp_flag::kRst,
                       kAck = tcp_flag::kAck;

// "reason packets" of each flow, in closing order.
std::vector<std::string> ends(const TableRun& run) {
  std::vector<std::string> list;
  for (const EndedFlow& flow : run.flows) {
    list.push_back(std::string(to_text(flow.reason)) + " " +
                   std::to_string(flow.packets[0] + flow.packets[1]));
  }
  return list;
}

std::vector<std::string> ends(const std::vector<PacketSpec>& packets, const FlowPolicy& policy) {
  return ends(run_tables(packets, policy));
}

// ---------------------------------------------------------------- timeouts

TEST(FlowTable, AGapOfExactlyTheIdleTimeoutEndsAFlow) {
  FlowPolicy policy;
  policy.idle_timeout_ns = 10 * kSecond;
  EXPECT_THAT(ends({{.at = 0}, {.at = 10}}, policy), ElementsAre("idle 1", "end 1"));
  EXPECT_THAT(ends({{.at = 0}, {.at = 9.999999999}}, policy), ElementsAre("end 2"));
}

TEST(FlowTable, AnIdleFlowEndsAtTheFirstPacketOfAnyFlowWhoseClockMakesItIdle) {
  FlowPolicy policy;
  policy.idle_timeout_ns = 10 * kSecond;
  const TableRun run = run_tables(
      {{.at = 0}, {.at = 5, .from = 3}, {.at = 10, .from = 3}, {.at = 30, .from = 3}}, policy);
  ASSERT_EQ(run.flows.size(), 3u);
  EXPECT_EQ(run.flows[0].source, 1);
  EXPECT_EQ(run.flows[0].end_index, 2u);
  EXPECT_EQ(run.flows[1].end_index, 3u);
  EXPECT_EQ(run.flows[2].end_index, UINT64_MAX);
}

TEST(FlowTable, IdleTimeoutClosesBeforeTheLatePacket) {
  // The clock has moved on: a packet that claims to be older does not revive the flow.
  FlowPolicy policy;
  policy.idle_timeout_ns = 10 * kSecond;
  const TableRun run = run_tables({{.at = 0}, {.at = 10, .from = 3}, {.at = 1}}, policy);
  EXPECT_THAT(ends(run), ElementsAre("idle 1", "end 1", "end 1"));
  EXPECT_EQ(run.flows[2].first_ns, 1 * kSecond);
}

TEST(FlowTable, AnAgeOfExactlyTheActiveTimeoutEndsAFlowAtItsNextPacket) {
  FlowPolicy policy;
  policy.idle_timeout_ns = 10 * kSecond;
  policy.active_timeout_ns = 15 * kSecond;
  EXPECT_THAT(ends({{.at = 0}, {.at = 8}, {.at = 15}}, policy), ElementsAre("active 2", "end 1"));
  EXPECT_THAT(ends({{.at = 0}, {.at = 8}, {.at = 14.999999999}}, policy), ElementsAre("end 3"));
}

TEST(FlowTable, TheFlowAfterAnActiveTimeoutTakesItsDirectionAfresh) {
  FlowPolicy policy;
  policy.active_timeout_ns = 15 * kSecond;
  const TableRun run = run_tables({{.at = 0}, {.at = 20, .from = 2, .to = 1}}, policy);
  ASSERT_EQ(run.flows.size(), 2u);
  EXPECT_EQ(run.flows[0].source, 1);
  EXPECT_EQ(run.flows[1].source, 2);
  EXPECT_EQ(run.flows[1].packets[0], 1u);
}

TEST(FlowTable, ATimeoutOfZeroMakesEveryPacketItsOwnFlow) {
  const std::vector<PacketSpec> packets = {{.at = 1}, {.at = 1}, {.at = 0.5}, {.at = 2}};
  FlowPolicy idle;
  idle.idle_timeout_ns = 0;
  EXPECT_THAT(ends(packets, idle), ElementsAre("idle 1", "idle 1", "idle 1", "idle 1"));
  FlowPolicy active;
  active.active_timeout_ns = 0;
  EXPECT_THAT(ends(packets, active), ElementsAre("active 1", "active 1", "active 1", "end 1"));
}

TEST(FlowTable, WithATimeoutOfZeroAFlowEndsAtItsOwnPacketWhereverEpochsAreCut) {
  FlowPolicy policy;
  policy.idle_timeout_ns = 0;
  policy.tcp_idle_timeout_ns = 10 * kSecond;
  policy.max_packets_per_flow = 2;
  // The TCP flow ends at packet 2, between the packets of the UDP flows, all with one clock.
  const std::vector<PacketSpec> packets = {{.at = 1},
                                           {.at = 1, .from = 3, .protocol = kUdp},
                                           {.at = 1},
                                           {.at = 1, .from = 4, .protocol = kUdp}};
  const TableRun whole = run_tables(packets, policy);
  EXPECT_THAT(ends(whole), ElementsAre("idle 1", "split 2", "idle 1"));
  EXPECT_EQ(whole.texts(), run_tables(packets, policy, {.epoch_records = 1}).texts());
}

TEST(FlowTable, WithoutAnIdleTimeoutASilentFlowEndsByTheActiveTimeoutOfTheClock) {
  FlowPolicy policy;
  policy.idle_timeout_ns = kNoTimeout;
  policy.active_timeout_ns = 100 * kSecond;
  const TableRun run =
      run_tables({{.at = 0}, {.at = 99}, {.at = 199, .from = 3}, {.at = 250}}, policy);
  EXPECT_THAT(ends(run), ElementsAre("active 2", "end 1", "end 1"));
  EXPECT_EQ(run.flows[0].end_index, 2u);
}

TEST(FlowTable, WithoutAnyTimeoutFlowsLastToTheEnd) {
  FlowPolicy policy;
  policy.idle_timeout_ns = kNoTimeout;
  policy.active_timeout_ns = kNoTimeout;
  PacketRecord first = test::packet({});
  PacketRecord last = first;
  first.ts_ns = INT64_MIN;
  last.ts_ns = INT64_MAX;
  const TableRun run = run_tables({first, last}, policy);
  EXPECT_THAT(ends(run), ElementsAre("end 2"));
  EXPECT_EQ(run.flows[0].sums.gaps, INT64_MAX) << "saturated, never negative";
}

TEST(FlowTable, AClockAtTheEndOfTheRangeDoesNotMakeEveryFlowIdle) {
  PacketRecord record = test::packet({});
  record.ts_ns = INT64_MAX;
  EXPECT_THAT(ends(run_tables({record, record, record}, FlowPolicy{})), ElementsAre("end 3"));
}

TEST(FlowTable, TcpAndUdpMayHaveIdleTimeoutsOfTheirOwn) {
  FlowPolicy policy;
  policy.idle_timeout_ns = 20 * kSecond;
  policy.tcp_idle_timeout_ns = 10 * kSecond;
  policy.udp_idle_timeout_ns = 30 * kSecond;
  for (const auto& [protocol, timeout] : {std::pair{kTcp, 10.0}, {kUdp, 30.0}, {kIcmp, 20.0}}) {
    EXPECT_THAT(
        ends({{.at = 0, .protocol = protocol}, {.at = timeout - 1e-9, .protocol = protocol}},
             policy),
        ElementsAre("end 2"));
    EXPECT_THAT(
        ends({{.at = 0, .protocol = protocol}, {.at = timeout, .protocol = protocol}}, policy),
        ElementsAre("idle 1", "end 1"));
  }
}

// ---------------------------------------------------------------- directions and late packets

TEST(FlowTable, ForwardIsTheDirectionOfTheFirstPacket) {
  const TableRun run = run_tables({{.at = 0, .from = 9, .to = 2, .size = 70},
                                   {.at = 1, .from = 2, .to = 9, .size = 80},
                                   {.at = 2, .from = 9, .to = 2, .size = 90}},
                                  FlowPolicy{});
  ASSERT_EQ(run.flows.size(), 1u);
  EXPECT_EQ(run.flows[0].source, 9);
  EXPECT_THAT(run.flows[0].packets, ElementsAre(2, 1));
  EXPECT_THAT(run.flows[0].bytes, ElementsAre(160, 80));
}

TEST(FlowTable, AFlowBetweenIdenticalEndsIsAllForward) {
  // LAND: NFStream SPEC, section 5.
  const TableRun run =
      run_tables({{.at = 0, .from = 5, .to = 5}, {.at = 1, .from = 5, .to = 5}}, FlowPolicy{});
  ASSERT_EQ(run.flows.size(), 1u);
  EXPECT_THAT(run.flows[0].packets, ElementsAre(2, 0));
}

TEST(FlowTable, PerDirectionKeysGiveOneFlowPerDirection) {
  const TableRun run = run_tables({{.at = 0, .from = 9, .to = 2, .per_direction = true},
                                   {.at = 1, .from = 2, .to = 9, .per_direction = true},
                                   {.at = 2, .from = 9, .to = 2, .per_direction = true}},
                                  FlowPolicy{});
  EXPECT_THAT(ends(run), ElementsAre("end 2", "end 1"));
  EXPECT_EQ(run.flows[0].source, 9);
  EXPECT_EQ(run.flows[1].source, 2);
}

TEST(FlowTable, ALatePacketCountsAtTheFlowsLastTime) {
  const TableRun run = run_tables(
      {{.at = 5}, {.at = 7}, {.at = 6}, {.at = 6.5, .from = 2, .to = 1}, {.at = 8}}, FlowPolicy{});
  ASSERT_EQ(run.flows.size(), 1u);
  EXPECT_EQ(run.clock_steps_back, 2u);
  EXPECT_EQ(run.flows[0].first_ns, 5 * kSecond);
  EXPECT_EQ(run.flows[0].last_ns, 8 * kSecond);
  EXPECT_EQ(run.flows[0].sums.gaps, 3 * kSecond) << "gaps sum to the duration";
}

TEST(FlowTable, PacketsOfOtherFlowsMayBeOutOfOrderFreely) {
  const TableRun run = run_tables({{.at = 5}, {.at = 4, .from = 3}}, FlowPolicy{});
  EXPECT_EQ(run.clock_steps_back, 0u);
  EXPECT_EQ(run.flows[1].first_ns, 4 * kSecond);
}

// ---------------------------------------------------------------- TCP end and split
// NetFlowMeter SPEC, section 2.3, rule 3.

std::vector<std::string> tcp_ends(TcpEnd rule,
                                  const std::vector<std::pair<bool, unsigned>>& packets,
                                  std::uint8_t protocol = kTcp) {
  FlowPolicy policy;
  policy.tcp_end = rule;
  std::vector<PacketSpec> specs;
  for (const auto& [is_forward, flags] : packets) {
    PacketSpec spec{.at = static_cast<double>(specs.size())};
    std::tie(spec.from, spec.to) = is_forward ? std::pair{1, 2} : std::pair{2, 1};
    spec.flags = static_cast<std::uint8_t>(flags);
    spec.protocol = protocol;
    specs.push_back(spec);
  }
  return ends(specs, policy);
}

TEST(FlowTableTcpEnd, GracefulWaitsForTheNextSyn) {
  // FIN both ways, the last ACK and a retransmission still join; the SYN opens a new flow.
  EXPECT_THAT(tcp_ends(TcpEnd::kGraceful, {{true, kSyn},
                                           {false, kSyn | kAck},
                                           {true, kFin | kAck},
                                           {false, kFin | kAck},
                                           {true, kAck},
                                           {false, kFin | kAck},
                                           {true, kSyn},
                                           {false, kSyn | kAck}}),
              ElementsAre("tcp 6", "end 2"));
}

TEST(FlowTableTcpEnd, StrictEndsAtAnyPacketAfterTheClosingOne) {
  EXPECT_THAT(
      tcp_ends(
          TcpEnd::kStrict,
          {{true, kSyn}, {true, kFin | kAck}, {false, kFin | kAck}, {true, kAck}, {true, kAck}}),
      ElementsAre("tcp 3", "end 2"));
}

TEST(FlowTableTcpEnd, OneRstOfEitherSideIsEnough) {
  for (const bool is_forward : {true, false}) {
    EXPECT_THAT(tcp_ends(TcpEnd::kStrict, {{true, kSyn}, {is_forward, kRst}, {true, kRst}}),
                ElementsAre("tcp 2", "end 1"));
    EXPECT_THAT(
        tcp_ends(TcpEnd::kGraceful, {{true, kSyn}, {is_forward, kRst}, {true, kRst}, {true, kSyn}}),
        ElementsAre("tcp 3", "end 1"));
  }
}

TEST(FlowTableTcpEnd, FinsOfOneSideDoNotFinishAFlow) {
  for (const TcpEnd rule : {TcpEnd::kGraceful, TcpEnd::kStrict}) {
    EXPECT_THAT(tcp_ends(rule, {{true, kSyn}, {true, kFin}, {true, kFin}, {true, kSyn}}),
                ElementsAre("end 4"));
  }
}

TEST(FlowTableTcpEnd, NoneAndOtherProtocolsNeverEnd) {
  EXPECT_THAT(tcp_ends(TcpEnd::kNone, {{true, kRst}, {true, kSyn}}), ElementsAre("end 2"));
  EXPECT_THAT(tcp_ends(TcpEnd::kStrict, {{true, kRst}, {true, kSyn}}, kUdp), ElementsAre("end 2"));
}

TEST(FlowTableTcpEnd, TimeoutsGoFirst) {
  FlowPolicy policy;
  policy.tcp_end = TcpEnd::kGraceful;
  policy.idle_timeout_ns = 10 * kSecond;
  EXPECT_THAT(ends({{.at = 0, .flags = kRst}, {.at = 10, .flags = kSyn}}, policy),
              ElementsAre("idle 1", "end 1"));
}

TEST(FlowTable, ASplitFlowEndsAtItsOwnLastPacket) {
  FlowPolicy policy;
  policy.max_packets_per_flow = 2;
  const TableRun run = run_tables(
      {{.at = 0}, {.at = 1, .from = 2, .to = 1}, {.at = 2, .from = 2, .to = 1}, {.at = 3}}, policy);
  EXPECT_THAT(ends(run), ElementsAre("split 2", "split 2"));
  EXPECT_EQ(run.flows[0].end_index, 1u);
  EXPECT_EQ(run.flows[1].source, 2) << "the direction is decided afresh";
  policy.max_packets_per_flow = 1;
  EXPECT_THAT(ends({{.at = 0}, {.at = 1}}, policy), ElementsAre("split 1", "split 1"));
}

TEST(FlowTable, SizesOfFourBillionBytesDoNotWrap) {
  // RELIABILITY, section 4: 40 packets of 0xffffffff bytes.
  std::vector<PacketSpec> packets(40);
  std::for_each(packets.begin(), packets.end(), [](PacketSpec& p) { p.size = 0xffffffff; });
  const TableRun run = run_tables(packets, FlowPolicy{});
  EXPECT_EQ(run.flows[0].bytes[0], 171798691800u);
}

TEST(FlowTable, AccountingChoosesWhichBytesCount) {
  const std::pair<Accounting, std::uint64_t> cases[] = {{Accounting::kLink, 100},
                                                        {Accounting::kIp, 86},
                                                        {Accounting::kTransport, 66},
                                                        {Accounting::kPayload, 40}};
  for (const auto& [accounting, bytes] : cases) {
    FlowPolicy policy;
    policy.accounting = accounting;
    EXPECT_EQ(run_tables({{.at = 0}}, policy).flows[0].bytes[0], bytes);
  }
}

// ---------------------------------------------------------------- limits

TEST(FlowTableLimit, TheLeastRecentlyActiveFlowIsEvictedAtTheVeryPacketThatNeedsIt) {
  FlowPolicy policy;
  policy.max_flows = 2;
  for (const std::size_t epoch : {1u, 2u, 100u}) {
    const TableRun run = run_tables({{.at = 0, .from = 1},
                                     {.at = 0, .from = 2, .to = 9, .protocol = kUdp},
                                     {.at = 0, .from = 1},
                                     {.at = 0, .from = 3}},
                                    policy, {.epoch_records = epoch});
    EXPECT_THAT(ends(run), ElementsAre("evicted 1", "end 2", "end 1"));
    EXPECT_EQ(run.flows[0].source, 2);
    EXPECT_EQ(run.flows[0].end_index, 3u);
    EXPECT_EQ(run.evicted, 1u);
  }
}

TEST(FlowTableLimit, RecencyIsTheOrderOfArrivalNotOfTimestamps) {
  FlowPolicy policy;
  policy.max_flows = 2;
  const TableRun run =
      run_tables({{.at = 9, .from = 1}, {.at = 5, .from = 3}, {.at = 7, .from = 4}}, policy);
  EXPECT_EQ(run.flows[0].reason, EndReason::kEvicted);
  EXPECT_EQ(run.flows[0].source, 1);
}

TEST(FlowTableLimit, TheNextPacketOfAnEvictedFlowOpensANewOne) {
  FlowPolicy policy;
  policy.max_flows = 1;
  EXPECT_THAT(ends({{.at = 0, .from = 1}, {.at = 0, .from = 3}, {.at = 0, .from = 1}}, policy),
              ElementsAre("evicted 1", "evicted 1", "end 1"));
}

TEST(FlowTableLimit, IdleFlowsLeaveBeforeAnyIsEvicted) {
  FlowPolicy policy;
  policy.max_flows = 1;
  policy.idle_timeout_ns = 10 * kSecond;
  EXPECT_THAT(ends({{.at = 0, .from = 1}, {.at = 10, .from = 3}}, policy),
              ElementsAre("idle 1", "end 1"));
}

TEST(FlowTableLimit, MemoryCountsByConstantsPerFlow) {
  const test::SummingHooks hooks;
  FlowPolicy policy;
  const std::size_t cost = FlowTable(policy, hooks).flow_cost();
  policy.memory_limit = 3 * cost;
  std::vector<PacketSpec> packets;
  for (std::uint8_t host = 10; host < 20; ++host) {
    packets.push_back({.at = 0, .from = host});
  }
  const TableRun run = run_tables(packets, policy, {.epoch_records = 1});
  EXPECT_EQ(run.most_open, 3u);
  EXPECT_EQ(run.evicted, 7u);
  EXPECT_EQ(run.texts(), run_tables(packets, policy).texts());
}

TEST(FlowTableLimit, TheSeriesOfAFlowMayEvictAnother) {
  const test::SummingHooks hooks(1000);
  FlowPolicy policy;
  const std::size_t cost = FlowTable(policy, hooks).flow_cost();
  // Room for 25 flows with a small chunk each and for 20 large chunks.
  policy.memory_limit = 25 * cost + (25 * 4 + 20 * 32) * FlowTable::kSeriesPacketCost;
  std::vector<PacketSpec> packets = {{.at = 0, .from = 9}};
  // 24 flows then grow to 36 packets, which takes 24 large chunks.
  for (int i = 0; i < 36; ++i) {
    for (std::uint8_t host = 10; host < 34; ++host) {
      packets.push_back({.at = 0, .from = host});
    }
  }
  const TableRun whole = run_tables(packets, policy, {.series_packets = 1000});
  EXPECT_GT(whole.evicted, 0u);
  EXPECT_EQ(whole.flows[0].source, 9);
  EXPECT_EQ(whole.texts(),
            run_tables(packets, policy, {.epoch_records = 1, .series_packets = 1000}).texts());
}

TEST(FlowTableLimit, AFlowThatAloneHoldsMoreThanAQuarterIsItselfEvicted) {
  FlowPolicy policy;
  policy.memory_limit = 4 * 36 * FlowTable::kSeriesPacketCost * (1 + FlowTable::kReading);
  std::vector<PacketSpec> packets(38);
  packets.front().from = 9;  // a quiet flow
  const TableRun run = run_tables(packets, policy, {.series_packets = 1000});
  EXPECT_THAT(ends(run), ElementsAre("evicted 37", "end 1"))
      << "the flow that needs its second large chunk goes, not the quiet one";
  EXPECT_EQ(run.flows[0].end_index, 37u);
}

TEST(FlowTableLimit, SeriesSpaceIsCountedAsItIsTaken) {
  EXPECT_EQ(SeriesStore::capacity(0), 0u);
  EXPECT_EQ(SeriesStore::capacity(1), 4u);
  EXPECT_EQ(SeriesStore::capacity(4), 4u);
  EXPECT_EQ(SeriesStore::capacity(5), 36u);
  EXPECT_EQ(SeriesStore::capacity(36), 36u);
  EXPECT_EQ(SeriesStore::capacity(37), 68u);
}

TEST(FlowTableLimit, OnLimitStopLeavesTheRestOut) {
  FlowPolicy policy;
  policy.max_flows = 2;
  policy.on_limit = OnLimit::kStop;
  policy.idle_timeout_ns = 10 * kSecond;
  const std::vector<PacketSpec> packets = {{.at = 0, .from = 1},
                                           {.at = 0, .from = 3},
                                           {.at = 1, .from = 4},
                                           {.at = 2, .from = 1},
                                           {.at = 100, .from = 1}};
  for (const std::size_t epoch : {1u, 100u}) {
    const TableRun run = run_tables(packets, policy, {.epoch_records = epoch});
    EXPECT_TRUE(run.stopped);
    EXPECT_EQ(run.left_out, 3u);
    EXPECT_EQ(run.evicted, 0u);
    EXPECT_THAT(ends(run), ElementsAre("end 1", "end 1"))
        << "packets that are left out do not move the clock";
  }
}

TEST(FlowTableLimit, OnLimitStopBoundsAFlowThatIsAlone) {
  FlowPolicy policy;
  policy.memory_limit = 4 * 36 * FlowTable::kSeriesPacketCost * (1 + FlowTable::kReading);
  policy.on_limit = OnLimit::kStop;
  const std::vector<PacketSpec> packets(50);
  for (const std::size_t epoch : {1u, 100u}) {
    const TableRun run =
        run_tables(packets, policy, {.epoch_records = epoch, .series_packets = 1000});
    EXPECT_TRUE(run.stopped);
    EXPECT_EQ(run.left_out, 13u) << "its second large chunk is more than a quarter";
    EXPECT_EQ(run.evicted, 0u);
    EXPECT_THAT(ends(run), ElementsAre("end 37"));
  }
}

// ---------------------------------------------------------------- NFStream's rules
// NFStream SPEC, sections 4 and 5. Times are milliseconds there.

FlowPolicy nfstream_policy(double idle_s = 120, double active_s = 1800) {
  FlowPolicy policy;
  policy.expiry = ExpiryRule::kNfstream;
  policy.idle_timeout_ns = static_cast<std::int64_t>(idle_s * 1e9);
  policy.active_timeout_ns = static_cast<std::int64_t>(active_s * 1e9);
  return policy;
}

TableRun run_nfstream(const std::vector<PacketSpec>& specs, const FlowPolicy& policy,
                      std::size_t epoch_records = 65536) {
  std::vector<PacketRecord> packets;
  for (const PacketSpec& spec : specs) {
    packets.push_back(test::packet(spec));
    packets.back().ts_ns /= 1'000'000;
  }
  return run_tables(packets, policy, {.epoch_records = epoch_records});
}

std::vector<int> sources(const TableRun& run) {
  std::vector<int> list;
  for (const EndedFlow& flow : run.flows) {
    list.push_back(flow.source);
  }
  return list;
}

TEST(FlowTableNfstream, ALongLivedHeadBlocksIdleFlowsBehindIt) {
  std::vector<PacketSpec> packets = {{.at = 1000, .from = 11}, {.at = 1001, .from = 12}};
  for (int at = 1010; at <= 1400; at += 10) {
    packets.push_back({.at = static_cast<double>(at), .from = 11});
  }
  const TableRun blocked = run_nfstream(packets, nfstream_policy());
  EXPECT_THAT(sources(blocked), ElementsAre(11, 12));
  EXPECT_EQ(blocked.flows[1].reason, EndReason::kEnd);
  // Without the head, the scan ends the quiet flow.
  packets[0].from = 12;
  const TableRun run = run_nfstream(packets, nfstream_policy());
  EXPECT_THAT(sources(run), ElementsAre(12, 11));
  EXPECT_EQ(run.flows[0].reason, EndReason::kIdle);
}

TEST(FlowTableNfstream, IdleFlowsAreLookedForEveryTenMilliseconds) {
  // The scan at 1120.000 s does not find the flow idle (its last packet was at 1000.005); the next
  // one is 10 ms later, though the flow is idle at 1120.009 already.
  const std::vector<PacketSpec> packets = {{.at = 1000.005, .from = 11},
                                           {.at = 1120.000, .from = 12},
                                           {.at = 1120.009, .from = 13},
                                           {.at = 1120.010, .from = 14}};
  const TableRun run = run_nfstream(packets, nfstream_policy());
  EXPECT_EQ(run.flows[0].source, 11);
  EXPECT_EQ(run.flows[0].end_index, 3u);
}

TEST(FlowTableNfstream, AtMostAThousandFlowsLeavePerScan) {
  std::vector<PacketRecord> packets;
  for (int i = 0; i < 1500; ++i) {
    PacketRecord record = test::packet({.at = 1000, .from = 11});
    record.key.port_a = static_cast<std::uint16_t>(i);
    packets.push_back(record);
  }
  for (const double at : {1200.0, 1200.005, 1200.010}) {
    packets.push_back(test::packet({.at = at, .from = 12}));
  }
  for (PacketRecord& record : packets) {
    record.ts_ns /= 1'000'000;
  }
  const TableRun run = run_tables(packets, nfstream_policy());
  const auto ended_at = [&](std::uint64_t index) {
    return std::count_if(run.flows.begin(), run.flows.end(),
                         [&](const EndedFlow& flow) { return flow.end_index == index; });
  };
  EXPECT_EQ(ended_at(1500), 1000);
  EXPECT_EQ(ended_at(1501), 0);
  EXPECT_EQ(ended_at(1502), 500);
}

TEST(FlowTableNfstream, LatePacketsTakeTheNewestTimeOfAnyFlow) {
  const TableRun run = run_nfstream({{.at = 1000, .from = 11},
                                     {.at = 1005, .from = 12},
                                     {.at = 1003, .from = 11},
                                     {.at = 1002, .from = 11}},
                                    nfstream_policy());
  ASSERT_EQ(run.flows.size(), 2u);
  EXPECT_EQ(run.flows[0].first_ns, 1'000'000);
  EXPECT_EQ(run.flows[0].last_ns, 1'005'000);
  EXPECT_EQ(run.flows[0].sums.gaps, 5 * kSecond) << "gaps stay nanoseconds";
  EXPECT_EQ(run.clock_steps_back, 1u) << "only the last one is earlier than its own flow";
}

TEST(FlowTableNfstream, TimeoutsAreReachedWhenEqualAndIdleGoesFirst) {
  EXPECT_THAT(ends(run_nfstream({{.at = 1000}, {.at = 1010}}, nfstream_policy(10, 10))),
              ElementsAre("idle 1", "end 1"));
  EXPECT_THAT(
      ends(run_nfstream({{.at = 1000}, {.at = 1005}, {.at = 1010}}, nfstream_policy(10, 10))),
      ElementsAre("active 2", "end 1"));
  EXPECT_THAT(ends(run_nfstream({{.at = 1000}, {.at = 1009.999}}, nfstream_policy(10, 100))),
              ElementsAre("end 2"));
}

TEST(FlowTableNfstream, WhatRemainsLeavesInOrderOfCreation) {
  const TableRun run = run_nfstream({{.at = 1000, .from = 13},
                                     {.at = 1000, .from = 11},
                                     {.at = 1000, .from = 12},
                                     {.at = 1001, .from = 13}},
                                    nfstream_policy());
  EXPECT_THAT(sources(run), ElementsAre(13, 11, 12));
}

TEST(FlowTableNfstream, EvictionTakesTheLeastRecentlyActiveFlowNotTheOldest) {
  FlowPolicy policy = nfstream_policy();
  policy.max_flows = 2;
  const TableRun run = run_nfstream({{.at = 1000, .from = 11},
                                     {.at = 1000, .from = 12},
                                     {.at = 1000, .from = 11},
                                     {.at = 1000, .from = 13}},
                                    policy);
  EXPECT_THAT(sources(run), ElementsAre(12, 11, 13));
}

TEST(FlowTableNfstream, OptionsBesideThePresetCount) {
  FlowPolicy policy = nfstream_policy();
  policy.tcp_end = TcpEnd::kGraceful;
  policy.udp_idle_timeout_ns = 5 * kSecond;
  EXPECT_THAT(
      ends(run_nfstream({{.at = 1000, .flags = kRst}, {.at = 1001, .flags = kSyn}}, policy)),
      ElementsAre("tcp 1", "end 1"));
  EXPECT_THAT(
      ends(run_nfstream({{.at = 1000, .protocol = kUdp}, {.at = 1005, .protocol = kUdp}}, policy)),
      ElementsAre("idle 1", "end 1"));
}

TEST(FlowTableNfstream, ATableThatWasFinishedStartsItsClockAnew) {
  const test::SummingHooks hooks;
  FlowTable table(nfstream_policy(), hooks);
  ClosedFlows closed;
  for (const std::int64_t ms : {5'000'000, 1'000}) {
    Epoch epoch;
    PacketRecord record = test::packet({});
    record.ts_ns = ms;
    record.hash = flow_hash(test::kHashKey, record.key);
    epoch.records = {record};
    epoch.clocks = {ms};
    closed.clear();
    table.apply(epoch, closed);
    table.finish(closed);
    ASSERT_EQ(closed.size(), 1u);
    EXPECT_EQ(table.flow(closed[0].slot).first_ns(), ms);
    table.release(closed[0].slot);
  }
}

TEST(FlowTableNfstream, EpochsDoNotShow) {
  std::mt19937 random(7);
  std::vector<PacketSpec> packets;
  double at = 1000;
  for (int i = 0; i < 3000; ++i) {
    at += static_cast<double>(random() % 4000) / 1000.0 - (random() % 10 == 0 ? 3 : 0);
    packets.push_back({.at = at, .from = static_cast<std::uint8_t>(1 + random() % 40)});
  }
  FlowPolicy policy = nfstream_policy(20, 100);
  const TableRun whole = run_nfstream(packets, policy);
  EXPECT_GT(whole.flows.size(), 100u);
  EXPECT_EQ(whole.flows, run_nfstream(packets, policy, 1).flows);
  EXPECT_EQ(whole.flows, run_nfstream(packets, policy, 7).flows);
}

}  // namespace
}  // namespace netml
