#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "netml/pipeline/extractor.hpp"

namespace netml {

/// Flows with their state and series, kept until a recipe that depends on all of them is settled.
class FlowStore final : public FlowConsumer {
 public:
  /// `state_size` as of the feature set that made the flows. Above `memory_limit` bytes (0: no
  /// limit) the store is full and wants no more.
  FlowStore(std::size_t state_size, std::uint64_t memory_limit);

  void begin_input(std::size_t input, std::int64_t first_packet_ns) override;
  void flow(const FlowView& flow) override;

  bool is_done() const override { return is_full_; }

  std::size_t size() const noexcept { return flows_.size(); }
  /// Flow number i as it was given. Valid while the store lives and nothing is added.
  FlowView view(std::size_t i) const;

  /// Gives everything to `consumer`, as if it had been there.
  void replay(FlowConsumer& consumer) const;

 private:
  struct Stored {
    Flow flow;
    std::size_t series_begin = 0;
    std::size_t series_end = 0;
  };
  struct Input {
    std::size_t number = 0;
    std::int64_t first_packet_ns = 0;
    std::size_t first_flow = 0;
  };

  std::size_t state_size_;
  std::uint64_t memory_limit_;
  bool is_full_ = false;
  std::vector<Input> inputs_;
  std::vector<Stored> flows_;
  std::vector<std::byte> states_;
  std::vector<SeriesPacket> series_;
};

}  // namespace netml
