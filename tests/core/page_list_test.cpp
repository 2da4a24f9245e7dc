#include "netml/core/page_list.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace netml {
namespace {

using Numbers = PageList<std::uint64_t>;

constexpr std::size_t kKept = Numbers::kKeptBytes / sizeof(std::uint64_t);
constexpr std::size_t kMany = 5 * kKept + 3;

Numbers numbers(std::size_t count) {
  Numbers list;
  for (std::size_t i = 0; i < count; ++i) {
    list.push_back(i + 1);
  }
  return list;
}

TEST(PageList, KeepsItsValuesAsItGrows) {
  const Numbers list = numbers(kMany);
  ASSERT_EQ(list.size(), kMany);
  for (std::size_t i = 0; i < kMany; ++i) {
    ASSERT_EQ(list[i], i + 1);
  }
  EXPECT_EQ(list.front(), 1u);
  EXPECT_EQ(list.back(), kMany);
}

TEST(PageList, AppendsOtherLists) {
  Numbers list;
  list.append({});
  EXPECT_TRUE(list.empty());
  const std::vector<std::uint64_t> more = {7, 8, 9};
  list.push_back(6);
  list.append(more);
  EXPECT_EQ(std::vector<std::uint64_t>(list.begin(), list.end()),
            (std::vector<std::uint64_t>{6, 7, 8, 9}));
}

TEST(PageList, ClearGivesBackWhatWasLongAndKeepsWhatWasNot) {
  Numbers list = numbers(kMany);
  list.clear();
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.capacity(), 0u);
  list = numbers(100);
  const std::size_t before = list.capacity();
  list.clear();
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.capacity(), before);
  EXPECT_NE(before, 0u);
}

TEST(PageList, WhatIsNotLookedAtAnyMoreGoesBackBeforeTheRest) {
  Numbers list = numbers(kMany);
  list.let_go_before(kKept - 1);
  EXPECT_EQ(list[0], 1u) << "a short list keeps all";
  list.let_go_before(3 * kKept + 5);
  EXPECT_EQ(list.size(), kMany);
  EXPECT_EQ(list[0], 0u) << "pages that went back read as zero";
  EXPECT_EQ(list[3 * kKept - 1], 0u);
  for (std::size_t i = 3 * kKept; i < kMany; ++i) {
    ASSERT_EQ(list[i], i + 1);
  }
  list.clear();
  list.push_back(11);
  list.let_go_before(1);
  EXPECT_EQ(list[0], 11u);
}

TEST(PageList, MovesAndSwaps) {
  Numbers first = numbers(3);
  Numbers second = numbers(kMany);
  first.swap(second);
  EXPECT_EQ(first.size(), kMany);
  const Numbers moved = std::move(second);
  EXPECT_EQ(std::vector<std::uint64_t>(moved.begin(), moved.end()),
            (std::vector<std::uint64_t>{1, 2, 3}));
}

}  // namespace
}  // namespace netml
