#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace netml {

/// One packet of a flow as the series features see it. 24 bytes.
struct SeriesPacket {
  std::int64_t ts_ns = 0;        ///< never before the packet that precedes it in the flow
  std::uint32_t size = 0;        ///< by the run's accounting
  std::uint32_t other_size = 0;  ///< by the second accounting that some column asks for
  std::uint8_t direction = 0;    ///< 0 forward, 1 backward
  std::uint8_t tcp_flags = 0;
  std::uint8_t ttl = 0;
};

/// The packets of one flow, by number in the store. Part of the flow's record.
struct SeriesHandle {
  static constexpr std::uint32_t kNone = UINT32_MAX;
  std::uint32_t first_chunk = kNone;
  std::uint32_t last_chunk = kNone;
  std::uint32_t count = 0;
};

/// Per-packet series of many flows, in chunks from an arena.
///
/// A flow's first chunk holds 4 packets, the next ones up to 32. Chunks of closed flows are used
/// again. Not thread-safe.
class SeriesStore {
 public:
  void append(SeriesHandle& series, const SeriesPacket& packet);
  /// Appends the whole series to `packets`, in order.
  void read(const SeriesHandle& series, std::vector<SeriesPacket>& packets) const;
  void release(SeriesHandle& series);

  /// Packets that a series of `count` has room for: what its chunks really take.
  static constexpr std::uint64_t capacity(std::uint64_t count) noexcept {
    return count == 0        ? 0
           : count <= kSmall ? kSmall
                             : kSmall + (count - kSmall + kLarge - 1) / kLarge * kLarge;
  }
  static constexpr std::uint64_t kMostPerAppend = 32;  ///< by which capacity grows at once

 private:
  static constexpr std::uint32_t kSmall = 4, kLarge = 32;

  struct Chunk {
    std::uint32_t next = SeriesHandle::kNone;
    std::uint32_t count = 0;
    std::uint32_t capacity = 0;
    std::unique_ptr<SeriesPacket[]> packets;
  };

  std::uint32_t take(std::uint32_t capacity);

  std::vector<Chunk> chunks_;
  std::vector<std::uint32_t> free_small_, free_large_;
};

}  // namespace netml
