#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "netml/flow/blob_store.hpp"
#include "netml/flow/record_store.hpp"
#include "netml/flow/series_store.hpp"
#include "netml/flow/slot_pool.hpp"
#include "netml/pipeline/extractor.hpp"

namespace netml {

/// Flows with their state and series, kept until a recipe that depends on all of them is settled.
/// In slots and chunks as the flow table has them: nothing is copied as the store grows.
class FlowStore final : public FlowConsumer {
 public:
  enum class Keeps : std::uint8_t { kFlows, kFlowsAndContext };

  /// `state_size`, `record_bytes` and `blob_offsets` as of the feature set that made the flows.
  /// Above `memory_limit` bytes (0: no limit), counted by constants, the store is full and wants no
  /// more.
  FlowStore(std::size_t state_size, std::uint64_t memory_limit, std::size_t record_bytes = 0,
            Keeps keeps = Keeps::kFlows, std::span<const std::size_t> blob_offsets = {});

  void begin_input(std::size_t input, std::int64_t first_packet_ns) override;
  void flow(const FlowView& flow) override;

  bool is_done() const override { return is_full_; }

  std::size_t size() const noexcept { return slots_.size(); }
  /// Flow number i as it was given. Valid until the next call, while the store lives and nothing is
  /// added.
  FlowView view(std::size_t i) const;

  /// Gives everything to `consumer`, as if it had been there.
  void replay(FlowConsumer& consumer) const;

 private:
  struct Input {
    std::size_t number = 0;
    std::int64_t first_packet_ns = 0;
    std::size_t first_flow = 0;
  };

  void copy_blobs(std::byte* state, const FlowView& flow);

  std::size_t state_size_;
  std::size_t record_bytes_;
  bool has_context_;
  std::vector<std::size_t> blob_offsets_;
  std::uint64_t memory_limit_;
  std::uint64_t used_bytes_ = 0;
  bool is_full_ = false;
  std::vector<Input> inputs_;
  SlotPool flows_;  ///< each a Flow, a SeriesHandle for both stores, the state and the context
  SeriesStore series_;
  RecordStore records_;
  std::unique_ptr<BlobStore> blobs_;  ///< where the state refers to some
  std::vector<std::uint32_t> slots_;
  // Of the flow that was looked at last.
  mutable PageList<SeriesPacket> viewed_;
  mutable PageList<std::byte> viewed_records_;
};

}  // namespace netml
