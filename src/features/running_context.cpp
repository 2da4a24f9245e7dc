#include "netml/features/running_context.hpp"

#include <algorithm>
#include <new>

namespace netml {
namespace {

constexpr std::uint32_t kNil = SourceCounts::kNil;

}  // namespace

// A flow that had a packet within the window.
struct RunningContext::Record {
  std::int64_t end_ns;
  std::uint64_t first_index;
  std::uint64_t log_gap;  // to the one before of its source, if there is one
  SourceCounts::Names names;
  std::uint32_t previous, next;  // of its source, in order of ends
  std::uint32_t slot;
  bool is_unanswered, is_reset;
};

RunningContext::RunningContext(const ContextWindow& window, std::uint64_t most_flows,
                               std::uint64_t memory_limit)
    : window_(window),
      most_flows_(std::clamp<std::uint64_t>(most_flows, 1, SourceCounts::kMostFlows)),
      memory_limit_(memory_limit),
      counts_(window),
      records_(sizeof(Record), sizeof(SlotLinks)),
      in_order_(records_) {
  static_assert(sizeof(Record) % 8 == 0);
}

RunningContext::Record& RunningContext::record(std::uint32_t at) const noexcept {
  return *reinterpret_cast<Record*>(records_.at(at));
}

std::uint64_t RunningContext::used_bytes() const noexcept {
  constexpr std::uint64_t kOfSlot = 2 * sizeof(std::uint32_t);  // a vector that doubles
  return records_.in_use() * (sizeof(Record) + sizeof(SlotLinks) + kOfSlot) + counts_.used_bytes();
}

void RunningContext::packet(std::uint32_t slot, const ContextFlow& flow) {
  while (in_order_.head() != kNil &&
         time_difference(flow.end_ns, record(in_order_.head()).end_ns) > window_.before_ns) {
    forget_first();
  }
  latest_ = find(slot, flow);
  if (latest_ == kNil) {
    latest_ = add(slot, flow);
  } else {
    unlink(latest_);
  }
  Record& own = record(latest_);
  own.end_ns = flow.end_ns;
  own.is_unanswered = flow.is_unanswered;
  own.is_reset = flow.is_reset;
  link(latest_);
  while (records_.in_use() > most_flows_ ||
         (memory_limit_ != 0 && used_bytes() > memory_limit_ && records_.in_use() > 1)) {
    forget_first();
    ++dropped_;
  }
}

// Slots are taken again once their flow has ended: the first packet tells flows apart.
std::uint32_t RunningContext::find(std::uint32_t slot, const ContextFlow& flow) const noexcept {
  const std::uint32_t at = slot < record_of_slot_.size() ? record_of_slot_[slot] : kNil;
  return at != kNil && record(at).first_index == flow.first_index ? at : kNil;
}

std::uint32_t RunningContext::add(std::uint32_t slot, const ContextFlow& flow) {
  if (slot >= record_of_slot_.size()) {
    record_of_slot_.resize(std::max<std::size_t>(slot + std::size_t{1}, 2 * record_of_slot_.size()),
                           kNil);
  }
  const std::uint32_t at = records_.take();
  Record& added = *new (records_.at(at)) Record{};
  added.first_index = flow.first_index;
  added.slot = slot;
  added.names = counts_.refer(flow);
  record_of_slot_[slot] = at;
  return at;
}

// As the last one of all.
void RunningContext::link(std::uint32_t at) noexcept {
  in_order_.push_back(at);
  Record& own = record(at);
  SourceCounts::Source& source = counts_.source(own.names.source);
  own.previous = source.flows == 0 ? kNil : source.last;
  own.next = kNil;
  if (own.previous != kNil) {
    Record& before = record(own.previous);
    before.next = at;
    own.log_gap = SourceCounts::log_gap(time_difference(own.end_ns, before.end_ns));
    counts_.add_gap(source, own.log_gap);
  }
  source.last = at;
  counts_.enter(own.names, own.is_unanswered, own.is_reset);
}

void RunningContext::unlink(std::uint32_t at) noexcept {
  in_order_.erase(at);
  const Record& own = record(at);
  SourceCounts::Source& source = counts_.source(own.names.source);
  counts_.leave(own.names, own.is_unanswered, own.is_reset);
  if (own.previous != kNil) {
    counts_.remove_gap(source, own.log_gap);
    record(own.previous).next = own.next;
  }
  if (own.next == kNil) {
    source.last = own.previous;
    return;
  }
  Record& after = record(own.next);
  counts_.remove_gap(source, after.log_gap);
  after.previous = own.previous;
  if (own.previous != kNil) {
    after.log_gap =
        SourceCounts::log_gap(time_difference(after.end_ns, record(own.previous).end_ns));
    counts_.add_gap(source, after.log_gap);
  }
}

void RunningContext::forget_first() noexcept {
  const std::uint32_t at = in_order_.head();
  unlink(at);
  const Record& own = record(at);
  if (record_of_slot_[own.slot] == at) {
    record_of_slot_[own.slot] = kNil;
  }
  counts_.let_go(own.names);
  records_.give_back(at);
}

ContextValues RunningContext::values() const noexcept {
  return counts_.values(record(latest_).names);
}

void RunningContext::clear() noexcept {
  while (in_order_.head() != kNil) {
    forget_first();
  }
}

}  // namespace netml
