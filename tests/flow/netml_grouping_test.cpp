#include "netml/flow/netml_grouping.hpp"

#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netml/core/python_float.hpp"

namespace netml {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

NetmlPacket packet(double time, std::int32_t src_port = 1000, std::int32_t dst_port = 80,
                   std::int32_t protocol = 17) {
  NetmlPacket result;
  result.key.src_port = src_port;
  result.key.dst_port = dst_port;
  result.key.protocol = protocol;
  result.has_tcp = protocol == 6;
  result.time = time;
  result.size = 60;
  return result;
}

NetmlCapture capture_of(const std::vector<NetmlPacket>& packets) {
  NetmlCapture capture;
  for (const NetmlPacket& p : packets) {
    capture.add(p);
  }
  return capture;
}

/// Packet numbers of every flow. Checks that each packet is accounted for once.
std::vector<std::vector<std::size_t>> flows_of(const NetmlCapture& capture, NetmlFlowRules rules) {
  const NetmlFlows flows = capture.flows(rules);
  EXPECT_EQ(flows.packets_in_flows + flows.packets_too_short + flows.packets_in_dropped_pieces,
            capture.size());
  std::vector<std::vector<std::size_t>> result;
  for (const NetmlFlow& flow : flows.flows) {
    const auto begin = flows.order.begin() + static_cast<std::ptrdiff_t>(flow.first);
    result.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(flow.count));
  }
  return result;
}

using Numbers = std::vector<std::size_t>;
constexpr double kLong = 1e9;  // an interval that cuts nothing

TEST(NetmlGrouping, FlowsAreInOrderOfTheirFirstPacket) {
  const NetmlCapture capture =
      capture_of({packet(5, 2), packet(1, 1), packet(2, 1), packet(6, 2), packet(0, 3)});
  EXPECT_THAT(flows_of(capture, {.interval = kLong}), ElementsAre(Numbers{0, 3}, Numbers{1, 2}));
}

TEST(NetmlGrouping, DirectionsAreFlowsOfTheirOwn) {
  const NetmlCapture capture =
      capture_of({packet(0, 1, 2), packet(1, 2, 1), packet(2, 1, 2), packet(3, 2, 1)});
  EXPECT_THAT(flows_of(capture, {.interval = kLong}), ElementsAre(Numbers{0, 2}, Numbers{1, 3}));
}

TEST(NetmlGrouping, PacketsAreSortedByTimeStably) {
  const NetmlCapture capture = capture_of({packet(3), packet(1), packet(1), packet(0)});
  EXPECT_THAT(flows_of(capture, {.interval = kLong}), ElementsAre(Numbers{3, 1, 2, 0}));
}

TEST(NetmlGrouping, AGapOfExactlyTheTimeoutDoesNotSplit) {
  const NetmlCapture capture = capture_of({packet(0), packet(600), packet(1200)});
  EXPECT_THAT(flows_of(capture, {.interval = kLong}), ElementsAre(Numbers{0, 1, 2}));
}

TEST(NetmlGrouping, TheLastPieceOfASplitFlowIsDropped) {
  const NetmlCapture capture =
      capture_of({packet(0), packet(1), packet(602), packet(603), packet(604)});
  EXPECT_THAT(flows_of(capture, {.interval = kLong}), ElementsAre(Numbers{0, 1}));
  const NetmlFlows flows = capture.flows({.interval = kLong});
  EXPECT_EQ(flows.packets_in_dropped_pieces, 3u);
  EXPECT_EQ(flows.dropped_pieces, 1u);
  EXPECT_EQ(flows.flows_too_short, 0u);
  EXPECT_EQ(capture_of({packet(0, 1), packet(0, 2)}).flows({}).flows_too_short, 2u);
}

TEST(NetmlGrouping, TheNumber6AnywhereInTheKeySelectsTheTcpTimeout) {
  const NetmlFlowRules rules = {.tcp_timeout = 10, .udp_timeout = 1, .interval = kLong};
  for (const auto& [src, dst, protocol, is_tcp] :
       {std::tuple{6, 80, 17, true}, {7, 6, 17, true}, {7, 80, 6, true}, {7, 80, 17, false}}) {
    const NetmlCapture capture =
        capture_of({packet(0, src, dst, protocol), packet(1, src, dst, protocol),
                    packet(5, src, dst, protocol)});
    const std::size_t kept = capture.flows(rules).packets_in_flows;
    EXPECT_EQ(kept, is_tcp ? 3u : 2u) << src << ' ' << dst << ' ' << protocol;
  }
}

