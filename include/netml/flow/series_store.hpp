#pragma once

#include <cstdint>

#include "netml/core/page_list.hpp"
#include "netml/flow/slot_pool.hpp"

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

/// Per-packet series of many flows, in chunks from pools.
///
/// A flow's first chunk holds 4 packets, the next ones up to 32. Chunks of closed flows are used
/// again. One thread appends and releases; others may meanwhile read series that nobody appends to.
class SeriesStore {
 public:
  void append(SeriesHandle& series, const SeriesPacket& packet);
  /// Appends the whole series to `packets`, in order.
  void read(const SeriesHandle& series, PageList<SeriesPacket>& packets) const;
  void release(SeriesHandle& series) noexcept;

  /// Packets that a series of `count` has room for: what its chunks really take.
  static constexpr std::uint64_t capacity(std::uint64_t count) noexcept {
    return count == 0        ? 0
           : count <= kSmall ? kSmall
                             : kSmall + (count - kSmall + kLarge - 1) / kLarge * kLarge;
  }
  static constexpr std::uint64_t kMostPerAppend = 32;      ///< by which capacity grows at once
  static constexpr std::uint32_t kSmall = 4, kLarge = 32;  ///< packets per chunk

 private:
  template <std::uint32_t kCapacity>
  struct alignas(16) Chunk {
    std::uint32_t next = SeriesHandle::kNone;
    SeriesPacket packets[kCapacity];
  };

  // The first chunk of a series is a small one, all others are large.
  Chunk<kSmall>& small_at(std::uint32_t number) const noexcept {
    return *reinterpret_cast<Chunk<kSmall>*>(small_.at(number));
  }
  Chunk<kLarge>& large_at(std::uint32_t number) const noexcept {
    return *reinterpret_cast<Chunk<kLarge>*>(large_.at(number));
  }
  std::uint32_t take_large();

  SlotPool small_{sizeof(Chunk<kSmall>)};
  SlotPool large_{sizeof(Chunk<kLarge>)};
};

}  // namespace netml
