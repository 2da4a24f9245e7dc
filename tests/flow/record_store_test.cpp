#include "netml/flow/record_store.hpp"

#include <cstring>
#include <deque>
#include <random>

#include <gtest/gtest.h>

namespace netml {
namespace {

void append(RecordStore& store, SeriesHandle& list, std::uint32_t value) {
  std::memcpy(store.append(list), &value, sizeof value);
}

std::vector<std::uint32_t> values(const RecordStore& store, const SeriesHandle& list,
                                  std::size_t record_bytes) {
  PageList<std::byte> records;
  store.read(list, records);
  EXPECT_EQ(records.size(), list.count * record_bytes);
  std::vector<std::uint32_t> out;
  for (std::size_t at = 0; at < records.size(); at += record_bytes) {
    std::memcpy(&out.emplace_back(), records.data() + at, sizeof(std::uint32_t));
  }
  return out;
}

TEST(RecordStore, KeepsListsOfAnyLengthInOrder) {
  for (const std::size_t record_bytes : {4U, 20U, 36U}) {
    for (const std::uint32_t length : {0U, 1U, 4U, 5U, 36U, 37U, 1000U}) {
      RecordStore store(record_bytes);
      SeriesHandle list;
      std::vector<std::uint32_t> expected;
      for (std::uint32_t i = 0; i < length; ++i) {
        append(store, list, i);
        expected.push_back(i);
      }
      EXPECT_EQ(list.count, length);
      EXPECT_EQ(values(store, list, record_bytes), expected);
    }
  }
}

TEST(RecordStore, ManyListsDoNotMix) {
  RecordStore store(20);
  std::mt19937 random(3);
  std::deque<std::pair<SeriesHandle, std::vector<std::uint32_t>>> lists(50);
  for (std::uint32_t step = 0; step < 20'000; ++step) {
    auto& [list, expected] = lists[random() % lists.size()];
    if (random() % 200 == 0) {
      ASSERT_EQ(values(store, list, 20), expected);
      store.release(list);
      expected.clear();
    } else {
      append(store, list, step);
      expected.push_back(step);
    }
  }
  for (auto& [list, expected] : lists) {
    ASSERT_EQ(values(store, list, 20), expected);
  }
}

}  // namespace
}  // namespace netml