TEST(NetmlGrouping, InTheSharedFlowEachPacketHasItsOwnTimeout) {
  NetmlPacket udp = packet(0, -1, -1, -1);
  NetmlPacket tcp = udp;
  tcp.has_tcp = true;
  std::vector<NetmlPacket> packets = {udp, udp, tcp};
  packets[2].time = 5;
  const NetmlFlowRules rules = {.tcp_timeout = 10, .udp_timeout = 1, .interval = kLong};
  EXPECT_EQ(capture_of(packets).flows(rules).packets_in_flows, 3u);
  packets[2].has_tcp = false;
  EXPECT_EQ(capture_of(packets).flows(rules).packets_in_flows, 2u);
}

TEST(NetmlGrouping, ShortPiecesCountForTheIntervalOnlyWithAThresholdOf1) {
  // Pieces: one packet (duration 0), three packets (duration 8); the last one is dropped.
  const NetmlCapture capture =
      capture_of({packet(0), packet(700), packet(704), packet(708), packet(2000), packet(2001)});
  EXPECT_EQ(capture.flows({.min_packets = 1, .q_interval = 0.5}).interval, 4);
  EXPECT_EQ(capture.flows({.min_packets = 2, .q_interval = 0.5}).interval, 8);
  // One packet alone is no flow in the end, whatever the threshold.
  EXPECT_THAT(flows_of(capture, {.min_packets = 1, .interval = kLong}),
              ElementsAre(Numbers{1, 2, 3}));
}

TEST(NetmlGrouping, TheIntervalIsAGapRuleOnAGrid) {
  // 12.5 opens a piece whose reference is the grid time 12: 13 is near, 16.5 is more than 3 away
  // from 13.
  const NetmlCapture capture =
      capture_of({packet(0), packet(1), packet(12.5), packet(13), packet(16.5), packet(16.6)});
  EXPECT_THAT(flows_of(capture, {.interval = 3}), ElementsAre(Numbers{0, 1}, Numbers{2, 3}));
  // 14.9 has the reference 12: the next packet is split off although it follows at once.
  const NetmlCapture odd =
      capture_of({packet(0), packet(1), packet(14.9), packet(15.1), packet(15.2), packet(30)});
  EXPECT_THAT(flows_of(odd, {.interval = 3}), ElementsAre(Numbers{0, 1}, Numbers{3, 4}));
}

TEST(NetmlGrouping, AnIntervalOfZeroBecomesTheSmallestDurationAboveIt) {
  std::vector<NetmlPacket> packets;
  for (std::int32_t port = 1; port <= 9; ++port) {
    packets.push_back(packet(0, port));
    packets.push_back(packet(0, port));
  }
  packets.push_back(packet(0, 10));
  packets.push_back(packet(2, 10));
  const NetmlFlows flows = capture_of(packets).flows({.q_interval = 0.5});
  EXPECT_EQ(flows.interval, 2);
  EXPECT_EQ(flows.flows.size(), 10u);
  packets.resize(18);
  EXPECT_EQ(capture_of(packets).flows({}).interval, 0);
  EXPECT_EQ(capture_of(packets).flows({}).flows.size(), 9u);
}

TEST(NetmlGrouping, NothingGivesNothing) {
  EXPECT_THAT(flows_of(capture_of({}), {}), IsEmpty());
  EXPECT_THAT(flows_of(capture_of({packet(0)}), {}), IsEmpty());
  EXPECT_THAT(flows_of(capture_of({packet(0), packet(1)}), {.min_packets = 3}), IsEmpty());
}

TEST(NetmlGrouping, TinyIntervalsEnd) {
  const NetmlCapture capture = capture_of({packet(0), packet(0), packet(1e9), packet(1e9)});
  EXPECT_THAT(flows_of(capture, {.udp_timeout = 1e10, .interval = 5e-324}),
              ElementsAre(Numbers{0, 1}));
}

// Values from CPython 3.11.
TEST(PythonFloat, FloorDivision) {
  EXPECT_EQ(python_floor_div(7.0, 2.0), 3.0);
  EXPECT_EQ(python_floor_div(-7.0, 2.0), -4.0);
  EXPECT_EQ(python_floor_div(1.0, 0.1), 9.0);
  EXPECT_EQ(python_floor_div(0.3, 0.1), 2.0);
  EXPECT_EQ(python_floor_div(6.0, 0.2), 29.0);
  EXPECT_EQ(python_floor_div(0.0, 3.0), 0.0);
  EXPECT_EQ(python_floor_div(1e308, 3.0), 3.333333333333333e+307);
}

}  // namespace
}  // namespace netml
