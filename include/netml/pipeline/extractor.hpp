#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netml/core/char_buffer.hpp"
#include "netml/core/run_stats.hpp"
#include "netml/features/feature_set.hpp"
#include "netml/features/recipe.hpp"

namespace netml {

/// Formats flows ahead of their turn. Used by one thread at a time; the flows are of any order.
class FlowFormatter {
 public:
  virtual ~FlowFormatter() = default;
  /// Appends what FlowConsumer::lines is to be given for the flow.
  virtual void append(const FlowView& flow, CharBuffer& out) = 0;
};

/// What becomes of the flows. Called in closing order and never from two threads at once, though
/// not always from the same thread.
class FlowConsumer {
 public:
  virtual ~FlowConsumer() = default;

  /// Before any flow, once per thread: what it can do by itself. Null: flow() does it all.
  virtual std::unique_ptr<FlowFormatter> formatter() { return nullptr; }

  /// Before the first flow of an input. `first_packet_ns`: time of its first packet.
  virtual void begin_input(std::size_t input, std::int64_t first_packet_ns) = 0;
  /// A flow that ended and has enough packets. The view is valid until the call returns.
  virtual void flow(const FlowView& flow) = 0;
  /// Instead of flow() for as many flows as the formatter's `text` holds. Consumers with a
  /// formatter only.
  virtual void lines(std::string_view text) { static_cast<void>(text); }
  /// A flow that is still open, as it was after ExtractorOptions::early_packets of them: `values`
  /// has one number per column, NaN where there is none.
  virtual void early(const Flow& flow, std::span<const double> values) {
    static_cast<void>(flow);
    static_cast<void>(values);
  }
  /// True when no more flows are wanted (the reader of the output has gone away): the run stops and
  /// packets of flows that were not handed on count as `output_closed`.
  virtual bool is_done() const { return false; }
  /// Nothing more for now (a quiet pipe): hand on what is there.
  virtual void idle() {}
};

enum class InputStatus : std::uint8_t { kOk, kDamaged, kUnusable };

/// How one input ended.
struct InputOutcome {
  std::string path;
  InputStatus status = InputStatus::kOk;
  std::string message;       ///< `<path>: <reason> [packet n, byte m]`; empty when all is well
  std::int64_t span_ns = 0;  ///< from the first packet to the latest
  std::optional<std::int64_t> first_ns = {};  ///< of the first packet, where there was one
};

/// How a run over all inputs ended.
struct ExtractResult {
  std::vector<InputOutcome> inputs;
  RunStats stats;
  std::string limit_reason;           ///< why, when it was not the flow table's budget
  bool stopped_by_limit = false;      ///< memory budget or --max-flows under --on-limit stop
  bool stopped_by_max_flows = false;  ///< it was --max-flows
  bool reached_flow_limit = false;    ///< --limit
  bool output_closed = false;         ///< the consumer wanted no more
  int signal = 0;                     ///< that interrupted the run

  bool any_usable() const noexcept;
  /// Takes a run that its consumer ended for want of memory as stopped by the limit. `reason`: one
  /// line for the user, naming what would help.
  void stop_by_limit(std::string reason);
  /// 0, 3, 4, 6, 130, 141 or 143, as the outcome of the inputs asks for.
  int exit_status() const noexcept;
};

struct ExtractorOptions {
  std::string filter = {};          ///< --bpf
  bool is_continuous = false;       ///< flows go on across file borders
  std::uint64_t flow_limit = 0;     ///< --limit; 0: none
  std::uint64_t early_packets = 0;  ///< FlowConsumer::early() after so many; 0: never
  /// None of these three shows in the output.
  std::size_t threads = 1;        ///< at most; 0: one per processor, 8 at most
  std::size_t shards = 0;         ///< flow tables; 0: one per thread
  std::size_t epoch_records = 0;  ///< packets per epoch; 0: what suits the threads
};

/// Reads captures, keeps the flow tables and hands ended flows on.
///
/// An input that cannot be used, or is damaged part-way, ends that input and not the run; the
/// result says so. Throws what the consumer throws, UsageError (filter), and nothing else of its
/// own.
class Extractor {
 public:
  /// `features` must outlive the extractor.
  Extractor(const Recipe& recipe, const ExtractorOptions& options, const FeatureSet& features);
  ~Extractor();

  ExtractResult run(const std::vector<std::string>& paths, FlowConsumer& consumer);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace netml
