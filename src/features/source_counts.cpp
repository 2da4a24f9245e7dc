#include "netml/features/source_counts.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>

#include "netml/decode/packet.hpp"

#include "log_columns.hpp"

namespace netml {
namespace {

// Log gaps are kept in units of 2^-34: below 25 for the longest window, they take 39 bits, their
// squares 78, and n times the sum of n squares fits 128 for n up to 2^24.
constexpr double kGapUnit = 1.0 / (std::uint64_t{1} << 34);

}  // namespace

// What a counter counts: kind and source or peer in the first word, then the value.
struct SourceCounts::Words {
  enum Kind : std::uint64_t { kPeer = 1, kPort, kService };
  std::uint64_t word[3];
  bool operator==(const Words&) const = default;
};

// Where a flow's source and counters stand in the indexes: hashes of what they are, known before
// any of them is looked for.
struct SourceCounts::Tags {
  std::uint32_t source, peer, port, service;
};

// How many flows of a source have one value.
struct SourceCounts::Counter {
  Words words;
  std::uint32_t tag;
  std::uint32_t references;  // records that name it
  std::uint32_t flows;       // of those that are in the window
};

ContextFlow context_flow(const Flow& flow, bool is_in_ms) noexcept {
  const bool is_icmp =
      flow.key.protocol == ip_protocol::kIcmp || flow.key.protocol == ip_protocol::kIcmpv6;
  ContextFlow result;
  result.source = flow.source();
  result.destination = flow.destination();
  result.ip_version = flow.key.ip_version;
  result.protocol = flow.key.protocol;
  result.port = is_icmp ? flow.icmp_type : flow.destination_port();
  result.is_unanswered = flow.backward().packets == 0;
  result.is_reset = (flow.tcp_closing & 4U) != 0;
  result.end_ns = is_in_ms ? nanoseconds_from_ms(flow.last_clock) : flow.last_clock;
  result.first_index = flow.first_index;
  return result;
}

SourceCounts::SourceCounts(const ContextWindow& window)
    : window_(window),
      key_(random_hash_key()),
      sources_((sizeof(Source) + 15) / 16 * 16),
      counters_(sizeof(Counter)) {
  static_assert(sizeof(Counter) % 8 == 0 && alignof(Source) <= 16);
}

std::uint64_t SourceCounts::used_bytes() const noexcept {
  constexpr std::uint64_t kSourceBytes = sizeof(Source) + FlowIndex::kCostPerFlow;
  constexpr std::uint64_t kCounterBytes = sizeof(Counter) + FlowIndex::kCostPerFlow;
  return sources_.in_use() * kSourceBytes + counters_.in_use() * kCounterBytes;
}

SourceCounts::Counter& SourceCounts::counter(std::uint32_t slot) const noexcept {
  return *reinterpret_cast<Counter*>(counters_.at(slot));
}

// ---------------------------------------------------------------- names

SourceCounts::Names SourceCounts::refer(const ContextFlow& flow) {
  const std::uint64_t port = std::uint64_t{flow.protocol} << 16 | flow.port;
  const Tags tags = tags_of(flow, port);
  source_index_.prefetch(tags.source);
  for (const std::uint32_t tag : {tags.peer, tags.port, tags.service}) {
    counter_index_.prefetch(tag);
  }
  Names names{};
  names.source = refer_to_source(flow, tags.source);
  // Numbers of sources and peers are theirs as long as a flow names them, as this one does.
  const auto of = [](std::uint32_t whose, Words::Kind kind) {
    return std::uint64_t{whose} << 8 | kind;
  };
  Words peer{{of(names.source, Words::kPeer), 0, 0}};
  std::memcpy(&peer.word[1], flow.destination.bytes.data(), 2 * sizeof(std::uint64_t));
  names.peer = refer_to(peer, tags.peer);
  names.port = refer_to({{of(names.source, Words::kPort), port, 0}}, tags.port);
  names.service = refer_to({{of(names.peer, Words::kService), port, 0}}, tags.service);
  return names;
}

void SourceCounts::let_go(const Names& names) noexcept {
  for (const std::uint32_t counted : {names.service, names.port, names.peer}) {
    counter_index_.prefetch(counter(counted).tag);
  }
  source_index_.prefetch(source(names.source).tag);
  let_go(names.service);
  let_go(names.port);
  let_go(names.peer);
  let_go_of_source(names.source);
}

SourceCounts::Tags SourceCounts::tags_of(const ContextFlow& flow, std::uint64_t port) const {
  std::uint64_t words[2];
  SipHash13 source(key_);
  std::memcpy(words, flow.source.bytes.data(), sizeof words);
  source.add(words[0]);
  source.add(words[1]);
  SipHash13 peer = source;
  std::memcpy(words, flow.destination.bytes.data(), sizeof words);
  peer.add(words[0]);
  peer.add(words[1]);
  const auto tag = [](const SipHash13& hash, std::uint64_t last, std::uint64_t kind) {
    return static_cast<std::uint32_t>(SipHash13(hash).end(last << 8 | kind));
  };
  return {tag(source, flow.ip_version, 0), tag(peer, flow.ip_version, Words::kPeer),
          tag(source, port, Words::kPort), tag(peer, port, Words::kService)};
}

std::uint32_t SourceCounts::refer_to_source(const ContextFlow& flow, std::uint32_t tag) {
  std::uint64_t address[2];
  std::memcpy(address, flow.source.bytes.data(), sizeof address);
  std::uint32_t slot = source_index_.find(tag, [&](std::uint32_t at) {
    const Source& other = source(at);
    return std::equal(address, address + 2, other.address) && other.ip_version == flow.ip_version;
  });
  if (slot == FlowIndex::kNone) {
    slot = sources_.take();
    Source& made = *new (sources_.at(slot)) Source{};
    std::copy(address, address + 2, made.address);
    made.ip_version = flow.ip_version;
    made.tag = tag;
    made.first = made.last = kNil;
    source_index_.insert(tag, slot);
  }
  ++source(slot).references;
  return slot;
}

std::uint32_t SourceCounts::refer_to(const Words& words, std::uint32_t tag) {
  std::uint32_t slot =
      counter_index_.find(tag, [&](std::uint32_t at) { return counter(at).words == words; });
  if (slot == FlowIndex::kNone) {
    slot = counters_.take();
    new (counters_.at(slot)) Counter{words, tag, 0, 0};
    counter_index_.insert(tag, slot);
  }
  ++counter(slot).references;
  return slot;
}

void SourceCounts::let_go_of_source(std::uint32_t slot) noexcept {
  Source& named = source(slot);
  if (--named.references == 0) {
    source_index_.erase(named.tag, slot);
    sources_.give_back(slot);
  }
}

void SourceCounts::let_go(std::uint32_t slot) noexcept {
  Counter& named = counter(slot);
  if (--named.references == 0) {
    counter_index_.erase(named.tag, slot);
    counters_.give_back(slot);
  }
}

// ---------------------------------------------------------------- counts

void SourceCounts::enter(const Names& names, bool is_unanswered, bool is_reset) noexcept {
  Source& own = source(names.source);
  ++own.flows;
  own.unanswered += is_unanswered ? 1U : 0U;
  own.resets += is_reset ? 1U : 0U;
  own.peers += counter(names.peer).flows++ == 0 ? 1U : 0U;
  own.ports += counter(names.port).flows++ == 0 ? 1U : 0U;
  own.services += counter(names.service).flows++ == 0 ? 1U : 0U;
}

void SourceCounts::leave(const Names& names, bool is_unanswered, bool is_reset) noexcept {
  Source& own = source(names.source);
  --own.flows;
  own.unanswered -= is_unanswered ? 1U : 0U;
  own.resets -= is_reset ? 1U : 0U;
  own.peers -= --counter(names.peer).flows == 0 ? 1U : 0U;
  own.ports -= --counter(names.port).flows == 0 ? 1U : 0U;
  own.services -= --counter(names.service).flows == 0 ? 1U : 0U;
}

std::uint64_t SourceCounts::log_gap(std::int64_t gap_ns) noexcept {
  return static_cast<std::uint64_t>(
      std::llround(std::log1p(static_cast<double>(gap_ns) / 1e6) / kGapUnit));
}

void SourceCounts::add_gap(Source& source, std::uint64_t log_gap) noexcept {
  source.gap_sum += log_gap;
  source.gap_squares += Uint128{log_gap} * log_gap;
}

void SourceCounts::remove_gap(Source& source, std::uint64_t log_gap) noexcept {
  source.gap_sum -= log_gap;
  source.gap_squares -= Uint128{log_gap} * log_gap;
}

ContextValues SourceCounts::values(const Names& names) const noexcept {
  const Source& own = source(names.source);
  const auto flows = static_cast<double>(own.flows);
  const double gap_mean = own.flows == 1
                              ? std::log1p((static_cast<double>(window_.before_ns) +
                                            static_cast<double>(window_.after_ns)) /
                                           1e6)
                              : static_cast<double>(own.gap_sum) * kGapUnit / (flows - 1);
  return {log1p_of(own.flows),
          log1p_of(own.peers),
          log1p_of(own.ports),
          log1p_of(own.services),
          own.unanswered / flows,
          own.resets / flows,
          gap_mean,
          gap_deviation(own),
          log1p_of(counter(names.service).flows)};
}

double SourceCounts::gap_deviation(const Source& source) const noexcept {
  if (source.flows < 3) {
    return 0;
  }
  const std::uint32_t gaps = source.flows - 1;
  const Uint128 spread = gaps * source.gap_squares -
                         Uint128{source.gap_sum} * source.gap_sum;  // n² times the variance
  return std::sqrt(static_cast<double>(spread)) * kGapUnit / gaps;
}

}  // namespace netml
