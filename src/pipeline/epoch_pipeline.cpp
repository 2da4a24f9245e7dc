#include "epoch_pipeline.hpp"

#include <algorithm>

#include <pthread.h>
#include <signal.h>

#include "netml/core/progress.hpp"

namespace netml {
namespace {

constexpr std::size_t kEpochsInFlight = 4;
constexpr std::size_t kSlicesInFlight = 16;
constexpr std::size_t kMostFlowsPerSlice = 1024;
constexpr std::size_t kNoList = SIZE_MAX;
constexpr std::size_t kSliceBytes = 256 * 1024;  // of text, about
// Lists that one mass ending made long are not kept.
constexpr std::size_t kMostKeptEntries = 65'536;

// Signals are for the caller's thread, whose reads they interrupt.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &old_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t old_;
};

void report_open_flows(std::size_t before, std::size_t after) {
  progress::board.flows_open.fetch_add(
      static_cast<std::int64_t>(after) - static_cast<std::int64_t>(before),
      std::memory_order_relaxed);
}

template <typename T>
void clear(std::vector<T>& list) {
  if (list.capacity() > kMostKeptEntries) {
    list = {};
  }
  list.clear();
}

}  // namespace

EpochPipeline::EpochPipeline(FlowShards& shards, FlowConsumer& consumer,
                             const PipelineOptions& options)
    : shards_(shards),
      consumer_(consumer),
      options_(options),
      next_of_table_(shards.size()),
      is_table_busy_(shards.size()),
      returned_(shards.size()) {
  const std::size_t threads = std::max<std::size_t>(options.threads, 1);
  if (options.context) {
    context_rows_.emplace(*options.context);
  }
  prepare(end_job_);
  // One is being filled while others are worked on.
  for (std::size_t i = 0; i < (threads == 1 ? 1 : kEpochsInFlight + 1); ++i) {
    free_jobs_.push_back(all_jobs_.emplace_back(std::make_unique<EpochJob>()).get());
    prepare(*free_jobs_.back());
  }
  for (std::size_t i = 0; i < (threads == 1 ? 1 : kSlicesInFlight); ++i) {
    free_slices_.push_back(all_slices_.emplace_back(std::make_unique<Slice>()).get());
  }
  for (std::size_t i = 0; i < threads; ++i) {
    workers_.push_back(std::make_unique<Worker>());
    workers_.back()->formatter = options.early == nullptr ? consumer.formatter() : nullptr;
  }
  has_formatter_ = workers_.front()->formatter != nullptr;
  start_threads();
}

