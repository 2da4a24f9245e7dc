#include "netml/pipeline/flow_store.hpp"

namespace netml {

FlowStore::FlowStore(std::size_t state_size, std::uint64_t memory_limit)
    : state_size_(state_size), memory_limit_(memory_limit) {}

void FlowStore::begin_input(std::size_t input, std::int64_t first_packet_ns) {
  inputs_.push_back({input, first_packet_ns, flows_.size()});
}

void FlowStore::flow(const FlowView& flow) {
  const std::size_t begin = series_.size();
  series_.insert(series_.end(), flow.series.begin(), flow.series.end());
  states_.insert(states_.end(), flow.state, flow.state + state_size_);
  flows_.push_back({flow.flow, begin, series_.size()});
  const std::uint64_t bytes = flows_.capacity() * sizeof(Stored) + states_.capacity() +
                              series_.capacity() * sizeof(SeriesPacket);
  is_full_ = memory_limit_ != 0 && bytes > memory_limit_;
}

FlowView FlowStore::view(std::size_t i) const {
  const Stored& stored = flows_[i];
  return {stored.flow, states_.data() + i * state_size_,
          std::span(series_).subspan(stored.series_begin, stored.series_end - stored.series_begin),
          i};
}

void FlowStore::replay(FlowConsumer& consumer) const {
  std::size_t next_input = 0;
  const auto begin_inputs = [&](std::size_t next_flow) {
    while (next_input < inputs_.size() && inputs_[next_input].first_flow <= next_flow) {
      consumer.begin_input(inputs_[next_input].number, inputs_[next_input].first_packet_ns);
      ++next_input;
    }
  };
  for (std::size_t i = 0; i < flows_.size() && !consumer.is_done(); ++i) {
    begin_inputs(i);
    consumer.flow(view(i));
  }
  if (!consumer.is_done()) {
    begin_inputs(flows_.size());
  }
}

}  // namespace netml
