#include "netml/pipeline/netml_corpus.hpp"

#include "netml/core/progress.hpp"
#include "netml/decode/netml_decoder.hpp"
#include "netml/decode/packet_decoder.hpp"
#include "netml/features/representation.hpp"

#include "capture_reader.hpp"
#include "skip_counts.hpp"

namespace netml {
namespace {

// A sample in a vector that doubles, its place in the order, and its share of a flow, of which
// there may be one for every two packets: in the lists that the grouping and whoever writes rows
// make.
constexpr std::uint64_t kBytesPerPacket =
    2 * sizeof(NetmlSample) + sizeof(std::size_t) + 2 * (sizeof(NetmlFlow) + 20);
// In the map and in a vector that doubles.
constexpr std::uint64_t kBytesPerKey = 3 * sizeof(NetmlKey) + 32;

constexpr std::uint64_t kPacketsPerReport = 1024;

double seconds(std::int64_t ns) {
  return static_cast<double>(ns) / 1e9;
}

}  // namespace

NetmlCorpus::NetmlCorpus(const std::string& path, const std::string& filter, const Recipe& recipe)
    : recipe_(recipe) {
  SkipCounts skipped;
  CaptureReader reader;
  reader.filter = filter;
  reader.supports = is_supported_link_type;
  reader.on_packet = [&](const RawPacket& packet) {
    first_packet_ns_ = stats_.packets_read == 0 ? packet.ts_ns : first_packet_ns_;
    if (++stats_.packets_read % kPacketsPerReport == 0) {
      progress::board.packets += kPacketsPerReport;
    }
    stats_.bytes_read += packet.bytes.size();
    NetmlPacket decoded;
    const DecodeStatus status = decode_netml(packet, decoded);
    if (status != DecodeStatus::kOk) {
      skipped.add(status);
      return true;
    }
    capture_.add(decoded);
    is_full_ = recipe_.policy.memory_limit != 0 &&
               capture_.size() * kBytesPerPacket + capture_.key_count() * kBytesPerKey >
                   recipe_.policy.memory_limit;
    return !is_full_;
  };
  outcome_.path = path;
  outcome_ = reader.read(path);
  signal_ = reader.signal;
  stats_.clock_out_of_range = reader.clock_out_of_range;
  skipped.add_to(stats_);
  fit_flows(recipe);
}

void NetmlCorpus::fit_flows(const Recipe& recipe) {
  NetmlFlowRules rules;
  rules.min_packets = recipe.min_packets;
  const FlowPolicy& policy = recipe.policy;
  rules.tcp_timeout = seconds(policy.tcp_idle_timeout_ns.value_or(policy.idle_timeout_ns));
  rules.udp_timeout = seconds(policy.udp_idle_timeout_ns.value_or(policy.idle_timeout_ns));
  rules.interval = recipe.representation.interval_s.value_or(0);
  rules.q_interval = recipe.representation.q_interval;
  flows_ = capture_.flows(rules);
  recipe_.representation.interval_s = flows_.interval;
  stats_.packets_in_flows_too_short = flows_.packets_too_short;
  stats_.flows_too_short = flows_.flows_too_short;
  stats_.skip(skip_reason::kDroppedPiece, flows_.packets_in_dropped_pieces);
}

bool NetmlCorpus::has_addresses(std::size_t flow) const {
  return capture_.key(flows_.flows[flow].key).has_addresses();
}

Flow NetmlCorpus::identity(std::size_t flow) const {
  const NetmlFlow& range = flows_.flows[flow];
  const NetmlKey& key = capture_.key(range.key);
  Flow identity;
  identity.key.addr_a = key.src;
  identity.key.addr_b = key.dst;
  identity.key.ip_version = 4;
  if (key.has_addresses()) {
    identity.key.port_a = static_cast<std::uint16_t>(key.src_port);
    identity.key.port_b = static_cast<std::uint16_t>(key.dst_port);
    identity.key.protocol = static_cast<std::uint8_t>(key.protocol);
  }
  DirectionCounters& counters = identity.direction[0];
  counters.packets = range.count;
  for (std::size_t i = 0; i < range.count; ++i) {
    counters.bytes += capture_.sample(flows_.order[range.first + i]).size;
  }
  counters.first_ns = capture_.sample(flows_.order[range.first]).ts_ns;
  counters.last_ns = capture_.sample(flows_.order[range.first + range.count - 1]).ts_ns;
  return identity;
}

Recipe NetmlCorpus::fitted(const std::vector<std::size_t>& flows) const {
  Recipe recipe = recipe_;
  std::vector<std::size_t> counts;
  std::vector<double> durations;
  for (const std::size_t flow : flows) {
    const NetmlFlow& range = flows_.flows[flow];
    counts.push_back(range.count);
    durations.push_back(capture_.sample(flows_.order[range.first + range.count - 1]).time -
                        capture_.sample(flows_.order[range.first]).time);
  }
  RepresentationOptions& options = recipe.representation;
  if (!options.dim) {
    options.dim = counts.empty() ? 2 : fitted_dim(counts, options.q_interval);
  }
  if (!options.sampling_s) {
    options.sampling_s = durations.empty() ? 0 : fitted_sampling_seconds(durations);
  }
  return recipe;
}

void NetmlCorpus::append_row(std::size_t flow, const std::string& set, const Recipe& recipe,
                             std::vector<double>& row) const {
  const NetmlFlow& range = flows_.flows[flow];
  std::vector<double> times(range.count);
  std::vector<std::uint32_t> sizes(range.count);
  std::vector<std::uint8_t> flags(range.count), ttls(range.count);
  for (std::size_t i = 0; i < range.count; ++i) {
    const NetmlSample& sample = capture_.sample(flows_.order[range.first + i]);
    times[i] = sample.time;
    sizes[i] = sample.size;
    flags[i] = sample.tcp_flags;
    ttls[i] = sample.ttl;
  }
  append_representation(representation_settings(set, recipe), {times, {}, sizes, flags, ttls}, row);
}

void NetmlCorpus::add_to(RunStats& stats) const {
  stats.packets_read += stats_.packets_read;
  stats.bytes_read += stats_.bytes_read;
  stats.packets_in_flows_too_short += stats_.packets_in_flows_too_short;
  stats.flows_too_short += stats_.flows_too_short;
  stats.clock_out_of_range += stats_.clock_out_of_range;
  for (const auto& [reason, packets] : stats_.packets_skipped) {
    stats.skip(reason, packets);
  }
  ++stats.inputs;
  stats.inputs_damaged += outcome_.status == InputStatus::kDamaged ? 1U : 0U;
  stats.inputs_unusable += outcome_.status == InputStatus::kUnusable ? 1U : 0U;
}

}  // namespace netml
