#include "flow_arranger.hpp"

namespace netml {
namespace {

constexpr std::size_t kNoList = SIZE_MAX;
constexpr std::size_t kMostEndedAtOnce = 1024;  // by one table, at the end of the input

// The list's next flow; the list need not keep it.
ClosedFlow take(EpochJob& job, std::size_t list) noexcept {
  ClosedFlows& closed = job.closed[list];
  const std::size_t place = job.taken[list]++;
  closed.let_go_before(place);
  return closed[place];
}

}  // namespace

FlowArranger::FlowArranger(FlowShards& shards, const ArrangerOptions& options)
    : shards_(shards), options_(options) {
  if (options.context) {
    context_rows_.emplace(*options.context);
  }
}

void FlowArranger::arrange(EpochJob& job, Slice& slice, std::size_t most) {
  slice.input = job.input;
  slice.flows.clear();
  slice.contexts.clear();
  slice.dropped.clear();
  slice.early.clear();
  slice.formatted = 0;
  slice.first_id = next_id_;
  job.input.reset();
  while (!job.is_exhausted &&
         slice.flows.size() + slice.dropped.size() + slice.early.size() < most) {
    job.is_exhausted = !(context_rows_ ? arrange_in_context(job, slice) : arrange_next(job, slice));
  }
  next_id_ += slice.flows.size();
  reached_flow_limit_ = options_.flow_limit != 0 && wanted_ >= options_.flow_limit;
}

// Moves the next flow into the slice. False when there is none.
bool FlowArranger::arrange_next(EpochJob& job, Slice& slice) {
  const std::size_t list = next_list(job);
  if (is_early_next(job, list)) {
    arrange_early(job, slice);
    return true;
  }
  if (list == kNoList) {
    return false;
  }
  const ClosedFlow closed = take(job, list);
  (is_wanted(closed) ? slice.flows : slice.dropped).push_back(closed);
  return true;
}

// Whether the next row of an open flow comes before the next flow of the list.
bool FlowArranger::is_early_next(const EpochJob& job, std::size_t list) noexcept {
  return job.early_taken < job.early.size() &&
         (list == kNoList ||
          job.early[job.early_taken].index <= job.closed[list][job.taken[list]].end_index);
}

void FlowArranger::arrange_early(EpochJob& job, Slice& slice) {
  slice.early.push_back({slice.flows.size(), std::move(job.early[job.early_taken++])});
}

// Moves a row whose context is complete into the slice, or the next flow among those that wait.
// All flows count in the context of others, those without a row too. False when what is left must
// wait for packets to come.
bool FlowArranger::arrange_in_context(EpochJob& job, Slice& slice) {
  if (!job.is_in_context) {
    job.is_in_context = true;
    context_rows_->begin(job.epoch);
  }
  ClosedFlow ready;
  ContextValues values;
  if (context_rows_->take(ready, values)) {
    slice.flows.push_back(ready);
    slice.contexts.push_back(values);
    return true;
  }
  const std::size_t list = next_list(job);
  if (is_early_next(job, list)) {
    if (!context_rows_->advance_to(job.early[job.early_taken].index)) {
      arrange_early(job, slice);
    }
    return true;
  }
  if (list != kNoList) {
    const ClosedFlow closed = take(job, list);
    const bool has_row = is_wanted(closed);
    context_rows_->add(closed, shards_[closed.table], has_row);
    if (!has_row) {
      slice.dropped.push_back(closed);
    }
    return true;
  }
  if (!job.is_all_in_context) {
    job.is_all_in_context = true;
    job.is_end ? context_rows_->end_input() : context_rows_->end();
    return true;
  }
  return false;
}

// The list whose next flow is the first of all in closing order; kNoList when all are empty.
std::size_t FlowArranger::next_list(EpochJob& job) {
  if (job.is_end) {
    refill(job);
  }
  std::size_t first = kNoList;
  for (std::size_t list = 0; list < job.closed.size(); ++list) {
    if (job.taken[list] < job.closed[list].size() &&
        (first == kNoList ||
         closing_order(job.closed[list][job.taken[list]], job.closed[first][job.taken[first]]))) {
      first = list;
    }
  }
  return first;
}

// At the end of the input tables end their flows a few at a time.
void FlowArranger::refill(EpochJob& job) {
  for (std::size_t table = 0; table < shards_.size(); ++table) {
    if (job.taken[table] == job.closed[table].size() && !job.is_ended[table]) {
      job.closed[table].clear();
      job.taken[table] = 0;
      shards_[table].finish(job.closed[table], kMostEndedAtOnce);
      job.is_ended[table] = job.closed[table].empty();
    }
  }
}

bool FlowArranger::is_wanted(const ClosedFlow& closed) {
  if (options_.flow_limit != 0 && wanted_ >= options_.flow_limit) {
    left_out_.packets_over_limit += shards_[closed.table].flow(closed.slot).packets();
    return false;
  }
  if (options_.min_packets > 1) {
    const std::uint64_t packets = shards_[closed.table].flow(closed.slot).packets();
    if (packets < options_.min_packets) {
      ++left_out_.flows_too_short;
      left_out_.packets_too_short += packets;
      return false;
    }
  }
  ++wanted_;
  return true;
}

}  // namespace netml
