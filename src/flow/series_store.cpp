#include "netml/flow/series_store.hpp"

#include <algorithm>
#include <new>

namespace netml {

std::uint32_t SeriesStore::take_large() {
  const std::uint32_t number = large_.take();
  new (large_.at(number)) Chunk<kLarge>;
  return number;
}

void SeriesStore::append(SeriesHandle& series, const SeriesPacket& packet) {
  if (series.count == 0) {
    series.first_chunk = series.last_chunk = small_.take();
    new (small_.at(series.first_chunk)) Chunk<kSmall>;
  }
  const std::uint32_t place = series.count++;
  if (place < kSmall) {
    small_at(series.first_chunk).packets[place] = packet;
    return;
  }
  const std::uint32_t place_in_large = (place - kSmall) % kLarge;
  if (place_in_large == 0) {
    const std::uint32_t chunk = take_large();
    (place == kSmall ? small_at(series.first_chunk).next : large_at(series.last_chunk).next) =
        chunk;
    series.last_chunk = chunk;
  }
  large_at(series.last_chunk).packets[place_in_large] = packet;
}

void SeriesStore::read(const SeriesHandle& series, PageList<SeriesPacket>& packets) const {
  if (series.count == 0) {
    return;
  }
  packets.reserve(packets.size() + series.count);
  const Chunk<kSmall>& first = small_at(series.first_chunk);
  packets.append({first.packets, std::min(series.count, kSmall)});
  std::uint32_t left = series.count - std::min(series.count, kSmall);
  for (std::uint32_t chunk = first.next; left != 0; chunk = large_at(chunk).next) {
    const std::uint32_t count = std::min(left, kLarge);
    packets.append({large_at(chunk).packets, count});
    left -= count;
  }
}

void SeriesStore::release(SeriesHandle& series) noexcept {
  if (series.count != 0) {
    std::uint32_t chunk = small_at(series.first_chunk).next;
    small_.give_back(series.first_chunk);
    while (chunk != SeriesHandle::kNone) {
      const std::uint32_t next = large_at(chunk).next;
      large_.give_back(chunk);
      chunk = next;
    }
  }
  series = {};
}

}  // namespace netml