EpochPipeline::~EpochPipeline() {
  {
    const Lock lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  for (const auto& worker : workers_) {
    if (worker->thread.joinable()) {
      worker->thread.join();
    }
  }
}

void EpochPipeline::prepare(EpochJob& job) const {
  job.positions.resize(shards_.size());
  job.closed.resize(shards_.size());
  job.taken.resize(shards_.size());
  job.is_ended.resize(shards_.size());
}

// Fewer threads than asked for change nothing but the time.
void EpochPipeline::start_threads() noexcept {
  const SignalsBlocked blocked;
  for (std::size_t i = 1; i < workers_.size(); ++i) {
    Worker& own = *workers_[i];
    try {
      own.thread = std::thread([this, &own] { run_thread(own); });
    } catch (const std::exception&) {  // no more threads, or no memory for them
      return;
    }
  }
}

// ---------------------------------------------------------------- threads

void EpochPipeline::run_thread(Worker& worker) noexcept {
  Lock lock(mutex_);
  try {
    while (!stop_) {
      if (!work_once(lock, worker)) {
        changed_.wait(lock);
      }
    }
  } catch (...) {  // choosing the work failed, for want of memory; the caller's thread says so
    error_ = error_ ? error_ : std::current_exception();
    changed_.notify_all();
  }
}

// Does one task, if there is one. The lock is open meanwhile.
bool EpochPipeline::work_once(Lock& lock, Worker& worker) {
  const Task task = pick();
  if (task.kind == Task::Kind::kNone) {
    return false;
  }
  take_returned(task, worker);
  lock.unlock();
  std::exception_ptr error;
  try {
    run(task, worker);
  } catch (...) {
    error = std::current_exception();
  }
  lock.lock();
  if (error && !error_) {
    error_ = error;
  }
  done(task);
  changed_.notify_all();
  return true;
}

template <typename IsDone>
void EpochPipeline::work_until(Lock& lock, IsDone is_done) {
  while (!error_ && !is_done()) {
    if (!work_once(lock, *workers_.front())) {
      changed_.wait(lock);
    }
  }
  if (error_) {
    std::rethrow_exception(error_);
  }
}

void EpochPipeline::run(const Task& task, Worker& worker) {
  switch (task.kind) {
    case Task::Kind::kApply:
      release(worker);
      apply(*task.job, task.table);
      break;
    case Task::Kind::kArrange:
      release(worker);
      arrange(*task.job, *task.slice);
      break;
    case Task::Kind::kFormat:
      format(*task.slice, worker);
      break;
    case Task::Kind::kWrite:
      write(*task.slice, worker);
      break;
    case Task::Kind::kNone:
      break;
  }
}

// The latest stage first, so that little is in flight. Nothing more after an error.
EpochPipeline::Task EpochPipeline::pick() {
  if (error_) {
    return {};
  }
  if (!is_writing_ && !slices_.empty() && slices_.front()->state == Slice::State::kFormatted) {
    is_writing_ = true;
    return {Task::Kind::kWrite, nullptr, 0, slices_.front()};
  }
  for (Slice* slice : slices_) {
    if (slice->state == Slice::State::kArranged) {
      slice->state = Slice::State::kFormatting;
      return {Task::Kind::kFormat, nullptr, 0, slice};
    }
  }
  if (!is_arranging_ && !jobs_.empty() && jobs_.front()->tables_left == 0 &&
      !free_slices_.empty()) {
    is_arranging_ = true;
    Slice* slice = free_slices_.back();
    free_slices_.pop_back();
    return {Task::Kind::kArrange, jobs_.front(), 0, slice};
  }
  return pick_apply();
}

EpochPipeline::Task EpochPipeline::pick_apply() {
  for (EpochJob* job : jobs_) {
    if (job->tables_left == 0) {
      continue;
    }
    for (std::size_t table = 0; table < shards_.size(); ++table) {
      if (next_of_table_[table] != job->number || is_table_busy_[table]) {
        continue;
      }
      if (!job->needs_all_tables) {
        is_table_busy_[table] = true;
        return {Task::Kind::kApply, job, table, nullptr};
      }
      const auto is_ready = [&](std::uint64_t number) { return number == job->number; };
      if (std::all_of(next_of_table_.begin(), next_of_table_.end(), is_ready)) {
        is_table_busy_.assign(shards_.size(), true);
        return {Task::Kind::kApply, job, 0, nullptr};
      }
      return {};  // later jobs wait for this one
    }
  }
  return {};
}

void EpochPipeline::done(const Task& task) {
  switch (task.kind) {
    case Task::Kind::kApply:
      if (task.job->needs_all_tables) {
        task.job->tables_left = 0;
        is_table_busy_.assign(shards_.size(), false);
        next_of_table_.assign(shards_.size(), task.job->number + 1);
      } else {
        --task.job->tables_left;
        is_table_busy_[task.table] = false;
        ++next_of_table_[task.table];
      }
      break;
    case Task::Kind::kArrange:
      is_arranging_ = false;
      give_back(task.slice->dropped);
      if (task.slice->flows.empty() && task.slice->early.empty() && !task.slice->input) {
        free_slices_.push_back(task.slice);
      } else {
        task.slice->state = has_formatter_ ? Slice::State::kArranged : Slice::State::kFormatted;
        slices_.push_back(task.slice);
      }
      if (task.job->is_exhausted) {
        jobs_.pop_front();
        if (!task.job->is_end) {
          free_jobs_.push_back(task.job);
        }
      }
      break;
    case Task::Kind::kFormat:
      task.slice->state = Slice::State::kFormatted;
      break;
    case Task::Kind::kWrite:
      is_writing_ = false;
      slices_.pop_front();
      give_back(task.slice->flows);
      free_slices_.push_back(task.slice);
      break;
    case Task::Kind::kNone:
      break;
  }
}

void EpochPipeline::give_back(const std::vector<ClosedFlow>& flows) {
  for (const ClosedFlow& flow : flows) {
    returned_[flow.table].push_back(flow);
  }
}

bool EpochPipeline::all_applied() const noexcept {
  return std::all_of(jobs_.begin(), jobs_.end(),
                     [](const EpochJob* job) { return job->tables_left == 0; });
}

bool EpochPipeline::is_idle() const noexcept {
  return jobs_.empty() && slices_.empty();
}

// ---------------------------------------------------------------- the caller's side

EpochJob& EpochPipeline::begin() {
  Lock lock(mutex_);
  work_until(lock, [this] { return !free_jobs_.empty(); });
  EpochJob& job = *free_jobs_.back();
  free_jobs_.pop_back();
  job.epoch.clear();
  job.input.reset();
  job.is_end = false;
  job.is_exhausted = false;
  job.needs_all_tables = false;
  return job;
}

void EpochPipeline::submit(EpochJob& job) {
  Lock lock(mutex_);
  if (!job.epoch.empty()) {
    choose_order(lock, job);
    if (!job.needs_all_tables) {
      split(job);
    }
  }
  enqueue(job);
  if (workers_.size() == 1) {
    work_until(lock, [this] { return is_idle(); });
  } else if (error_) {
    std::rethrow_exception(error_);
  }
}

void EpochPipeline::enqueue(EpochJob& job) {
  for (std::size_t table = 0; table < shards_.size(); ++table) {
    clear(job.closed[table]);
    job.taken[table] = 0;
    job.is_ended[table] = false;
  }
  job.early.clear();
  job.early_taken = 0;
  job.is_exhausted = false;
  job.is_in_context = false;
  job.is_all_in_context = false;
  job.number = next_number_++;
  job.tables_left = shards_.size();
  jobs_.push_back(&job);
  changed_.notify_all();
}

void EpochPipeline::end_input() {
  Lock lock(mutex_);
  EpochJob& job = end_job_;
  job.is_end = true;
  job.needs_all_tables = true;
  enqueue(job);
  work_until(lock, [this] { return is_idle(); });
  take_returned({Task::Kind::kApply, &job, 0, nullptr}, *workers_.front());
  release(*workers_.front());
  if (options_.early != nullptr) {
    options_.early->end_input();
  }
  known_open_ = 0;
  known_bytes_ = 0;
  records_since_ = 0;
  progress::board.flows_open = 0;
}

void EpochPipeline::idle() {
  Lock lock(mutex_);
  work_until(lock, [this] { return is_idle(); });
  consumer_.idle();
  output_closed_ = output_closed_ || consumer_.is_done();
}

// An epoch that could pass a limit needs all tables at once. What they hold is looked at only when
// nobody works on them; in between it is bounded by what it was and the packets since then.
void EpochPipeline::choose_order(Lock& lock, EpochJob& job) {
  const FlowBudget& budget = shards_.budget();
  const std::size_t records = job.epoch.records.size();
  if (!all_applied() && budget.is_near(records_since_ + records, known_open_, known_bytes_)) {
    work_until(lock, [this] { return all_applied(); });
  }
  if (all_applied()) {
    known_open_ = budget.open_flows();
    known_bytes_ = budget.used_bytes();
    records_since_ = 0;
  }
  job.needs_all_tables = budget.is_near(records_since_ + records, known_open_, known_bytes_);
  records_since_ += records;
}

void EpochPipeline::split(EpochJob& job) {
  if (shards_.size() == 1) {
    return;
  }
  for (std::vector<std::uint32_t>& positions : job.positions) {
    positions.clear();
  }
  for (std::size_t i = 0; i < job.epoch.records.size(); ++i) {
    job.positions[shards_.shard_of(job.epoch.records[i])].push_back(static_cast<std::uint32_t>(i));
  }
}

// ---------------------------------------------------------------- apply

// What the task's tables may release. Before the end of an input, whose flows are as many as there
// are, tables do it as they apply an epoch; then whoever arranges has the tables to himself.
void EpochPipeline::take_returned(const Task& task, Worker& worker) {
  const bool is_apply = task.kind == Task::Kind::kApply;
  if (!is_apply && !(task.kind == Task::Kind::kArrange && task.job->is_end)) {
    return;
  }
  const bool is_all = !is_apply || task.job->needs_all_tables;
  for (std::size_t table = 0; table < shards_.size(); ++table) {
    if (is_all || table == task.table) {
      worker.released.insert(worker.released.end(), returned_[table].begin(),
                             returned_[table].end());
      clear(returned_[table]);
    }
  }
}

// Requires: nobody else works on the tables.
void EpochPipeline::release(Worker& worker) {
  for (const ClosedFlow& flow : worker.released) {
    shards_[flow.table].release(flow.slot);
  }
  clear(worker.released);
}

void EpochPipeline::apply(EpochJob& job, std::size_t table) {
  if (job.epoch.empty()) {
    return;
  }
  if (options_.early != nullptr) {
    options_.early->begin(job.epoch, job.early);
  }
  if (job.needs_all_tables) {
    const std::size_t before = shards_.budget().open_flows();
    shards_.apply_in_order(job.epoch, job.closed.front());
    report_open_flows(before, shards_.budget().open_flows());
    stopped_by_limit_ = shards_.is_stopped();
  } else {
    const std::size_t before = shards_[table].open_flows();
    shards_.apply(table, job.epoch, job.positions[table], job.closed[table]);
    report_open_flows(before, shards_[table].open_flows());
  }
}

// ---------------------------------------------------------------- arrange

void EpochPipeline::arrange(EpochJob& job, Slice& slice) {
  slice.input = job.input;
  slice.flows.clear();
  slice.contexts.clear();
  slice.dropped.clear();
  slice.early.clear();
  slice.text.clear();
  slice.packets = 0;
  slice.first_id = next_id_;
  job.input.reset();
  const std::size_t most = flows_per_slice();
  while (!job.is_exhausted &&
         slice.flows.size() + slice.dropped.size() + slice.early.size() < most) {
    job.is_exhausted = !(context_rows_ ? arrange_in_context(job, slice) : arrange_next(job, slice));
  }
  next_id_ += slice.flows.size();
  reached_flow_limit_ = options_.flow_limit != 0 && wanted_ >= options_.flow_limit;
}

// Moves the next flow into the slice. False when there is none.
bool EpochPipeline::arrange_next(EpochJob& job, Slice& slice) {
  const std::size_t list = next_list(job);
  if (is_early_next(job, list)) {
    arrange_early(job, slice);
    return true;
  }
  if (list == kNoList) {
    return false;
  }
  const ClosedFlow& closed = job.closed[list][job.taken[list]++];
  (is_wanted(closed) ? slice.flows : slice.dropped).push_back(closed);
  return true;
}

// Whether the next row of an open flow comes before the next flow of the list.
bool EpochPipeline::is_early_next(const EpochJob& job, std::size_t list) noexcept {
  return job.early_taken < job.early.size() &&
         (list == kNoList ||
          job.early[job.early_taken].index <= job.closed[list][job.taken[list]].end_index);
}

void EpochPipeline::arrange_early(EpochJob& job, Slice& slice) {
  slice.early.push_back({slice.flows.size(), std::move(job.early[job.early_taken++])});
}

// Moves a row whose context is complete into the slice, or the next flow among those that wait.
// All flows count in the context of others, those without a row too. False when what is left must
// wait for packets to come.
bool EpochPipeline::arrange_in_context(EpochJob& job, Slice& slice) {
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
    const ClosedFlow& closed = job.closed[list][job.taken[list]++];
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
std::size_t EpochPipeline::next_list(EpochJob& job) {
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
void EpochPipeline::refill(EpochJob& job) {
  for (std::size_t table = 0; table < shards_.size(); ++table) {
    if (job.taken[table] == job.closed[table].size() && !job.is_ended[table]) {
      job.closed[table].clear();
      job.taken[table] = 0;
      shards_[table].finish(job.closed[table], kMostFlowsPerSlice);
      job.is_ended[table] = job.closed[table].empty();
    }
  }
}

bool EpochPipeline::is_wanted(const ClosedFlow& closed) {
  if (options_.flow_limit != 0 && wanted_ >= options_.flow_limit) {
    counts_.packets_over_limit += shards_[closed.table].flow(closed.slot).packets();
    return false;
  }
  if (options_.min_packets > 1) {
    const std::uint64_t packets = shards_[closed.table].flow(closed.slot).packets();
    if (packets < options_.min_packets) {
      ++counts_.flows_too_short;
      counts_.packets_too_short += packets;
      return false;
    }
  }
  ++wanted_;
  return true;
}

// So many that the text of a slice stays small, however wide its rows are.
std::size_t EpochPipeline::flows_per_slice() const noexcept {
  const std::size_t row = std::max<std::size_t>(row_bytes_, 1);
  return std::clamp<std::size_t>(kSliceBytes / row, 8, kMostFlowsPerSlice);
}

// ---------------------------------------------------------------- format and write

FlowView EpochPipeline::view(const Slice& slice, std::size_t i, Worker& worker) const {
  const ClosedFlow& closed = slice.flows[i];
  const FlowTable& table = shards_[closed.table];
  worker.series.clear();
  table.read_series(closed.slot, worker.series);
  clear(worker.records);
  table.read_records(closed.slot, worker.records);
  return {table.flow(closed.slot),
          table.state(closed.slot),
          worker.series,
          slice.first_id + i,
          slice.contexts.empty() ? nullptr : &slice.contexts[i],
          worker.records,
          table.blobs()};
}

void EpochPipeline::format(Slice& slice, Worker& worker) {
  for (std::size_t i = 0; i < slice.flows.size(); ++i) {
    const FlowView flow = view(slice, i, worker);
    worker.formatter->append(flow, slice.text);
    slice.packets += flow.flow.packets();
  }
  if (!slice.flows.empty()) {
    row_bytes_ = slice.text.size() / slice.flows.size();
  }
}

void EpochPipeline::write(const Slice& slice, Worker& worker) {
  progress::board.flows_closed += slice.flows.size() + slice.dropped.size();
  if (slice.input && !output_closed_) {
    consumer_.begin_input(slice.input->input, slice.input->first_packet_ns);
  }
  if (!has_formatter_) {
    write_flows(slice, worker);
  } else if (output_closed_) {
    counts_.packets_output_closed += slice.packets;
  } else {
    consumer_.lines(slice.text.view());
    counts_.flows_written += slice.flows.size();
    counts_.packets_written += slice.packets;
    output_closed_ = consumer_.is_done();
  }
}

void EpochPipeline::write_flows(const Slice& slice, Worker& worker) {
  std::size_t next_early = 0;
  for (std::size_t i = 0; i < slice.flows.size(); ++i) {
    write_early(slice, i, next_early);
    write_flow(view(slice, i, worker));
  }
  write_early(slice, slice.flows.size(), next_early);
}

void EpochPipeline::write_flow(const FlowView& flow) {
  if (output_closed_) {
    counts_.packets_output_closed += flow.flow.packets();
    return;
  }
  consumer_.flow(flow);
  ++counts_.flows_written;
  counts_.packets_written += flow.flow.packets();
  output_closed_ = consumer_.is_done();
}

// Those that come before the flow of that place. `next`: the first that was not written.
void EpochPipeline::write_early(const Slice& slice, std::size_t place, std::size_t& next) {
  for (; next < slice.early.size() && slice.early[next].place == place; ++next) {
    if (!output_closed_) {
      consumer_.early(slice.early[next].row.flow, slice.early[next].row.values);
      output_closed_ = consumer_.is_done();
    }
  }
}

}  // namespace netml
