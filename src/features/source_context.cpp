#include "netml/features/source_context.hpp"

#include <algorithm>
#include <functional>
#include <new>

namespace netml {
namespace {

constexpr std::uint32_t kNil = SourceCounts::kNil;

}  // namespace

// A flow that has ended.
struct SourceContext::Record {
  std::int64_t end_ns;
  std::uint64_t row;
  std::uint64_t log_gap;  // to the one before of its source, if there is one
  SourceCounts::Names names;
  std::uint32_t next;            // in order of ends
  std::uint32_t next_of_source;  // likewise
  bool is_unanswered, is_reset;
};

SourceContext::SourceContext(const ContextWindow& window, ContextReceiver& receiver)
    : window_(window),
      receiver_(receiver),
      counts_(window),
      records_(sizeof(Record)),
      first_(kNil),
      last_(kNil),
      unsettled_(kNil) {
  static_assert(sizeof(Record) % 8 == 0);
}

std::uint64_t SourceContext::used_bytes() const noexcept {
  constexpr std::uint64_t kTurn = 2 * sizeof(Turn);  // a vector that doubles
  return records_.in_use() * (sizeof(Record) + kTurn) + counts_.used_bytes();
}

SourceContext::Record& SourceContext::record(std::uint32_t slot) const noexcept {
  return *reinterpret_cast<Record*>(records_.at(slot));
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
  added.names = counts_.refer(flow);
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
    receiver_.context(settled.row, counts_.values(settled.names));
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
  SourceCounts::Source& own = counts_.source(entered.names.source);
  if (own.flows == 0) {
    own.first = slot;
  } else {
    Record& before = record(own.last);
    before.next_of_source = slot;
    entered.log_gap = SourceCounts::log_gap(time_difference(entered.end_ns, before.end_ns));
    counts_.add_gap(own, entered.log_gap);
  }
  own.last = slot;
  counts_.enter(entered.names, entered.is_unanswered, entered.is_reset);
}

// The first of all that have entered, and so of its source's.
void SourceContext::leave() {
  const std::uint32_t slot = first_;
  const Record left = record(slot);
  first_ = left.next;
  last_ = first_ == kNil ? kNil : last_;
  unsettled_ = unsettled_ == slot ? left.next : unsettled_;

  SourceCounts::Source& own = counts_.source(left.names.source);
  counts_.leave(left.names, left.is_unanswered, left.is_reset);
  own.first = left.next_of_source;
  if (own.flows == 0) {
    own.last = kNil;
  } else {
    counts_.remove_gap(own, record(own.first).log_gap);
  }
  counts_.let_go(left.names);
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
  waiting_ = std::vector<Turn>();  // its memory goes back; `{}` would only empty it
  complete_ns_ = INT64_MIN;
}

}  // namespace netml
