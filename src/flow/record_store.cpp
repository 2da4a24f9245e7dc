#include "netml/flow/record_store.hpp"

#include <algorithm>
#include <new>

namespace netml {
namespace {

std::size_t chunk_bytes(std::size_t records, std::size_t record_bytes) {
  return (sizeof(std::uint32_t) + records * record_bytes + 15) / 16 * 16;
}

}  // namespace

RecordStore::RecordStore(std::size_t record_bytes)
    : record_bytes_(record_bytes),
      small_(chunk_bytes(kSmall, record_bytes)),
      large_(chunk_bytes(kLarge, record_bytes)) {}

std::byte* RecordStore::start(SlotPool& pool, std::uint32_t& number) {
  number = pool.take();
  std::byte* const chunk = pool.at(number);
  new (chunk) std::uint32_t(SeriesHandle::kNone);
  return chunk;
}

std::byte* RecordStore::append(SeriesHandle& list) {
  const std::uint32_t place = list.count;
  std::byte* chunk = nullptr;
  std::uint32_t place_in_chunk = place;
  if (place == 0) {
    chunk = start(small_, list.first_chunk);
  } else if (place < kSmall) {
    chunk = small_.at(list.first_chunk);
  } else {
    place_in_chunk = (place - kSmall) % kLarge;
    if (place_in_chunk != 0) {
      chunk = large_.at(list.last_chunk);
    } else {
      std::byte* const before =
          place == kSmall ? small_.at(list.first_chunk) : large_.at(list.last_chunk);
      chunk = start(large_, list.last_chunk);
      next_of(before) = list.last_chunk;
    }
  }
  ++list.count;
  return chunk + kRecordsBegin + place_in_chunk * record_bytes_;
}

void RecordStore::read(const SeriesHandle& list, PageList<std::byte>& records) const {
  records.reserve(records.size() + list.count * record_bytes_);
  std::uint32_t left = list.count, chunk = list.first_chunk;
  for (const SlotPool* pool = &small_; left != 0; pool = &large_) {
    const std::uint32_t count = std::min(left, pool == &small_ ? kSmall : kLarge);
    std::byte* const begin = pool->at(chunk);
    records.append({begin + kRecordsBegin, count * record_bytes_});
    chunk = next_of(begin);
    left -= count;
  }
}

void RecordStore::release(SeriesHandle& list) noexcept {
  if (list.count != 0) {
    std::uint32_t chunk = next_of(small_.at(list.first_chunk));
    small_.give_back(list.first_chunk);
    while (chunk != SeriesHandle::kNone) {
      const std::uint32_t next = next_of(large_.at(chunk));
      large_.give_back(chunk);
      chunk = next;
    }
  }
  list = {};
}

}  // namespace netml
