// The flow table against a deliberately simple implementation of the same rules: one std::map, one
// packet at a time, every open flow looked at for every packet.

#include <algorithm>
#include <map>
#include <random>
#include <tuple>

#include <gtest/gtest.h>

#include "support/flow_packets.hpp"

namespace netml {
namespace {

using test::EndedFlow;
using test::kSecond;
using test::TableRun;

class SimpleTable {
 public:
  SimpleTable(const FlowPolicy& policy, std::uint64_t series_packets)
      : policy_(policy), series_packets_(series_packets) {}

  std::vector<EndedFlow> run(const std::vector<PacketRecord>& packets) {
    for (std::size_t i = 0; i < packets.size() && !stopped; ++i) {
      step(i, packets[i]);
      end_packet();
    }
    for (const auto& [key, flow] : flows_) {
      close_later(flow, EndReason::kEnd, UINT64_MAX);
    }
    flows_.clear();
    end_packet();
    return ended_;
  }

  bool stopped = false;
  std::uint64_t clock_steps_back = 0;

 private:
  struct Open {
    EndedFlow flow;
    bool initiator_is_b = false;
    std::int64_t last_clock = 0;
    std::int64_t direction_last[2] = {0, 0};
    bool fin[2] = {false, false};
    bool rst = false;
  };
  using Key = std::tuple<IpAddress, IpAddress, std::uint16_t, std::uint16_t, std::uint8_t>;

  static Key key_of(const PacketRecord& p) {
    return {p.key.addr_a, p.key.addr_b, p.key.port_a, p.key.port_b, p.key.protocol};
  }

  // RELIABILITY, section 5.
  void move_clock(std::int64_t ts) {
    if (clock_ - ts > 3600 * kSecond) {
      early_.push_back(ts);
    } else {
      early_.clear();
    }
    clock_ = std::max(clock_, ts);
    if (early_.size() == 1000) {
      clock_ = *std::max_element(early_.begin(), early_.end());
      early_.clear();
      for (auto& [key, open] : flows_) {
        open.last_clock = std::min(open.last_clock, clock_);
      }
    }
  }

  std::int64_t idle_timeout(std::uint8_t protocol) const {
    const std::int64_t own = protocol == ip_protocol::kTcp   ? policy_.tcp_idle_timeout_ns
                             : protocol == ip_protocol::kUdp ? policy_.udp_idle_timeout_ns
                                                             : 0;
    return own != 0 ? own : policy_.idle_timeout_ns;
  }

  void close_idle(std::size_t index) {
    for (auto i = flows_.begin(); i != flows_.end();) {
      const std::int64_t gap = clock_ - i->second.last_clock;
      if (gap >= idle_timeout(i->second.flow.protocol)) {
        close_later(i->second, EndReason::kIdle, index);
        i = flows_.erase(i);
      } else {
        ++i;
      }
    }
  }

  void step(std::size_t index, const PacketRecord& p) {
    move_clock(p.ts_ns);
    close_idle(index);
    auto found = flows_.find(key_of(p));
    if (found != flows_.end()) {
      const Open& open = found->second;
      const bool is_finished = open.rst || (open.fin[0] && open.fin[1]);
      const bool is_syn = (p.tcp_flags & tcp_flag::kSyn) != 0;
      if (std::max(p.ts_ns, open.flow.last_ns) - open.flow.first_ns >= policy_.active_timeout_ns) {
        close_later(open, EndReason::kActive, index);
        flows_.erase(found);
        found = flows_.end();
      } else if (is_finished && (policy_.tcp_end == TcpEnd::kStrict ||
                                 (policy_.tcp_end == TcpEnd::kGraceful && is_syn))) {
        close_later(open, EndReason::kTcp, index);
        flows_.erase(found);
        found = flows_.end();
      }
    }
    if (found == flows_.end()) {
      while (policy_.max_flows != 0 && flows_.size() >= policy_.max_flows) {
        if (policy_.on_limit == OnLimit::kStop) {
          stopped = true;
          return;
        }
        evict(index);
      }
      found = flows_.emplace(key_of(p), start(index, p)).first;
    }
    add(found->second, index, p);
    if (policy_.max_packets_per_flow != 0 &&
        found->second.flow.sums.packets >= policy_.max_packets_per_flow) {
      close_later(found->second, EndReason::kSplit, index);
      flows_.erase(found);
    }
    close_idle(index);  // a timeout of 0: at its own packet
  }

  static Open start(std::size_t index, const PacketRecord& p) {
    Open open;
    open.initiator_is_b = p.from_b;
    open.flow.first_index = index;
    open.flow.source = (p.from_b ? p.key.addr_b : p.key.addr_a).bytes[15];
    open.flow.destination = (p.from_b ? p.key.addr_a : p.key.addr_b).bytes[15];
    open.flow.protocol = p.key.protocol;
    open.flow.first_ns = open.flow.last_ns = p.ts_ns;
    return open;
  }

  void add(Open& open, std::size_t index, const PacketRecord& p) {
    EndedFlow& flow = open.flow;
    const std::size_t d = p.from_b != open.initiator_is_b ? 1 : 0;
    clock_steps_back += p.ts_ns < flow.last_ns ? 1U : 0U;
    const std::int64_t time = std::max(p.ts_ns, flow.last_ns);
    flow.sums.gaps += time - flow.last_ns;
    flow.sums.direction_gaps += flow.packets[d] == 0 ? 0 : time - open.direction_last[d];
    ++flow.sums.packets;
    flow.sums.sizes += p.wire_length;
    ++flow.packets[d];
    flow.bytes[d] += p.wire_length;
    flow.last_ns = open.direction_last[d] = time;
    flow.last_index = index;
    open.last_clock = clock_;
    if (p.key.protocol == ip_protocol::kTcp) {
      open.fin[d] = open.fin[d] || (p.tcp_flags & tcp_flag::kFin) != 0;
      open.rst = open.rst || (p.tcp_flags & tcp_flag::kRst) != 0;
    }
    if (flow.series.size() < series_packets_) {
      flow.series.push_back(time);
    }
  }

  void evict(std::size_t index) {
    const auto oldest =
        std::min_element(flows_.begin(), flows_.end(), [](const auto& a, const auto& b) {
          return a.second.flow.last_index < b.second.flow.last_index;
        });
    close_later(oldest->second, EndReason::kEvicted, index);
    flows_.erase(oldest);
  }

  void close_later(const Open& open, EndReason reason, std::uint64_t index) {
    now_ended_.push_back(open.flow);
    now_ended_.back().reason = reason;
    now_ended_.back().end_index = index;
  }

  // What ends at one packet leaves in order of the flows' first packets.
  void end_packet() {
    std::sort(now_ended_.begin(), now_ended_.end(),
              [](const EndedFlow& a, const EndedFlow& b) { return a.first_index < b.first_index; });
    ended_.insert(ended_.end(), now_ended_.begin(), now_ended_.end());
    now_ended_.clear();
  }

  FlowPolicy policy_;
  std::uint64_t series_packets_;
  std::map<Key, Open> flows_;
  std::vector<EndedFlow> ended_, now_ended_;
  std::int64_t clock_ = 0;
  std::vector<std::int64_t> early_;
};

struct Stream {
  std::uint32_t seed = 0;
  std::size_t packets = 4000;
  int hosts = 12;
  int most_step_ms = 500;
  bool is_in_order = false;
  bool has_a_far_future_packet = false;
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
