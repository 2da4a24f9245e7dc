#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "support/flow_packets.hpp"

namespace netml::test {

/// The rules of FlowTable (ExpiryRule::kExact and kOwnPacket, no memory limit) in the simplest
/// form: one std::map, one packet at a time, every open flow looked at for every packet.
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
    std::int64_t last_own = 0;  ///< time of the packet before
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
    const std::optional<std::int64_t> own =
        protocol == ip_protocol::kTcp   ? policy_.tcp_idle_timeout_ns
        : protocol == ip_protocol::kUdp ? policy_.udp_idle_timeout_ns
                                        : std::nullopt;
    return own.value_or(policy_.idle_timeout_ns);
  }

  bool is_own_packet() const { return policy_.expiry == ExpiryRule::kOwnPacket; }

  // Whether the clock takes a flow away, and why.
  std::optional<EndReason> idle_reason(const Open& open) const {
    const std::int64_t idle = idle_timeout(open.flow.protocol);
    const std::int64_t gap = clock_ - open.last_clock;
    if (!is_own_packet()) {
      return gap >= idle ? std::optional(EndReason::kIdle) : std::nullopt;
    }
    const std::int64_t shorter = std::min(idle, policy_.active_timeout_ns);
    if (shorter == kNoTimeout || gap <= shorter + 60 * kSecond) {
      return std::nullopt;
    }
    return idle == shorter ? EndReason::kIdle : EndReason::kActive;
  }

  // NetFlowMeter SPEC, section 2.3.
  std::optional<EndReason> own_reason(const Open& open, const PacketRecord& p) const {
    if (p.ts_ns - open.flow.first_ns > policy_.active_timeout_ns) {
      return EndReason::kActive;
    }
    return p.ts_ns - open.last_own > idle_timeout(p.key.protocol) ? std::optional(EndReason::kIdle)
                                                                  : std::nullopt;
  }

  void close_idle(std::size_t index) {
    for (auto i = flows_.begin(); i != flows_.end();) {
      if (const auto reason = idle_reason(i->second)) {
        close_later(i->second, *reason, index);
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
      const bool is_old =
          std::max(p.ts_ns, open.flow.last_ns) - open.flow.first_ns >= policy_.active_timeout_ns;
      const std::optional<EndReason> reason = is_own_packet() ? own_reason(open, p)
                                              : is_old        ? std::optional(EndReason::kActive)
                                                              : std::nullopt;
      if (reason) {
        close_later(open, *reason, index);
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
    open.last_own = p.ts_ns;
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
    now_ended_.back().last_clock = open.last_clock;
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

}  // namespace netml::test
