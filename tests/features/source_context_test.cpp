#include "netml/features/source_context.hpp"

#include <algorithm>
#include <chrono>
#include <random>

#include <gtest/gtest.h>

#include "support/context_count.hpp"

namespace netml {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// Keeps what it is given, by row.
class Rows final : public ContextReceiver {
 public:
  void context(std::uint64_t row, const ContextValues& values) override {
    if (row >= by_row.size()) {
      by_row.resize(row + 1);
      given.resize(row + 1);
    }
    EXPECT_FALSE(given[row]) << "row " << row << " came twice";
    by_row[row] = values;
    given[row] = true;
    ++count;
  }

  std::vector<ContextValues> by_row;
  std::vector<bool> given;
  std::size_t count = 0;
};

IpAddress address(std::uint32_t host) {
  const std::uint8_t bytes[4] = {10, static_cast<std::uint8_t>(host >> 16),
                                 static_cast<std::uint8_t>(host >> 8),
                                 static_cast<std::uint8_t>(host)};
  return IpAddress::from_ipv4(bytes);
}

ContextFlow flow(double end, std::uint32_t source, std::uint32_t destination, std::uint8_t protocol,
                 std::uint16_t port) {
  ContextFlow flow;
  flow.end_ns = static_cast<std::int64_t>(end * 1e9);
  flow.source = address(source);
  flow.destination = address(destination);
  flow.protocol = protocol;
  flow.port = port;
  return flow;
}

void expect_near(const ContextValues& actual, const ContextValues& expected, double tolerance) {
  for (std::size_t i = 0; i < kContextColumns; ++i) {
    EXPECT_NEAR(actual[i], expected[i], tolerance) << "column " << i + 1;
  }
}

std::vector<ContextFlow> check_1() {
  constexpr std::uint32_t kA = 1, kB = 2, kX = 11, kY = 12;
  std::vector<ContextFlow> flows = {flow(0, kA, kX, 17, 53), flow(4, kA, kX, 6, 443),
                                    flow(5, kA, kX, 6, 22),  flow(5.5, kA, kY, 6, 22),
                                    flow(6, kB, kX, 6, 443), flow(70, kA, kX, 6, 443)};
  flows[2].is_reset = true;
  flows[3].is_unanswered = true;
  return flows;
}

// FEATURES, section 3, check 1, in any order of coming.
TEST(SourceContext, HasThePublishedNumbers) {
  const ContextValues busy = {1.609438, 1.098612, 1.386294, 1.609438, .25,
                              .25,      7.139887, .863817,  .693147};
  const ContextValues alone = {.693147, .693147, .693147, .693147, 0, 0, 11.156265, 0, .693147};
  std::vector<std::size_t> order = {0, 1, 2, 3, 4, 5};
  const std::vector<ContextFlow> flows = check_1();
  do {
    Rows rows;
    SourceContext context({}, rows);
    for (const std::size_t i : order) {
      context.add(flows[i], i);
    }
    context.finish();
    ASSERT_EQ(rows.count, 6u);
    for (std::size_t i = 0; i < 6; ++i) {
      expect_near(rows.by_row[i], i < 4 ? busy : alone, 6e-7);
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(SourceContext, RowsAreFinalWhenTheWindowBehindThemIsComplete) {
  Rows rows;
  SourceContext context({60 * kSecond, 10 * kSecond}, rows);
  context.add(flow(5, 1, 2, 6, 80), 0);
  context.advance(15 * kSecond - 1);
  EXPECT_EQ(rows.count, 0u);
  context.advance(15 * kSecond);
  EXPECT_EQ(rows.count, 1u);
  EXPECT_EQ(context.size(), 1u) << "it counts for those up to a minute later";
  context.advance(75 * kSecond);
  EXPECT_EQ(context.size(), 0u);
}

TEST(SourceContext, FlowsWithoutARowCountForOthersOnly) {
  Rows rows;
  SourceContext context({}, rows);
  context.add(flow(1, 1, 2, 6, 80), SourceContext::kNoRow);
  context.add(flow(2, 1, 2, 6, 80), 0);
  context.finish();
  ASSERT_EQ(rows.count, 1u);
  EXPECT_DOUBLE_EQ(rows.by_row[0][0], std::log(3));
}

TEST(SourceContext, AMappedAddressOfAnIpv6PacketIsAnotherSource) {
  Rows rows;
  SourceContext context({}, rows);
  context.add(flow(1, 1, 2, 6, 80), 0);
  ContextFlow other = flow(2, 1, 2, 6, 80);
  other.ip_version = 6;
  context.add(other, 1);
  context.finish();
  EXPECT_DOUBLE_EQ(rows.by_row[0][0], std::log(2));
}

struct Traffic {
  std::vector<ContextFlow> flows;
  std::vector<std::int64_t> complete_ns;  // before each of them
};

// Flows of few hosts, some of which come as soon as they end, others up to `silence` later.
Traffic random_traffic(std::uint32_t seed, std::size_t count, std::int64_t silence_ns) {
  std::mt19937_64 random(seed);
  const std::int64_t step = std::int64_t{1} << (20 + random() % 14);
  std::vector<std::pair<std::int64_t, ContextFlow>> coming;
  std::int64_t now = static_cast<std::int64_t>(random() % 3) * 1'000'000 * kSecond;
  for (std::size_t i = 0; i < count; ++i) {
    now += static_cast<std::int64_t>(random() % 4 == 0 ? random() % static_cast<std::uint64_t>(step)
                                                       : 0);
    ContextFlow f = flow(0, static_cast<std::uint32_t>(random() % 4),
                         10 + static_cast<std::uint32_t>(random() % 6), random() % 2 == 0 ? 6 : 17,
                         static_cast<std::uint16_t>(random() % 5));
    f.end_ns = now;
    f.first_index = i;
    f.is_unanswered = random() % 3 == 0;
    f.is_reset = random() % 3 == 0;
    const bool waits = random() % 2 == 0;
    coming.push_back(
        {waits ? now + silence_ns
               : now + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(silence_ns)),
         f});
  }
  std::stable_sort(coming.begin(), coming.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  Traffic traffic;
  for (const auto& [time, f] : coming) {
    traffic.flows.push_back(f);
    traffic.complete_ns.push_back(time - silence_ns - 1);
  }
  return traffic;
}

TEST(SourceContext, IsWhatCountingGives) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    const ContextWindow windows[] = {{60 * kSecond, 10 * kSecond},
                                     {60 * kSecond, 0},
                                     {0, 0},
                                     {kSecond, 30 * kSecond},
                                     {0, 5 * kSecond}};
    const ContextWindow& window = windows[seed % 5];
    const Traffic traffic = random_traffic(seed, 300, (seed % 7 + 1) * 11 * kSecond);
    Rows rows;
    SourceContext context(window, rows);
    for (std::size_t i = 0; i < traffic.flows.size(); ++i) {
      context.advance(traffic.complete_ns[i]);
      context.add(traffic.flows[i], i);
    }
    context.finish();
    ASSERT_EQ(rows.count, traffic.flows.size());
    EXPECT_EQ(context.size(), 0u);
    EXPECT_EQ(context.used_bytes(), 0u);
    for (std::size_t i = 0; i < traffic.flows.size(); ++i) {
      expect_near(rows.by_row[i], test::count_context(traffic.flows, i, window), 1e-9);
    }
  }
}

TEST(SourceContext, SumsDoNotDrift) {
  Rows rows;
  SourceContext context({60 * kSecond, 10 * kSecond}, rows);
  std::mt19937_64 random(5);
  std::vector<ContextFlow> last;
  double end = 0;
  constexpr std::size_t kFlows = 50'000;
  for (std::size_t i = 0; i < kFlows; ++i) {
    end += static_cast<double>(random() % 1000 == 0 ? 50 : random() % 100) / 1000;
    const ContextFlow f = flow(end, 1, static_cast<std::uint32_t>(random() % 5), 6, 80);
    context.advance(f.end_ns - 1);
    context.add(f, i);
    if (i + 4000 >= kFlows) {
      last.push_back(f);
    }
  }
  context.finish();
  expect_near(rows.by_row.back(), test::count_context(last, last.size() - 1, {}), 1e-9);
}

TEST(SourceContext, TimesAtTheEndsOfTheRangeCount) {
  const std::int64_t times[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX};
  std::vector<ContextFlow> flows;
  Rows rows;
  SourceContext context({}, rows);
  for (const std::int64_t time : times) {
    ContextFlow f = flow(0, 1, 2, 6, 80);
    f.end_ns = time;
    flows.push_back(f);
    context.add(f, flows.size() - 1);
  }
  context.finish();
  ASSERT_EQ(rows.count, flows.size());
  for (std::size_t i = 0; i < flows.size(); ++i) {
    expect_near(rows.by_row[i], test::count_context(flows, i, {}), 1e-9);
  }
}

TEST(SourceContext, TheFirstToEndIsForgottenFirstAndItsRowComes) {
  Rows rows;
  SourceContext context({}, rows);
  for (std::size_t i = 0; i < 5; ++i) {
    context.add(flow(static_cast<double>(5 - i), 1, 2, 6, 80), i);
  }
  context.drop_first();
  EXPECT_EQ(rows.count, 1u);
  EXPECT_TRUE(rows.given[4]);
  context.drop_first();
  EXPECT_EQ(context.size(), 3u);
  context.finish();
  EXPECT_EQ(rows.count, 5u);
  EXPECT_DOUBLE_EQ(rows.by_row[0][0], std::log(4)) << "those that are left count";
}

// Every operation in any order: rows come once each, nothing is left behind, counts stay sound.
TEST(SourceContext, KeepsItsCountsUnderForgetting) {
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const Traffic traffic = random_traffic(seed, 400, 20 * kSecond);
    Rows rows;
    SourceContext context({30 * kSecond, 5 * kSecond}, rows);
    const std::size_t most = 1 + random() % 40;
    for (std::size_t i = 0; i < traffic.flows.size(); ++i) {
      if (random() % 3 != 0) {
        context.advance(traffic.complete_ns[i]);
      }
      context.add(traffic.flows[i], i);
      while (context.size() > most) {
        context.drop_first();
      }
    }
    context.finish();
    EXPECT_EQ(context.used_bytes(), 0u);
    ASSERT_EQ(rows.count, traffic.flows.size());
    for (const ContextValues& values : rows.by_row) {
      EXPECT_GE(values[0], std::log(2) - 1e-12);
      EXPECT_LE(values[0], std::log1p(most + 1) + 1e-12) << "one too many leaves";
      EXPECT_GE(values[6], 0);
      EXPECT_TRUE(values[4] >= 0 && values[4] <= 1 && values[5] >= 0 && values[5] <= 1);
      EXPECT_LE(values[1], values[3] + 1e-12);
      EXPECT_LE(values[3], values[0] + 1e-12);
    }
  }
}

// A busy source costs what quiet ones cost: time per flow does not grow with the flows in its
// window, in whatever order they come.
TEST(SourceContext, OneBusySourceIsNotSlower) {
  Rows rows;
  SourceContext context({60 * kSecond, 10 * kSecond}, rows);
  constexpr std::size_t kFlows = 100'000;
  rows.by_row.reserve(kFlows);
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < kFlows; ++i) {
    // Every other flow comes two minutes after its end, among those that come at once.
    const double now = static_cast<double>(i) / 2000;
    ContextFlow f = flow(i % 2 == 0 ? now : now - 120, 1, static_cast<std::uint32_t>(i % 1000), 6,
                         static_cast<std::uint16_t>(i));
    f.first_index = i;
    context.advance(static_cast<std::int64_t>((now - 120) * 1e9) - 1);
    context.add(f, i);
  }
  context.finish();
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  EXPECT_EQ(rows.count, kFlows);
  EXPECT_LT(seconds, 20) << "quadratic work would take hours";
}

}  // namespace
}  // namespace netml
