#pragma once

#include <cstddef>
#include <cstdint>

#include "netml/core/page_list.hpp"
#include "netml/flow/series_store.hpp"
#include "netml/flow/slot_pool.hpp"

namespace netml {

/// Records of one size, a list of them for each of many flows: what a set of columns remembers of
/// every packet. In chunks as a SeriesStore has them, and with the same rules for threads.
class RecordStore {
 public:
  /// `record_bytes`: a multiple of 4.
  explicit RecordStore(std::size_t record_bytes);

  /// Room for one record more, aligned to 4, its content undefined. Valid until release().
  std::byte* append(SeriesHandle& list);
  /// Appends all records to `records`, in order.
  void read(const SeriesHandle& list, PageList<std::byte>& records) const;
  void release(SeriesHandle& list) noexcept;

  /// Records that a list of `count` has room for: what its chunks really take.
  static constexpr std::uint64_t capacity(std::uint64_t count) noexcept {
    return SeriesStore::capacity(count);
  }
  static constexpr std::uint64_t kMostPerAppend = SeriesStore::kMostPerAppend;

 private:
  static constexpr std::uint32_t kSmall = SeriesStore::kSmall, kLarge = SeriesStore::kLarge;

  // A chunk: the number of the next one, then records.
  static constexpr std::size_t kRecordsBegin = sizeof(std::uint32_t);
  static std::uint32_t& next_of(std::byte* chunk) noexcept {
    return *reinterpret_cast<std::uint32_t*>(chunk);
  }
  std::byte* start(SlotPool& pool, std::uint32_t& number);

  std::size_t record_bytes_;
  SlotPool small_;
  SlotPool large_;
};

}  // namespace netml
