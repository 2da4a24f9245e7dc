#include "netml/features/source_context.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <new>

#include "netml/decode/packet.hpp"

namespace netml {
namespace {

constexpr std::uint32_t kNil = UINT32_MAX;
// Log gaps are kept in units of 2^-34: below 25 for the longest window, they take 39 bits, their
// squares 78, and n times the sum of n squares fits 128 for n up to 2^24.
constexpr double kGapUnit = 1.0 / (std::uint64_t{1} << 34);

// ln(1 + 1000 gap), gap in seconds.
double log_gap(std::int64_t gap_ns) {
  return std::log1p(static_cast<double>(gap_ns) / 1e6);
}

// ln(1 + count); small counts, which most are, from a table.
double log1p_of(std::uint64_t count) {
  static const std::array<double, 1024> small = [] {
    std::array<double, 1024> values{};
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = std::log1p(static_cast<double>(i));
    }
    return values;
  }();
  return count < small.size() ? small[count] : std::log1p(static_cast<double>(count));
}

}  // namespace

// A flow that has ended.
struct SourceContext::Record {
  std::int64_t end_ns;
  std::uint64_t row;
  std::uint64_t log_gap;  // to the one before of its source, if there is one
  std::uint32_t source, peer, port, service;
  std::uint32_t next;            // in order of ends
  std::uint32_t next_of_source;  // likewise
  bool is_unanswered, is_reset;
};

// Counts of the flows that have entered and not left.
struct SourceContext::Source {
  std::uint64_t address[2];
  Uint128 gap_squares;
  std::uint64_t gap_sum;
  std::uint32_t ip_version;
  std::uint32_t tag;
  std::uint32_t references;  // records that name it
  std::uint32_t flows, unanswered, resets;
  std::uint32_t peers, ports, services;  // distinct ones
  std::uint32_t first, last;
};

// What a counter counts: kind and source or peer in the first word, then the value.
struct SourceContext::Words {
  enum Kind : std::uint64_t { kPeer = 1, kPort, kService };
  std::uint64_t word[3];
  bool operator==(const Words&) const = default;
};

// Where a flow's source and counters stand in the indexes: hashes of what they are, known before
// any of them is looked for.
struct SourceContext::Tags {
  std::uint32_t source, peer, port, service;
};

