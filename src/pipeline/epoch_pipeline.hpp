#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "netml/flow/flow_shards.hpp"

#include "early_rows.hpp"
#include "flow_arranger.hpp"
#include "slice.hpp"
#include "slice_output.hpp"

namespace netml {

/// What became of the flows that came out.
struct FlowCounts {
  WrittenCounts written;
  LeftOutCounts left_out;
};

struct PipelineOptions {
  std::size_t threads = 1;  ///< that of the caller included
  ArrangerOptions arranger = {};
  EarlyRows* early = nullptr;  ///< observes the only table; null: no rows of open flows
};

/// Applies epochs to the flow tables and hands ended flows on in closing order.
///
/// One thread, the caller's, submits epochs; it and the others do whatever work there is, latest
/// stage first:
///
///   apply    an epoch to one table (side by side for different tables, in order for each)
///   arrange  the flows that ended, of all tables, in slices of one order
///   format   a slice (any number side by side)
///   write    the slices in order
///
/// Little is in flight at any time: a slow consumer stops the caller in begin(). Flows stay in
/// their tables until their slice is written.
class EpochPipeline {
 public:
  /// `shards` and `consumer` must outlive the pipeline.
  EpochPipeline(FlowShards& shards, FlowConsumer& consumer, const PipelineOptions& options);
  /// Lets the work in hand end and leaves the rest.
  ~EpochPipeline();
  EpochPipeline(const EpochPipeline&) = delete;
  EpochPipeline& operator=(const EpochPipeline&) = delete;

  /// An empty epoch to fill. Throws what the work threw.
  EpochJob& begin();
  /// Hands over an epoch from begin(); it may be empty. Throws what the work threw.
  void submit(EpochJob& job);
  /// Ends all open flows and returns when everything has been written. The tables are as new
  /// afterwards. Throws what the work threw.
  void end_input();
  /// Returns when everything that was submitted has been written and the consumer knows that there
  /// is nothing more for now. Throws what the work threw.
  void idle();

  bool is_output_closed() const noexcept { return output_.is_closed(); }
  bool has_reached_flow_limit() const noexcept { return arranger_.has_reached_flow_limit(); }
  bool is_stopped() const noexcept { return stopped_by_limit_; }
  bool is_stopped_by_max_flows() const noexcept { return stopped_by_max_flows_; }
  /// Requires: everything has been written.
  FlowCounts counts() const noexcept { return {output_.written(), arranger_.left_out()}; }
  std::uint64_t context_dropped() const noexcept { return arranger_.context_dropped(); }

 private:
  // What a thread does next.
  struct Task {
    enum class Kind { kNone, kApply, kArrange, kFormat, kWrite };
    Kind kind = Kind::kNone;
    EpochJob* job = nullptr;
    std::size_t table = 0;
    Slice* slice = nullptr;
  };

  // By number, the last one excluded.
  struct TableRange {
    std::size_t begin;
    std::size_t end;
  };

  // What one thread needs for itself.
  struct Worker {
    SliceOutput::Scratch scratch;
    std::thread thread;
  };

  using Lock = std::unique_lock<std::mutex>;

  void prepare(EpochJob& job) const;
  void start_threads() noexcept;
  void run_thread(Worker& worker) noexcept;
  bool work_once(Lock& lock, Worker& worker);
  template <typename IsDone>
  void work_until(Lock& lock, IsDone is_done);
  void run(const Task& task, Worker& worker);

  Task pick();
  Task pick_format();
  Task pick_apply();
  void done(const Task& task);
  void give_back(const std::vector<ClosedFlow>& flows);
  bool is_idle() const noexcept;
  bool all_applied() const noexcept;

  void choose_order(Lock& lock, EpochJob& job);
  void split(EpochJob& job);
  void enqueue(EpochJob& job);

  TableRange own_tables(const Task& task) const noexcept;
  void take_returned(TableRange tables) noexcept;
  void release(TableRange tables) noexcept;
  void apply(EpochJob& job, std::size_t table);

  FlowShards& shards_;
  EarlyRows* const early_;
  FlowArranger arranger_;
  SliceOutput output_;
  bool has_formatter_ = false;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;
  std::exception_ptr error_;

  std::vector<std::unique_ptr<EpochJob>> all_jobs_;
  std::vector<EpochJob*> free_jobs_;
  EpochJob end_job_;            ///< "all open flows end"
  std::deque<EpochJob*> jobs_;  ///< submitted and not all arranged, in order
  std::uint64_t next_number_ = 0;
  std::vector<std::uint64_t> next_of_table_;  ///< number of the job that each table needs next
  std::vector<bool> is_table_busy_;
  // Slots that each table may release, and those that whoever works on it is releasing.
  std::vector<PageList<std::uint32_t>> returned_;
  std::vector<PageList<std::uint32_t>> in_release_;

  std::vector<std::unique_ptr<Slice>> all_slices_;
  std::vector<Slice*> free_slices_;
  std::deque<Slice*> slices_;   ///< arranged and not written, in order
  std::size_t text_bytes_ = 0;  ///< of the slices that are formatted or about to be
  bool is_arranging_ = false;
  bool is_writing_ = false;

  // The tables together, when all that had been submitted was applied, and the packets since then.
  std::size_t known_open_ = 0;
  std::uint64_t known_bytes_ = 0;
  std::size_t records_since_ = 0;

  std::atomic<bool> stopped_by_max_flows_ = false;
  std::atomic<bool> stopped_by_limit_ = false;

  std::vector<std::unique_ptr<Worker>> workers_;  ///< the first one is the caller's
};

}  // namespace netml
