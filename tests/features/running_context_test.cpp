#include "netml/features/running_context.hpp"

#include <map>
#include <random>

#include <gtest/gtest.h>

#include "support/context_count.hpp"

namespace netml {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

IpAddress address(std::uint8_t host) {
  const std::uint8_t bytes[4] = {10, 0, 0, host};
  return IpAddress::from_ipv4(bytes);
}

ContextFlow flow(std::uint8_t source, std::uint8_t destination, std::uint16_t port,
                 std::uint64_t first_index) {
  ContextFlow flow;
  flow.source = address(source);
  flow.destination = address(destination);
  flow.protocol = 6;
  flow.port = port;
  flow.first_index = first_index;
  return flow;
}

// Flows whose slots are taken again, against counting them all at each packet.
TEST(RunningContext, IsWhatCountingGives) {
  const ContextWindow window{10 * kSecond, 3 * kSecond};
  RunningContext context(window, 1000, 0);
  std::mt19937 random(1);
  std::map<std::uint64_t, ContextFlow> all;  // by their first packet
  std::map<std::uint32_t, std::uint64_t> of_slot;
  std::int64_t now = 0;
  for (std::uint64_t index = 0; index < 4000; ++index) {
    now += static_cast<std::int64_t>(random() % 4) * kSecond / 4;
    now += random() % 200 == 0 ? 30 * kSecond : 0;
    const auto slot = static_cast<std::uint32_t>(random() % 24);
    if (!of_slot.contains(slot) || random() % 8 == 0) {
      of_slot[slot] = index;
      all[index] = flow(static_cast<std::uint8_t>(random() % 3),
                        static_cast<std::uint8_t>(100 + random() % 4),
                        static_cast<std::uint16_t>(random() % 4), index);
      all[index].is_unanswered = true;
    }
    ContextFlow& own = all[of_slot[slot]];
    own.end_ns = now;
    own.is_unanswered = own.is_unanswered && random() % 2 == 0;
    own.is_reset = own.is_reset || random() % 8 == 0;
    context.packet(slot, own);
    std::vector<ContextFlow> flows;
    std::size_t at = 0;
    for (const auto& [first, one] : all) {
      at = first == of_slot[slot] ? flows.size() : at;
      flows.push_back(one);
    }
    const ContextValues expected = test::count_context(flows, at, window);
    const ContextValues values = context.values();
    for (std::size_t i = 0; i < kContextColumns; ++i) {
      ASSERT_NEAR(values[i], expected[i], 1e-9) << "packet " << index << " column " << i + 1;
    }
  }
  EXPECT_EQ(context.dropped(), 0U);
}

TEST(RunningContext, OverItsLimitItForgetsWhatCameFirst) {
  RunningContext context({}, 2, 0);
  for (std::uint8_t i = 0; i < 5; ++i) {
    context.packet(i, flow(1, static_cast<std::uint8_t>(10 + i), 80, i));
    EXPECT_DOUBLE_EQ(context.values()[0], std::log1p(std::min(i + 1, 2)));
  }
  EXPECT_EQ(context.dropped(), 3U);
  RunningContext small({}, 1000, 1);
  small.packet(0, flow(1, 10, 80, 0));
  small.packet(1, flow(1, 10, 80, 1));
  EXPECT_DOUBLE_EQ(small.values()[0], std::log1p(1));
  EXPECT_EQ(small.dropped(), 1U);
}

TEST(RunningContext, AfterAClearThereIsNobody) {
  RunningContext context({}, 1000, 0);
  context.packet(0, flow(1, 10, 80, 0));
  context.packet(1, flow(1, 11, 80, 1));
  context.clear();
  ContextFlow late = flow(1, 11, 80, 1);
  late.end_ns = -5 * kSecond;
  context.packet(1, late);
  EXPECT_DOUBLE_EQ(context.values()[0], std::log1p(1));
}

}  // namespace
}  // namespace netml
