#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "netml/flow/flow_shards.hpp"
#include "netml/pipeline/extractor.hpp"

#include "reading_gate.hpp"
#include "slice.hpp"

namespace netml {

/// What became of the flows that have a row.
struct WrittenCounts {
  std::uint64_t flows_written = 0;
  std::uint64_t packets_written = 0;
  std::uint64_t packets_output_closed = 0;  ///< of flows that the consumer did not want any more
};

/// Reads the flows of slices out of their tables and hands them to the consumer: as text, where it
/// takes text and none of its rows are of open flows, else one by one.
class SliceOutput {
 public:
  /// What one thread needs for itself.
  struct Scratch {
    std::unique_ptr<FlowFormatter> formatter;
    PageList<SeriesPacket> series;
    PageList<std::byte> records;
  };

  /// `early_bytes`: of the row of an open flow, 0 without such rows. Both must outlive the object.
  SliceOutput(const FlowShards& shards, FlowConsumer& consumer, std::size_t early_bytes)
      : shards_(shards), consumer_(consumer), row_bytes_(early_bytes) {}

  /// Makes the text of a slice's flows, or of the first of them where it would become long: rows
  /// may be wider than any before. Any number of slices side by side, each thread with a scratch of
  /// its own that has a formatter.
  void format(Slice& slice, Scratch& scratch);
  /// Slices in order, one at a time; where scratches have formatters they went through format(),
  /// and what that left is formatted here.
  void write(Slice& slice, Scratch& scratch);
  /// Tells the consumer that there is nothing more for now.
  void idle();

  /// Flows of one slice: so many that it stays small, however wide rows are.
  std::size_t flows_per_slice() const noexcept;
  /// What the text of a slice is likely to take.
  std::size_t text_bytes_per_slice() const noexcept;
  bool is_closed() const noexcept { return is_closed_; }
  const WrittenCounts& written() const noexcept { return written_; }

 private:
  FlowView view(const Slice& slice, std::size_t i, Scratch& scratch) const;
  void format_next(Slice& slice, Scratch& scratch);
  void format_flow(Slice& slice, std::size_t i, Scratch& scratch);
  void write_text(Slice& slice, Scratch& scratch);
  void write_flows(const Slice& slice, Scratch& scratch);
  void write_flow(const FlowView& flow);
  void write_early(const Slice& slice, std::size_t place, std::size_t& next);

  const FlowShards& shards_;
  FlowConsumer& consumer_;
  ReadingGate gate_;
  std::atomic<std::size_t> row_bytes_;  ///< of a row that was formatted lately; 0: none was
  WrittenCounts written_;
  std::atomic<bool> is_closed_ = false;
};

}  // namespace netml
