#include "context_rows.hpp"

#include <algorithm>

namespace netml {
namespace {

std::int64_t sum(std::int64_t a, std::int64_t b) noexcept {
  std::int64_t value = 0;
  return __builtin_add_overflow(a, b, &value) ? kNoTimeout : value;
}

}  // namespace

std::int64_t longest_silence_ns(const FlowPolicy& policy) noexcept {
  std::int64_t longest = 1;
  for (const std::int64_t idle :
       {policy.idle_timeout_ns, policy.tcp_idle_timeout_ns.value_or(policy.idle_timeout_ns),
        policy.udp_idle_timeout_ns.value_or(policy.idle_timeout_ns)}) {
    longest = std::max(longest, idle == kNoTimeout ? policy.active_timeout_ns : idle);
  }
  if (policy.expiry == ExpiryRule::kNfstream) {
    // A flow may wait behind all that began before it, which end by their age.
    constexpr std::int64_t kScans = 1'000'000'000;
    longest = sum(sum(longest, policy.active_timeout_ns), kScans);
  }
  return longest;
}

ContextRows::ContextRows(const ContextOptions& options)
    : options_(options), flows_(options.window, *this) {
  options_.most_flows = std::clamp<std::uint64_t>(options.most_flows, 1, SourceContext::kMostFlows);
}

void ContextRows::begin(const Epoch& epoch) {
  epoch_ = &epoch;
  position_ = 0;
  if (epoch.clock_was_set_back) {
    // What came before lies in a future that was none.
    flows_.finish();
    clock_ = INT64_MIN;
  }
}

// The clock at the packet before the one of that index: flows that end there were open then, so
// that none of them ended before it less the silence.
void ContextRows::move_clock_to(std::uint64_t index) {
  const std::vector<PacketRecord>& records = epoch_->records;
  for (; position_ < records.size() && records[position_].index < index; ++position_) {
    clock_ = epoch_->clocks[position_];
  }
}

void ContextRows::advance() {
  const std::int64_t clock_ns = options_.is_in_ms ? nanoseconds_from_ms(clock_) : clock_;
  std::int64_t complete_ns = 0;
  if (options_.silence_ns != kNoTimeout &&
      !__builtin_sub_overflow(clock_ns, options_.silence_ns, &complete_ns)) {
    flows_.advance(complete_ns);
  }
}

void ContextRows::add(const ClosedFlow& closed, const FlowTable& table, bool has_row) {
  advance_to(closed.end_index);
  std::uint64_t row = SourceContext::kNoRow;
  if (has_row) {
    row = first_row_ + rows_.size();
    // At the end of the input what was open stays where it is for a moment longer.
    const bool is_end = closed.end_index == UINT64_MAX;
    rows_.push_back({closed, is_end ? 0 : table.cost_of(closed.slot), false, {}});
    waiting_cost_ += rows_.back().cost;
  }
  flows_.add(context_flow(table.flow(closed.slot), options_.is_in_ms), row);
  while (is_over_limit()) {
    flows_.drop_first();
    ++dropped_;
  }
}

bool ContextRows::is_over_limit() const noexcept {
  if (flows_.size() > options_.most_flows) {
    return true;
  }
  const std::uint64_t bytes =
      flows_.used_bytes() + waiting_cost_ + (rows_.size() - final_) * sizeof(Waiting);
  return options_.memory_limit != 0 && bytes > options_.memory_limit && flows_.size() > 1;
}

bool ContextRows::advance_to(std::uint64_t index) {
  move_clock_to(index);
  advance();
  return final_ != 0;
}

void ContextRows::end() {
  advance_to(UINT64_MAX);
}

void ContextRows::end_input() {
  flows_.finish();
  clock_ = INT64_MIN;
}

void ContextRows::context(std::uint64_t row, const ContextValues& values) {
  Waiting& waiting = rows_[static_cast<std::size_t>(row - first_row_)];
  waiting.values = values;
  waiting.is_final = true;
  for (; final_ < rows_.size() && rows_[final_].is_final; ++final_) {
    waiting_cost_ -= rows_[final_].cost;
  }
}

bool ContextRows::take(ClosedFlow& closed, ContextValues& values) {
  if (final_ == 0) {
    return false;
  }
  closed = rows_.front().closed;
  values = rows_.front().values;
  rows_.pop_front();
  ++first_row_;
  --final_;
  return true;
}

}  // namespace netml
