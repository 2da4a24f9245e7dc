#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "netml/core/char_buffer.hpp"
#include "netml/flow/epoch.hpp"
#include "netml/flow/flow_shards.hpp"
#include "netml/pipeline/extractor.hpp"

#include "context_rows.hpp"
#include "early_rows.hpp"

namespace netml {

/// An input begins: what the consumer is told before its first flow.
struct InputStart {
  std::size_t input = 0;
  std::int64_t first_packet_ns = 0;
};

/// An epoch on its way through the flow tables.
struct EpochJob {
  Epoch epoch;
  std::optional<InputStart> input;  ///< begins with this epoch

 private:
  friend class EpochPipeline;
  std::uint64_t number = 0;
  bool needs_all_tables = false;  ///< near a limit, or the end of the input
  bool is_end = false;
  bool is_exhausted = false;   ///< all flows that it ended are in slices, or wait for their context
  bool is_in_context = false;  ///< its clocks are known there
  bool is_all_in_context = false;  ///< and so are its flows
  std::size_t tables_left = 0;
  std::vector<std::vector<std::uint32_t>> positions;  ///< of the records of each table
  // Flows that ended, each list in closing order: one per table, or all of them in the first.
  std::vector<std::vector<ClosedFlow>> closed;
  std::vector<std::size_t> taken;  ///< of each list, so far
  std::vector<bool> is_ended;      ///< at the end of the input: no more will come
  std::vector<EarlyRow> early;     ///< of flows that are open
  std::size_t early_taken = 0;
};

/// What became of the flows that came out.
struct FlowCounts {
  std::uint64_t flows_written = 0;
  std::uint64_t packets_written = 0;
  std::uint64_t flows_too_short = 0;
  std::uint64_t packets_too_short = 0;
  std::uint64_t packets_over_limit = 0;     ///< of flows beyond PipelineOptions::flow_limit
  std::uint64_t packets_output_closed = 0;  ///< of flows that the consumer did not want any more
};

struct PipelineOptions {
  std::size_t threads = 1;  ///< that of the caller included
  std::uint64_t min_packets = 0;
  std::uint64_t flow_limit = 0;  ///< 0: none; exact with one thread and epochs of one packet
  std::optional<ContextOptions> context = {};  ///< rows tell of the flows around theirs
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
/// Where rows tell of the flows around theirs, arranging is where they wait for those to end. Rows
/// of open flows (PipelineOptions::early) leave at their packet, before the flows that it ends and
/// behind all rows that were final before it.
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

  bool is_output_closed() const noexcept { return output_closed_; }
  bool has_reached_flow_limit() const noexcept { return reached_flow_limit_; }
  bool is_stopped() const noexcept { return stopped_by_limit_; }
  /// Requires: everything has been written.
  const FlowCounts& counts() const noexcept { return counts_; }
  std::uint64_t context_dropped() const noexcept {
    return (context_rows_ ? context_rows_->dropped() : 0) +
           (options_.early != nullptr ? options_.early->dropped() : 0);
  }

 private:
  // Ended flows in closing order.
  struct Slice {
    enum class State { kArranged, kFormatting, kFormatted };
    State state = State::kArranged;
    std::optional<InputStart> input;  // begins before the first flow
    std::vector<ClosedFlow> flows;
    std::vector<ContextValues> contexts;  // one per flow where rows tell of others
    std::vector<ClosedFlow> dropped;      // that nobody wants
    struct Early {
      std::size_t place;  // before flows[place]
      EarlyRow row;
    };
    std::vector<Early> early;
    std::uint64_t first_id = 0;
    std::uint64_t packets = 0;
    CharBuffer text;
  };

  // What a thread does next.
  struct Task {
    enum class Kind { kNone, kApply, kArrange, kFormat, kWrite };
    Kind kind = Kind::kNone;
    EpochJob* job = nullptr;
    std::size_t table = 0;
    Slice* slice = nullptr;
  };

  // What one thread needs for itself.
  struct Worker {
    std::unique_ptr<FlowFormatter> formatter;
    std::vector<SeriesPacket> series;
    std::vector<std::byte> records;
    std::vector<ClosedFlow> released;
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
  Task pick_apply();
  void done(const Task& task);
  void give_back(const std::vector<ClosedFlow>& flows);
  bool is_idle() const noexcept;
  bool all_applied() const noexcept;

  void choose_order(Lock& lock, EpochJob& job);
  void split(EpochJob& job);
  void enqueue(EpochJob& job);

  void take_returned(const Task& task, Worker& worker);
  void release(Worker& worker);
  void apply(EpochJob& job, std::size_t table);
  void arrange(EpochJob& job, Slice& slice);
  bool arrange_next(EpochJob& job, Slice& slice);
  static bool is_early_next(const EpochJob& job, std::size_t list) noexcept;
  static void arrange_early(EpochJob& job, Slice& slice);
  bool arrange_in_context(EpochJob& job, Slice& slice);
  void refill(EpochJob& job);
  std::size_t next_list(EpochJob& job);
  bool is_wanted(const ClosedFlow& closed);
  void format(Slice& slice, Worker& worker);
  void write(const Slice& slice, Worker& worker);
  void write_flows(const Slice& slice, Worker& worker);
  void write_flow(const FlowView& flow);
  void write_early(const Slice& slice, std::size_t place, std::size_t& next);
  std::size_t flows_per_slice() const noexcept;
  FlowView view(const Slice& slice, std::size_t i, Worker& worker) const;

  FlowShards& shards_;
  FlowConsumer& consumer_;
  const PipelineOptions options_;
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
  std::vector<std::vector<ClosedFlow>> returned_;  ///< that each table may release

  std::vector<std::unique_ptr<Slice>> all_slices_;
  std::vector<Slice*> free_slices_;
  std::deque<Slice*> slices_;  ///< arranged and not written, in order
  bool is_arranging_ = false;
  bool is_writing_ = false;
  std::uint64_t next_id_ = 0;
  std::uint64_t wanted_ = 0;  ///< flows that get a row; some of them may still wait
  std::optional<ContextRows> context_rows_;
  std::atomic<std::size_t> row_bytes_ = 0;  ///< of a row that was formatted lately

  // The tables together, when all that had been submitted was applied, and the packets since then.
  std::size_t known_open_ = 0;
  std::uint64_t known_bytes_ = 0;
  std::size_t records_since_ = 0;

  FlowCounts counts_;
  std::atomic<bool> output_closed_ = false;
  std::atomic<bool> reached_flow_limit_ = false;
  std::atomic<bool> stopped_by_limit_ = false;

  std::vector<std::unique_ptr<Worker>> workers_;  ///< the first one is the caller's
};

}  // namespace netml
