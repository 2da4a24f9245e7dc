#include "netml/pipeline/flow_store.hpp"

#include <cstring>
#include <new>

#include "netml/flow/flow_table.hpp"

namespace netml {
namespace {

// What a slot holds before the state.
struct Stored {
  Flow flow;
  SeriesHandle series;
  SeriesHandle records;
};
constexpr std::size_t kStateOffset = (sizeof(Stored) + 15) / 16 * 16;

std::size_t context_offset(std::size_t state_size) {
  return kStateOffset + (state_size + 15) / 16 * 16;
}

std::size_t slot_bytes(std::size_t state_size, bool has_context) {
  return context_offset(state_size) + (has_context ? (sizeof(ContextValues) + 15) / 16 * 16 : 0);
}

}  // namespace

FlowStore::FlowStore(std::size_t state_size, std::uint64_t memory_limit, std::size_t record_bytes,
                     Keeps keeps, std::span<const std::size_t> blob_offsets)
    : state_size_(state_size),
      record_bytes_(record_bytes),
      has_context_(keeps == Keeps::kFlowsAndContext),
      blob_offsets_(blob_offsets.begin(), blob_offsets.end()),
      memory_limit_(memory_limit),
      flows_(slot_bytes(state_size_, has_context_)),
      records_(record_bytes),
      blobs_(blob_offsets.empty() ? nullptr : std::make_unique<BlobStore>()) {}

// The copied state still refers to the blobs of the flow's table.
void FlowStore::copy_blobs(std::byte* state, const FlowView& flow) {
  for (const std::size_t offset : blob_offsets_) {
    const BlobHandle& original = blob_at(flow.state, offset);
    BlobHandle& own = blob_at(state, offset) = {};
    if (original.is_empty()) {
      continue;
    }
    std::byte* bytes = blobs_->reserve(own, original.capacity);
    if (bytes == nullptr) {
      throw std::bad_alloc();
    }
    std::memcpy(bytes, flow.blobs->at(original), original.capacity);
  }
}

void FlowStore::begin_input(std::size_t input, std::int64_t first_packet_ns) {
  inputs_.push_back({input, first_packet_ns, slots_.size()});
}

void FlowStore::flow(const FlowView& flow) {
  const std::uint32_t slot = flows_.take();
  Stored& stored = *new (flows_.at(slot)) Stored{flow.flow, {}, {}};
  std::memcpy(flows_.at(slot) + kStateOffset, flow.state, state_size_);
  if (has_context_) {
    new (flows_.at(slot) + context_offset(state_size_)) ContextValues(*flow.context);
  }
  copy_blobs(flows_.at(slot) + kStateOffset, flow);
  for (const SeriesPacket& packet : flow.series) {
    series_.append(stored.series, packet);
  }
  for (std::size_t at = 0; at < flow.records.size(); at += record_bytes_) {
    std::memcpy(records_.append(stored.records), flow.records.data() + at, record_bytes_);
  }
  slots_.push_back(slot);
  constexpr std::size_t kNumberBytes = 3 * sizeof(std::uint32_t);  // a vector that doubles
  used_bytes_ +=
      slot_bytes(state_size_, has_context_) + kNumberBytes +
      SeriesStore::capacity(flow.series.size()) * FlowTable::kSeriesPacketCost +
      RecordStore::capacity(stored.records.count) * FlowTable::record_cost(record_bytes_) +
      blob_bytes(flow.state, blob_offsets_);
  is_full_ = memory_limit_ != 0 && used_bytes_ > memory_limit_;
}

FlowView FlowStore::view(std::size_t i) const {
  const std::byte* slot = flows_.at(slots_[i]);
  const Stored& stored = *reinterpret_cast<const Stored*>(slot);
  viewed_.clear();
  series_.read(stored.series, viewed_);
  viewed_records_.clear();
  records_.read(stored.records, viewed_records_);
  const auto* context =
      has_context_ ? reinterpret_cast<const ContextValues*>(slot + context_offset(state_size_))
                   : nullptr;
  return {stored.flow, slot + kStateOffset, viewed_, i, context, viewed_records_, blobs_.get()};
}

void FlowStore::replay(FlowConsumer& consumer) const {
  std::size_t next_input = 0;
  const auto begin_inputs = [&](std::size_t next_flow) {
    while (next_input < inputs_.size() && inputs_[next_input].first_flow <= next_flow) {
      consumer.begin_input(inputs_[next_input].number, inputs_[next_input].first_packet_ns);
      ++next_input;
    }
  };
  for (std::size_t i = 0; i < slots_.size() && !consumer.is_done(); ++i) {
    begin_inputs(i);
    consumer.flow(view(i));
  }
  if (!consumer.is_done()) {
    begin_inputs(slots_.size());
  }
}

}  // namespace netml
