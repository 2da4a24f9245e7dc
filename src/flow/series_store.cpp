#include "netml/flow/series_store.hpp"

namespace netml {

std::uint32_t SeriesStore::take(std::uint32_t capacity) {
  std::vector<std::uint32_t>& free = capacity == kSmall ? free_small_ : free_large_;
  if (!free.empty()) {
    const std::uint32_t chunk = free.back();
    free.pop_back();
    return chunk;
  }
  Chunk chunk;
  chunk.capacity = capacity;
  chunk.packets = std::make_unique<SeriesPacket[]>(capacity);
  chunks_.push_back(std::move(chunk));
  return static_cast<std::uint32_t>(chunks_.size() - 1);
}

void SeriesStore::append(SeriesHandle& series, const SeriesPacket& packet) {
  if (series.first_chunk == SeriesHandle::kNone) {
    series.first_chunk = series.last_chunk = take(kSmall);
  } else if (chunks_[series.last_chunk].count == chunks_[series.last_chunk].capacity) {
    const std::uint32_t chunk = take(kLarge);
    chunks_[series.last_chunk].next = chunk;
    series.last_chunk = chunk;
  }
  Chunk& chunk = chunks_[series.last_chunk];
  chunk.packets[chunk.count++] = packet;
  ++series.count;
}

void SeriesStore::read(const SeriesHandle& series, std::vector<SeriesPacket>& packets) const {
  for (std::uint32_t i = series.first_chunk; i != SeriesHandle::kNone; i = chunks_[i].next) {
    packets.insert(packets.end(), chunks_[i].packets.get(),
                   chunks_[i].packets.get() + chunks_[i].count);
  }
}

void SeriesStore::release(SeriesHandle& series) {
  for (std::uint32_t i = series.first_chunk; i != SeriesHandle::kNone;) {
    Chunk& chunk = chunks_[i];
    const std::uint32_t next = chunk.next;
    chunk.next = SeriesHandle::kNone;
    chunk.count = 0;
    (chunk.capacity == kSmall ? free_small_ : free_large_).push_back(i);
    i = next;
  }
  series = {};
}

}  // namespace netml
