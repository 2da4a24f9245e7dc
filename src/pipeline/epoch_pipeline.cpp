#include "epoch_pipeline.hpp"

#include <algorithm>

#include <pthread.h>
#include <signal.h>

#include "netml/core/progress.hpp"

namespace netml {
namespace {

constexpr std::size_t kEpochsInFlight = 4;
constexpr std::size_t kSlicesInFlight = 16;
constexpr std::size_t kMostTextInFlight = std::size_t{4} << 20;

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

}  // namespace

EpochPipeline::EpochPipeline(FlowShards& shards, FlowConsumer& consumer,
                             const PipelineOptions& options)
    : shards_(shards),
      early_(options.early),
      arranger_(shards, options.arranger),
      output_(shards, consumer, early_ != nullptr ? early_->row_bytes() : 0),
      next_of_table_(shards.size()),
      is_table_busy_(shards.size()),
      returned_(shards.size()),
      in_release_(shards.size()) {
  const std::size_t threads = std::max<std::size_t>(options.threads, 1);
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
    workers_.back()->scratch.formatter = early_ == nullptr ? consumer.formatter() : nullptr;
  }
  has_formatter_ = workers_.front()->scratch.formatter != nullptr;
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
  take_returned(own_tables(task));
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
      release(own_tables(task));
      apply(*task.job, task.table);
      break;
    case Task::Kind::kArrange:
      release(own_tables(task));
      arranger_.arrange(*task.job, *task.slice, output_.flows_per_slice());
      break;
    case Task::Kind::kFormat:
      output_.format(*task.slice, worker.scratch);
      break;
    case Task::Kind::kWrite:
      output_.write(*task.slice, worker.scratch);
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
  if (const Task task = pick_format(); task.kind != Task::Kind::kNone) {
    return task;
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

// The first slice can always be formatted, others as long as there is not much text.
EpochPipeline::Task EpochPipeline::pick_format() {
  const auto is_arranged = [](const Slice* slice) {
    return slice->state == Slice::State::kArranged;
  };
  const auto next = std::find_if(slices_.begin(), slices_.end(), is_arranged);
  if (next == slices_.end()) {
    return {};
  }
  const std::size_t bytes = output_.text_bytes_per_slice();
  if (next != slices_.begin() && text_bytes_ + bytes > kMostTextInFlight) {
    return {};
  }
  Slice* const slice = *next;
  slice->state = Slice::State::kFormatting;
  slice->text_bytes = bytes;
  text_bytes_ += bytes;
  return {Task::Kind::kFormat, nullptr, 0, slice};
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
      text_bytes_ += task.slice->text.size();
      text_bytes_ -= task.slice->text_bytes;
      task.slice->text_bytes = task.slice->text.size();
      break;
    case Task::Kind::kWrite:
      is_writing_ = false;
      text_bytes_ -= task.slice->text_bytes;
      task.slice->text_bytes = 0;
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
    returned_[flow.table].push_back(flow.slot);
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
    job.closed[table].clear();
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
  const TableRange all_tables{0, shards_.size()};
  take_returned(all_tables);
  release(all_tables);
  if (early_ != nullptr) {
    early_->end_input();
  }
  known_open_ = 0;
  known_bytes_ = 0;
  records_since_ = 0;
  progress::board.flows_open = 0;
}

void EpochPipeline::idle() {
  Lock lock(mutex_);
  work_until(lock, [this] { return is_idle(); });
  output_.idle();
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

// Those that the task has to itself, so that it may release what was returned. Before the end of an
// input tables release as they apply an epoch; at the end, when flows are as many as there are,
// whoever arranges has all of them.
EpochPipeline::TableRange EpochPipeline::own_tables(const Task& task) const noexcept {
  if (task.kind == Task::Kind::kApply && !task.job->needs_all_tables) {
    return {task.table, task.table + 1};
  }
  if (task.kind == Task::Kind::kApply || (task.kind == Task::Kind::kArrange && task.job->is_end)) {
    return {0, shards_.size()};
  }
  return {0, 0};
}

// What was returned is handed over, not copied: one packet may have ended all flows.
void EpochPipeline::take_returned(TableRange tables) noexcept {
  for (std::size_t table = tables.begin; table < tables.end; ++table) {
    in_release_[table].swap(returned_[table]);
  }
}

void EpochPipeline::release(TableRange tables) noexcept {
  for (std::size_t table = tables.begin; table < tables.end; ++table) {
    for (const std::uint32_t slot : in_release_[table]) {
      shards_[table].release(slot);
    }
    in_release_[table].clear();
  }
}

void EpochPipeline::apply(EpochJob& job, std::size_t table) {
  if (job.epoch.empty()) {
    return;
  }
  if (early_ != nullptr) {
    early_->begin(job.epoch, job.early);
  }
  if (job.needs_all_tables) {
    const std::size_t before = shards_.budget().open_flows();
    shards_.apply_in_order(job.epoch, job.closed.front());
    report_open_flows(before, shards_.budget().open_flows());
  } else {
    const std::size_t before = shards_[table].open_flows();
    shards_.apply(table, job.epoch, job.positions[table], job.closed[table]);
    report_open_flows(before, shards_[table].open_flows());
  }
  if (shards_[table].is_stopped() && !stopped_by_limit_) {  // there is but one table then
    stopped_by_max_flows_ = shards_[table].is_stopped_by_max_flows();
    stopped_by_limit_ = true;
  }
}

}  // namespace netml
