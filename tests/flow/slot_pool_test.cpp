#include "netml/flow/slot_pool.hpp"

#include <cstring>
#include <random>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "netml/flow/slot_list.hpp"

#include "support/resident.hpp"

namespace netml {
namespace {

TEST(SlotPool, SlotsAndEntriesAreApartAndAligned) {
  for (const std::size_t slot_bytes : {16u, 112u, 368u, 784u, 5u << 20}) {
    SlotPool pool(slot_bytes, 8);
    const std::size_t count = slot_bytes > 1000 ? 3 : 20'000;
    std::vector<std::uint32_t> slots;
    for (std::size_t i = 0; i < count; ++i) {
      slots.push_back(pool.take());
      std::memset(pool.at(slots.back()), static_cast<int>(i % 251), slot_bytes);
      std::memcpy(pool.entry_at(slots.back()), &i, sizeof i);
    }
    EXPECT_EQ(std::set<std::uint32_t>(slots.begin(), slots.end()).size(), count);
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(reinterpret_cast<std::uintptr_t>(pool.at(slots[i])) % 16, 0u);
      ASSERT_EQ(static_cast<std::size_t>(pool.at(slots[i])[0]), i % 251);
      ASSERT_EQ(static_cast<std::size_t>(pool.at(slots[i])[slot_bytes - 1]), i % 251);
      ASSERT_EQ(std::memcmp(pool.entry_at(slots[i]), &i, sizeof i), 0);
    }
  }
}

TEST(SlotPool, WhatWasGivenBackIsTakenFirst) {
  SlotPool pool(64);
  const std::uint32_t a = pool.take(), b = pool.take();
  EXPECT_EQ(pool.in_use(), 2u);
  pool.give_back(a);
  EXPECT_EQ(pool.take(), a);
  pool.give_back(b);
  pool.give_back(a);
  EXPECT_EQ(pool.in_use(), 0u);
}

TEST(SlotPool, EmptySlabsGoBackToTheSystemAllButAFew) {
  constexpr std::size_t kSlab = std::size_t{2} << 20, kSlotBytes = 4096,
                        kPerSlab = kSlab / kSlotBytes, kSlabs = 12;
  SlotPool pool(kSlotBytes);
  std::vector<std::uint32_t> slots;
  for (std::size_t i = 0; i < kSlabs * kPerSlab; ++i) {
    slots.push_back(pool.take());
    std::memset(pool.at(slots.back()), 1, kSlotBytes);
  }
  const auto in_memory = [&] {
    std::size_t total = 0;
    for (std::size_t i = 0; i < kSlabs; ++i) {
      total += test::resident(pool.at(slots[i * kPerSlab]), kSlab);
    }
    return total;
  };
  EXPECT_EQ(in_memory(), kSlabs * kSlab);
  // One slot of each slab stays: nothing can go.
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (i % kPerSlab != 0) {
      pool.give_back(slots[i]);
    }
  }
  EXPECT_EQ(in_memory(), kSlabs * kSlab);
  for (std::size_t i = 0; i < slots.size(); i += kPerSlab) {
    pool.give_back(slots[i]);
  }
  EXPECT_LE(in_memory(), 4 * kSlab);
  // And it can all be used again.
  for (std::size_t i = 0; i < slots.size(); ++i) {
    std::memset(pool.at(pool.take()), 2, kSlotBytes);
  }
  EXPECT_EQ(pool.in_use(), slots.size());
}

TEST(SlotPool, SlotsMayBeReadWhileOthersAreTaken) {
  SlotPool pool(1 << 16);
  const std::uint32_t first = pool.take();
  std::memset(pool.at(first), 7, 1 << 16);
  std::thread reader([&] {
    for (int i = 0; i < 2000; ++i) {
      ASSERT_EQ(static_cast<int>(pool.at(first)[static_cast<std::size_t>(i)]), 7);
    }
  });
  for (int i = 0; i < 500; ++i) {
    pool.at(pool.take())[0] = std::byte{1};
  }
  reader.join();
}

TEST(SlotList, KeepsAnyOrderThroughMoves) {
  SlotPool pool(16, 2 * sizeof(SlotLinks));
  SlotList list(pool, 1);
  std::vector<std::uint32_t> expected;
  std::mt19937 random(3);
  for (int i = 0; i < 5000; ++i) {
    const std::size_t at = expected.empty() ? 0 : random() % expected.size();
    switch (expected.size() < 5 ? 0 : random() % 3) {
      case 0:
        expected.push_back(pool.take());
        list.push_back(expected.back());
        break;
      case 1:
        list.move_to_back(expected[at]);
        expected.push_back(expected[at]);
        expected.erase(expected.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      default:
        list.erase(expected[at]);
        pool.give_back(expected[at]);
        expected.erase(expected.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
  std::vector<std::uint32_t> forward, backward;
  for (std::uint32_t slot = list.head(); slot != SlotList::kNone; slot = list.links(slot).next) {
    forward.push_back(slot);
  }
  for (std::uint32_t slot = list.tail(); slot != SlotList::kNone;
       slot = list.links(slot).previous) {
    backward.insert(backward.begin(), slot);
  }
  EXPECT_EQ(forward, expected);
  EXPECT_EQ(backward, expected);
  list.clear();
  EXPECT_EQ(list.head(), SlotList::kNone);
}

}  // namespace
}  // namespace netml
