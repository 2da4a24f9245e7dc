#include "netml/flow/series_store.hpp"

#include <deque>
#include <random>

#include <gtest/gtest.h>

namespace netml {
namespace {

std::vector<std::int64_t> times(const SeriesStore& store, const SeriesHandle& series) {
  PageList<SeriesPacket> packets;
  store.read(series, packets);
  std::vector<std::int64_t> list;
  for (const SeriesPacket& packet : packets) {
    list.push_back(packet.ts_ns);
  }
  return list;
}

TEST(SeriesStore, KeepsSeriesOfAnyLengthInOrder) {
  for (const std::uint32_t length : {0u, 1u, 4u, 5u, 36u, 37u, 1000u}) {
    SeriesStore store;
    SeriesHandle series;
    std::vector<std::int64_t> expected;
    for (std::uint32_t i = 0; i < length; ++i) {
      SeriesPacket packet;
      packet.ts_ns = i;
      store.append(series, packet);
      expected.push_back(i);
    }
    EXPECT_EQ(series.count, length);
    EXPECT_EQ(times(store, series), expected);
  }
}

TEST(SeriesStore, ReadAppendsToWhatIsThere) {
  SeriesStore store;
  SeriesHandle series;
  store.append(series, {.ts_ns = 7});
  PageList<SeriesPacket> packets;
  packets.push_back({});
  store.read(series, packets);
  ASSERT_EQ(packets.size(), 2u);
  EXPECT_EQ(packets[1].ts_ns, 7);
}

TEST(SeriesStore, ChunksOfReleasedSeriesAreUsedAgainWithoutTheirContent) {
  SeriesStore store;
  SeriesHandle first;
  for (int i = 0; i < 100; ++i) {
    store.append(first, {.ts_ns = i});
  }
  const std::uint32_t head = first.first_chunk;
  store.release(first);
  EXPECT_EQ(first.count, 0u);
  EXPECT_EQ(first.first_chunk, SeriesHandle::kNone);
  SeriesHandle second;
  store.append(second, {.ts_ns = 1000});
  EXPECT_EQ(second.first_chunk, head);
  EXPECT_EQ(times(store, second), std::vector<std::int64_t>{1000});
}

TEST(SeriesStore, SeriesThatComeAndGoNeverMix) {
  SeriesStore store;
  struct Entry {
    SeriesHandle series;
    std::vector<std::int64_t> expected;
  };
  std::deque<Entry> live(20);
  std::mt19937 random(3);
  for (std::int64_t i = 0; i < 20000; ++i) {
    Entry& entry = live[random() % live.size()];
    if (random() % 60 == 0) {
      ASSERT_EQ(times(store, entry.series), entry.expected);
      store.release(entry.series);
      entry.expected.clear();
    } else {
      store.append(entry.series, {.ts_ns = i});
      entry.expected.push_back(i);
    }
  }
  for (const Entry& entry : live) {
    EXPECT_EQ(times(store, entry.series), entry.expected);
  }
}

}  // namespace
}  // namespace netml
