#include "netml/flow/clock_set_backs.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "support/flow_packets.hpp"

namespace netml {
namespace {

using test::kSecond;

TEST(ClockSetBacks, AMarkCountsAsTheLowestClockThatWasSetBehindIt) {
  std::mt19937 random(5);
  struct Mark {
    std::uint64_t index;
    std::int64_t mark, rewritten;
  };
  std::vector<Mark> marks;
  ClockSetBacks set_backs;
  std::uint64_t index = 0;
  for (int step = 0; step < 3000; ++step) {
    index += random() % 3;
    if (random() % 4 != 0) {
      const auto mark = static_cast<std::int64_t>(random() % 1000);
      marks.push_back({index, mark, mark});
    } else {
      const auto clock = static_cast<std::int64_t>(random() % 1000);
      set_backs.add(++index, clock);
      for (Mark& one : marks) {
        one.rewritten = std::min(one.rewritten, clock);
      }
    }
  }
  for (const Mark& one : marks) {
    const std::int64_t mark =
        set_backs.is_behind(one.index) ? set_backs.up_to_date(one.mark, one.index) : one.mark;
    ASSERT_EQ(mark, one.rewritten) << "made at packet " << one.index;
  }
}

TEST(ClockSetBacks, OnlyThoseThatNoLaterOneWentBelowAreKept) {
  ClockSetBacks set_backs;
  for (std::uint64_t i = 1; i <= 3 * ClockSetBacks::kMost; ++i) {
    ASSERT_FALSE(set_backs.is_full());
    set_backs.add(i, -static_cast<std::int64_t>(i));
  }
  EXPECT_EQ(set_backs.up_to_date(7, 0), -static_cast<std::int64_t>(3 * ClockSetBacks::kMost));
}

// One flow with each set-back, the clock a second later each time: none of them goes below another.
TEST(ClockSetBacks, MoreThanAreKeptEndTheSameFlows) {
  const test::SummingHooks hooks;
  FlowPolicy policy;
  constexpr std::int64_t kIdleS = 1'000'000;
  policy.idle_timeout_ns = kIdleS * kSecond;
  FlowTable table(policy, hooks);
  ClosedFlows closed;
  std::uint64_t index = 0;
  const auto apply = [&](std::int64_t clock_s, bool is_set_back) {
    Epoch epoch;
    PacketRecord record = test::packet({});
    record.index = index++;
    record.ts_ns = clock_s * kSecond;
    record.key.port_a = static_cast<std::uint16_t>(record.index);
    record.hash = flow_hash(test::kHashKey, record.key);
    epoch.records = {record};
    epoch.clocks = {record.ts_ns};
    epoch.clock_was_set_back = is_set_back;
    table.apply(epoch, closed);
  };
  constexpr std::int64_t kSetBacks = 2 * ClockSetBacks::kMost + 100;
  apply(500'000, false);  // counts as 1 s from the first set-back on
  for (std::int64_t i = 1; i <= kSetBacks; ++i) {
    apply(i, true);
  }
  ASSERT_EQ(closed.size(), 0u);
  constexpr std::int64_t kEnded = 5000;
  apply(kIdleS + kEnded, false);
  ASSERT_EQ(closed.size(), kEnded + 1U) << "those whose mark is " << kEnded << " s at most";
  for (std::size_t i = 0; i < closed.size(); ++i) {
    ASSERT_EQ(closed[i].first_index, i);
    ASSERT_EQ(table.flow(closed[i].slot).last_clock,
              std::max<std::int64_t>(static_cast<std::int64_t>(i), 1) * kSecond);
  }
}

}  // namespace
}  // namespace netml
