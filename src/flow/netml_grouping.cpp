#include "netml/flow/netml_grouping.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "netml/core/python_float.hpp"
#include "netml/core/quantile.hpp"

namespace netml {
namespace {

/// One run over the packets of a capture. Pieces are ranges of `order`, which never changes once it
/// is sorted.
class FlowSplitter {
 public:
  FlowSplitter(const NetmlCapture& capture, const NetmlFlowRules& rules)
      : capture_(capture),
        rules_(rules),
        min_packets_(std::max<std::size_t>(2, rules.min_packets)) {}

  NetmlFlows run() {
    sort_by_key_and_time();
    split_by_timeout();
    choose_interval();
    split_by_interval();
    return std::move(result_);
  }

 private:
  void sort_by_key_and_time();
  void split_by_timeout();
  void split_at_timeouts(const NetmlFlow& group);
  void choose_interval();
  void split_by_interval();
  void split_at_gaps(const NetmlFlow& whole);
  double timeout_at(std::size_t position) const;

  const NetmlSample& at(std::size_t position) const {
    return capture_.sample(result_.order[position]);
  }
  double duration(const NetmlFlow& piece) const {
    return at(piece.first + piece.count - 1).time - at(piece.first).time;
  }
  void keep(const NetmlFlow& piece, std::size_t least, std::vector<NetmlFlow>& kept) {
    if (piece.count >= least) {
      kept.push_back(piece);
    } else {
      result_.packets_too_short += piece.count;
      ++result_.flows_too_short;
    }
  }
  void drop(std::size_t packets) {
    result_.packets_in_dropped_pieces += packets;
    ++result_.dropped_pieces;
  }

  const NetmlCapture& capture_;
  const NetmlFlowRules& rules_;
  std::size_t min_packets_;
  NetmlFlows result_;
  std::vector<NetmlFlow> groups_;
  std::vector<NetmlFlow> pieces_;
};

/// Counting sort by key (keys are numbered in order of their first packet), then by time; stable,
/// so that equal times stay in file order.
void FlowSplitter::sort_by_key_and_time() {
  groups_.resize(capture_.key_count());
  for (std::size_t i = 0; i < capture_.size(); ++i) {
    ++groups_[capture_.sample(i).key].count;
  }
  std::size_t first = 0;
  for (std::size_t key = 0; key < groups_.size(); ++key) {
    groups_[key].key = static_cast<std::uint32_t>(key);
    groups_[key].first = first;
    first += groups_[key].count;
  }
  std::vector<std::size_t> next(groups_.size());
  std::transform(groups_.begin(), groups_.end(), next.begin(),
                 [](const NetmlFlow& group) { return group.first; });
  result_.order.resize(capture_.size());
  for (std::size_t i = 0; i < capture_.size(); ++i) {
    result_.order[next[capture_.sample(i).key]++] = i;
  }
  for (const NetmlFlow& group : groups_) {
    const auto begin = result_.order.begin() + static_cast<std::ptrdiff_t>(group.first);
    std::stable_sort(begin, begin + static_cast<std::ptrdiff_t>(group.count),
                     [this](std::size_t a, std::size_t b) {
                       return capture_.sample(a).time < capture_.sample(b).time;
                     });
  }
}

void FlowSplitter::split_by_timeout() {
  for (const NetmlFlow& group : groups_) {
    if (group.count < min_packets_) {
      result_.packets_too_short += group.count;
      ++result_.flows_too_short;
    } else {
      split_at_timeouts(group);
    }
  }
}

/// The original asks whether the number 6 is anywhere in the key: a UDP port 6 selects the TCP
/// timeout.
double FlowSplitter::timeout_at(std::size_t position) const {
  const NetmlSample& sample = at(position);
  const NetmlKey& key = capture_.key(sample.key);
  const bool is_tcp = sample.has_tcp || key.src_port == 6 || key.dst_port == 6 || key.protocol == 6;
  return is_tcp ? rules_.tcp_timeout : rules_.udp_timeout;
}

/// Strict comparison. Once a group is split, its last piece is thrown away.
void FlowSplitter::split_at_timeouts(const NetmlFlow& group) {
  NetmlFlow piece{group.key, group.first, 0};
  const std::size_t end = group.first + group.count;
  for (std::size_t i = group.first + 1; i < end; ++i) {
    if (at(i).time - at(i - 1).time > timeout_at(i)) {
      piece.count = i - piece.first;
      keep(piece, rules_.min_packets, pieces_);
      piece.first = i;
    }
  }
  if (piece.first == group.first) {
    keep(group, rules_.min_packets, pieces_);
  } else {
    drop(end - piece.first);
  }
}

void FlowSplitter::choose_interval() {
  result_.interval = rules_.interval;
  if (rules_.interval > 0 || pieces_.empty()) {
    return;
  }
  std::vector<double> durations(pieces_.size());
  std::transform(pieces_.begin(), pieces_.end(), durations.begin(),
                 [this](const NetmlFlow& piece) { return duration(piece); });
  std::sort(durations.begin(), durations.end());
  result_.interval = quantile_sorted(durations, rules_.q_interval);
  if (result_.interval == 0) {
    // The original divides by zero here unless all durations are 0: the smallest one above 0
    // takes the place.
    const auto positive = std::upper_bound(durations.begin(), durations.end(), 0.0);
    result_.interval = positive == durations.end() ? 0 : *positive;
  }
}

void FlowSplitter::split_by_interval() {
  for (const NetmlFlow& piece : pieces_) {
    split_at_gaps(piece);
  }
  for (const NetmlFlow& flow : result_.flows) {
    result_.packets_in_flows += flow.count;
  }
}

/// A gap rule with a twist: the first packet of a later piece counts as if it had come at the last
/// point of a grid of intervals, so the second one may be split off although it is close.
/// Again the last piece of a split flow is thrown away.
void FlowSplitter::split_at_gaps(const NetmlFlow& whole) {
  const double interval = result_.interval;
  NetmlFlow piece{whole.key, whole.first, 0};
  double start = at(whole.first).time;
  double reference = start;
  const std::size_t end = whole.first + whole.count;
  for (std::size_t i = whole.first + 1; i < end; ++i) {
    const double time = at(i).time;
    if (!(time - reference > interval)) {
      reference = time;
      continue;
    }
    piece.count = i - piece.first;
    keep(piece, min_packets_, result_.flows);
    piece.first = i;
    start += python_floor_div(time - start, interval) * interval;
    if (!std::isfinite(start)) {
      start = time;  // an interval so small that the grid has no number; the original raises
    }
    reference = start;
  }
  if (piece.first == whole.first) {
    keep(whole, min_packets_, result_.flows);
  } else {
    drop(end - piece.first);
  }
}

}  // namespace

NetmlCapture::NetmlCapture() : key_numbers_(0, KeyHash{random_hash_key()}) {}

std::size_t NetmlCapture::KeyHash::operator()(const NetmlKey& key) const noexcept {
  return sip_hash(secret, key);
}

void NetmlCapture::add(const NetmlPacket& packet) {
  const auto [entry, is_new] =
      key_numbers_.try_emplace(packet.key, static_cast<std::uint32_t>(keys_.size()));
  if (is_new) {
    keys_.push_back(packet.key);
  }
  samples_.push_back({packet.ts_ns, packet.time, entry->second, packet.size, packet.tcp_flags,
                      packet.ttl, packet.has_tcp});
}

NetmlFlows NetmlCapture::flows(const NetmlFlowRules& rules) const {
  return FlowSplitter(*this, rules).run();
}

}  // namespace netml
