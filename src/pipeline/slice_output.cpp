#include "slice_output.hpp"

#include <algorithm>

#include "netml/core/progress.hpp"

#include "kept_list.hpp"

namespace netml {
namespace {

constexpr std::size_t kMostFlowsPerSlice = 1024;
constexpr std::size_t kSliceBytes = 64 * 1024;  // about

}  // namespace

std::size_t SliceOutput::flows_per_slice() const noexcept {
  const std::size_t row = std::max<std::size_t>(row_bytes_, 1);
  return std::clamp<std::size_t>(kSliceBytes / row, 8, kMostFlowsPerSlice);
}

FlowView SliceOutput::view(const Slice& slice, std::size_t i, Scratch& scratch) const {
  const ClosedFlow& closed = slice.flows[i];
  const FlowTable& table = shards_[closed.table];
  scratch.series.clear();
  table.read_series(closed.slot, scratch.series);
  clear_list(scratch.records);
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
  for (std::size_t i = 0; i < slice.flows.size(); ++i) {
    const FlowView flow = view(slice, i, scratch);
    scratch.formatter->append(flow, slice.text);
    slice.packets += flow.flow.packets();
  }
  if (!slice.flows.empty()) {
    row_bytes_ = slice.text.size() / slice.flows.size();
  }
}

void SliceOutput::write(const Slice& slice, Scratch& scratch) {
  progress::board.flows_closed += slice.flows.size() + slice.dropped.size();
  if (slice.input && !is_closed_) {
    consumer_.begin_input(slice.input->input, slice.input->first_packet_ns);
  }
  if (scratch.formatter) {
    write_text(slice);
  } else {
    write_flows(slice, scratch);
  }
}

void SliceOutput::write_text(const Slice& slice) {
  if (is_closed_) {
    written_.packets_output_closed += slice.packets;
    return;
  }
  consumer_.lines(slice.text.view());
  written_.flows_written += slice.flows.size();
  written_.packets_written += slice.packets;
  is_closed_ = consumer_.is_done();
}

void SliceOutput::write_flows(const Slice& slice, Scratch& scratch) {
  std::size_t next_early = 0;
  for (std::size_t i = 0; i < slice.flows.size(); ++i) {
    write_early(slice, i, next_early);
    write_flow(view(slice, i, scratch));
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
