#include "slice_output.hpp"

#include <algorithm>

#include "netml/core/progress.hpp"

namespace netml {
namespace {

constexpr std::size_t kMostFlowsPerSlice = 1024;
constexpr std::size_t kFirstFlowsPerSlice = 256;            // before a row has been seen
constexpr std::size_t kSliceBytes = std::size_t{64} << 10;  // about
constexpr std::size_t kMostTextBytes = 4 * kSliceBytes;

// What one long row took is not kept.
void clear_text(CharBuffer& text) {
  constexpr std::size_t kMostKeptBytes = std::size_t{512} << 10;
  if (text.capacity() > kMostKeptBytes) {
    text = {};
  }
  text.clear();
}

// What one long flow took is not kept.
void clear_scratch(SliceOutput::Scratch& scratch) {
  scratch.series.clear();
  scratch.records.clear();
}

}  // namespace

std::size_t SliceOutput::flows_per_slice() const noexcept {
  const std::size_t row = row_bytes_;
  return row == 0 ? kFirstFlowsPerSlice
                  : std::clamp<std::size_t>(kSliceBytes / row, 1, kMostFlowsPerSlice);
}

std::size_t SliceOutput::text_bytes_per_slice() const noexcept {
  return std::max<std::size_t>(row_bytes_, kSliceBytes);
}

FlowView SliceOutput::view(const Slice& slice, std::size_t i, Scratch& scratch) const {
  const ClosedFlow& closed = slice.flows[i];
  const FlowTable& table = shards_[closed.table];
  table.read_series(closed.slot, scratch.series);
  table.read_records(closed.slot, scratch.records);
  return {table.flow(closed.slot),
          table.state(closed.slot),
          scratch.series,
          slice.first_id + i,
          slice.contexts.empty() ? nullptr : &slice.contexts[i],
          scratch.records,
          table.blobs()};
}

void SliceOutput::format(Slice& slice, Scratch& scratch) {
  format_next(slice, scratch);
  if (slice.text_flows != 0) {
    row_bytes_ = slice.text.size() / slice.text_flows;
  }
}

// Anew the text of the flows that follow, until it is long enough.
void SliceOutput::format_next(Slice& slice, Scratch& scratch) {
  clear_text(slice.text);
  slice.text_flows = 0;
  slice.text_packets = 0;
  while (slice.formatted < slice.flows.size() && slice.text.size() < kMostTextBytes) {
    format_flow(slice, slice.formatted++, scratch);
  }
}

void SliceOutput::format_flow(Slice& slice, std::size_t i, Scratch& scratch) {
  const ClosedFlow& closed = slice.flows[i];
  const ReadingGate::Pass pass(gate_, shards_[closed.table].reading_bytes(closed.slot));
  const FlowView flow = view(slice, i, scratch);
  scratch.formatter->append(flow, slice.text);
  ++slice.text_flows;
  slice.text_packets += flow.flow.packets();
  clear_scratch(scratch);
}

void SliceOutput::write(Slice& slice, Scratch& scratch) {
  progress::board.flows_closed += slice.flows.size() + slice.dropped.size();
  if (slice.input && !is_closed_) {
    consumer_.begin_input(slice.input->input, slice.input->first_packet_ns);
  }
  if (scratch.formatter) {
    write_text(slice, scratch);
  } else {
    write_flows(slice, scratch);
  }
}

void SliceOutput::write_text(Slice& slice, Scratch& scratch) {
  for (; !is_closed_ && slice.text_flows != 0; format_next(slice, scratch)) {
    consumer_.lines(slice.text.view());
    written_.flows_written += slice.text_flows;
    written_.packets_written += slice.text_packets;
    is_closed_ = consumer_.is_done();
  }
  written_.packets_output_closed += slice.text_packets;
  for (; slice.formatted < slice.flows.size(); ++slice.formatted) {
    const ClosedFlow& closed = slice.flows[slice.formatted];
    written_.packets_output_closed += shards_[closed.table].flow(closed.slot).packets();
  }
  clear_text(slice.text);
}

void SliceOutput::write_flows(const Slice& slice, Scratch& scratch) {
  std::size_t next_early = 0;
  for (std::size_t i = 0; i < slice.flows.size(); ++i) {
    write_early(slice, i, next_early);
    write_flow(view(slice, i, scratch));
    clear_scratch(scratch);
  }
  write_early(slice, slice.flows.size(), next_early);
}

void SliceOutput::write_flow(const FlowView& flow) {
  if (is_closed_) {
    written_.packets_output_closed += flow.flow.packets();
    return;
  }
  consumer_.flow(flow);
  ++written_.flows_written;
  written_.packets_written += flow.flow.packets();
  is_closed_ = consumer_.is_done();
}

// Those that come before the flow of that place. `next`: the first that was not written.
void SliceOutput::write_early(const Slice& slice, std::size_t place, std::size_t& next) {
  for (; next < slice.early.size() && slice.early[next].place == place; ++next) {
    if (!is_closed_) {
      consumer_.early(slice.early[next].row.flow, slice.early[next].row.values);
      is_closed_ = consumer_.is_done();
    }
  }
}

void SliceOutput::idle() {
  consumer_.idle();
  is_closed_ = is_closed_ || consumer_.is_done();
}

}  // namespace netml