// How many flows of a source have one value.
struct SourceContext::Counter {
  Words words;
  std::uint32_t tag;
  std::uint32_t references;  // records that name it
  std::uint32_t flows;       // of those that have entered and not left
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

SourceContext::SourceContext(const ContextWindow& window, ContextReceiver& receiver)
    : window_(window),
      receiver_(receiver),
      key_(random_hash_key()),
      records_(sizeof(Record)),
      sources_((sizeof(Source) + 15) / 16 * 16),
      counters_(sizeof(Counter)),
      first_(kNil),
      last_(kNil),
      unsettled_(kNil) {
  static_assert(sizeof(Record) % 8 == 0 && sizeof(Counter) % 8 == 0 && alignof(Source) <= 16);
}

std::uint64_t SourceContext::used_bytes() const noexcept {
  constexpr std::uint64_t kTurn = 2 * sizeof(Turn);  // a vector that doubles
  constexpr std::uint64_t kSourceBytes = sizeof(Source) + FlowIndex::kCostPerFlow;
  constexpr std::uint64_t kCounterBytes = sizeof(Counter) + FlowIndex::kCostPerFlow;
  return records_.in_use() * (sizeof(Record) + kTurn) + sources_.in_use() * kSourceBytes +
         counters_.in_use() * kCounterBytes;
}

SourceContext::Record& SourceContext::record(std::uint32_t slot) const noexcept {
  return *reinterpret_cast<Record*>(records_.at(slot));
}
SourceContext::Source& SourceContext::source(std::uint32_t slot) const noexcept {
  return *reinterpret_cast<Source*>(sources_.at(slot));
}
SourceContext::Counter& SourceContext::counter(std::uint32_t slot) const noexcept {
  return *reinterpret_cast<Counter*>(counters_.at(slot));
}

// ---------------------------------------------------------------- names

SourceContext::Tags SourceContext::tags_of(const ContextFlow& flow, std::uint64_t port) const {
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

std::uint32_t SourceContext::refer_to_source(const ContextFlow& flow, std::uint32_t tag) {
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

std::uint32_t SourceContext::refer_to(const Words& words, std::uint32_t tag) {
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

void SourceContext::let_go_of_source(std::uint32_t slot) noexcept {
  Source& named = source(slot);
  if (--named.references == 0) {
    source_index_.erase(named.tag, slot);
    sources_.give_back(slot);
  }
}

void SourceContext::let_go(std::uint32_t slot) noexcept {
  Counter& named = counter(slot);
  if (--named.references == 0) {
    counter_index_.erase(named.tag, slot);
    counters_.give_back(slot);
  }
}

// ---------------------------------------------------------------- the sweep

void SourceContext::add(const ContextFlow& flow, std::uint64_t row) {
  const std::uint32_t slot = records_.take();
  Record& added = *new (records_.at(slot)) Record{};
  // What is late counts just after where the sweep has come.
  const bool is_late = flow.end_ns <= complete_ns_ && complete_ns_ != INT64_MIN;
  added.end_ns = is_late ? complete_ns_ + (complete_ns_ == INT64_MAX ? 0 : 1) : flow.end_ns;
  added.row = row;
  added.next = added.next_of_source = kNil;
  added.is_unanswered = flow.is_unanswered;
  added.is_reset = flow.is_reset;
  const std::uint64_t port = std::uint64_t{flow.protocol} << 16 | flow.port;
  const Tags tags = tags_of(flow, port);
  source_index_.prefetch(tags.source);
  for (const std::uint32_t tag : {tags.peer, tags.port, tags.service}) {
    counter_index_.prefetch(tag);
  }
  added.source = refer_to_source(flow, tags.source);
  // Numbers of sources and peers are theirs as long as a record names them, as this one does.
  const auto of = [](std::uint32_t whose, Words::Kind kind) {
    return std::uint64_t{whose} << 8 | kind;
  };
  Words peer{{of(added.source, Words::kPeer), 0, 0}};
  std::memcpy(&peer.word[1], flow.destination.bytes.data(), 2 * sizeof(std::uint64_t));
  added.peer = refer_to(peer, tags.peer);
  added.port = refer_to({{of(added.source, Words::kPort), port, 0}}, tags.port);
  added.service = refer_to({{of(added.peer, Words::kService), port, 0}}, tags.service);
  waiting_.push_back({added.end_ns, flow.first_index, slot});
  std::push_heap(waiting_.begin(), waiting_.end(), std::greater<>());
}

// The first that is not settled.
std::uint32_t SourceContext::next_in_turn() const noexcept {
  return unsettled_ != kNil ? unsettled_ : waiting_.empty() ? kNil : waiting_.front().record;
}

void SourceContext::advance(std::int64_t end_ns) {
  complete_ns_ = std::max(complete_ns_, end_ns);
  for (std::uint32_t next = next_in_turn();
       next != kNil &&
       (end_ns == INT64_MAX || time_difference(end_ns, record(next).end_ns) >= window_.after_ns);
       next = next_in_turn()) {
    settle(next);
  }
  // No row that is still to come reaches back to these.
  while (first_ != unsettled_ && first_ != kNil && end_ns != INT64_MAX &&
         time_difference(time_difference(end_ns, window_.after_ns), record(first_).end_ns) >=
             window_.before_ns) {
    leave();
  }
}

// Makes the counts those around the end of `next`, the first that is not settled, and hands its row
// over.
void SourceContext::settle(std::uint32_t next) {
  const std::int64_t end_ns = record(next).end_ns;
  while (!waiting_.empty() && waiting_.front().end_ns <= complete_ns_ &&
         time_difference(waiting_.front().end_ns, end_ns) <= window_.after_ns) {
    enter();
  }
  while (time_difference(end_ns, record(first_).end_ns) > window_.before_ns) {
    leave();
  }
  const Record& settled = record(next);
  unsettled_ = settled.next;
  if (settled.row != kNoRow) {
    receiver_.context(settled.row, values_of(settled));
  }
}

void SourceContext::enter() {
  const std::uint32_t slot = waiting_.front().record;
  std::pop_heap(waiting_.begin(), waiting_.end(), std::greater<>());
  waiting_.pop_back();
  (first_ == kNil ? first_ : record(last_).next) = slot;
  last_ = slot;
  unsettled_ = unsettled_ == kNil ? slot : unsettled_;

  Record& entered = record(slot);
  Source& own = source(entered.source);
  if (own.flows++ == 0) {
    own.first = slot;
  } else {
    Record& before = record(own.last);
    before.next_of_source = slot;
    entered.log_gap = static_cast<std::uint64_t>(
        std::llround(log_gap(time_difference(entered.end_ns, before.end_ns)) / kGapUnit));
    own.gap_sum += entered.log_gap;
    own.gap_squares += Uint128{entered.log_gap} * entered.log_gap;
  }
  own.last = slot;
  own.unanswered += entered.is_unanswered ? 1U : 0U;
  own.resets += entered.is_reset ? 1U : 0U;
  own.peers += counter(entered.peer).flows++ == 0 ? 1U : 0U;
  own.ports += counter(entered.port).flows++ == 0 ? 1U : 0U;
  own.services += counter(entered.service).flows++ == 0 ? 1U : 0U;
}

// The first of all that have entered, and so of its source's.
void SourceContext::leave() {
  const std::uint32_t slot = first_;
  const Record left = record(slot);
  first_ = left.next;
  last_ = first_ == kNil ? kNil : last_;
  unsettled_ = unsettled_ == slot ? left.next : unsettled_;

  Source& own = source(left.source);
  own.first = left.next_of_source;
  if (--own.flows == 0) {
    own.last = kNil;
  } else {
    const std::uint64_t gap = record(own.first).log_gap;
    own.gap_sum -= gap;
    own.gap_squares -= Uint128{gap} * gap;
  }
  own.unanswered -= left.is_unanswered ? 1U : 0U;
  own.resets -= left.is_reset ? 1U : 0U;
  own.peers -= --counter(left.peer).flows == 0 ? 1U : 0U;
  own.ports -= --counter(left.port).flows == 0 ? 1U : 0U;
  own.services -= --counter(left.service).flows == 0 ? 1U : 0U;
  for (const std::uint32_t counted : {left.service, left.port, left.peer}) {
    counter_index_.prefetch(counter(counted).tag);
  }
  source_index_.prefetch(own.tag);
  let_go(left.service);
  let_go(left.port);
  let_go(left.peer);
  let_go_of_source(left.source);
  records_.give_back(slot);
}

void SourceContext::drop_first() {
  if (first_ == kNil || first_ == unsettled_) {
    const std::uint32_t next = next_in_turn();
    complete_ns_ = std::max(complete_ns_, record(next).end_ns);
    settle(next);
  }
  leave();
}

void SourceContext::finish() {
  advance(INT64_MAX);
  while (first_ != kNil) {
    leave();
  }
  waiting_ = {};
  complete_ns_ = INT64_MIN;
}

// ---------------------------------------------------------------- columns

ContextValues SourceContext::values_of(const Record& settled) const noexcept {
  const Source& own = source(settled.source);
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
          log1p_of(counter(settled.service).flows)};
}

double SourceContext::gap_deviation(const Source& source) const noexcept {
  if (source.flows < 3) {
    return 0;
  }
  const std::uint32_t gaps = source.flows - 1;
  const Uint128 spread = gaps * source.gap_squares -
                         Uint128{source.gap_sum} * source.gap_sum;  // n² times the variance
  return std::sqrt(static_cast<double>(spread)) * kGapUnit / gaps;
}

}  // namespace netml
