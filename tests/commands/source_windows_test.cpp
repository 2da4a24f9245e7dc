#include "netml/commands/source_windows.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "netml/flow/flow.hpp"

namespace netml {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

SourceFlow flow(std::uint8_t source, double end, double p) {
  SourceFlow flow;
  flow.source.bytes[15] = source;
  flow.end_ns = static_cast<std::int64_t>(end * 1e9);
  flow.p_value = p;
  flow.source_port = static_cast<std::uint16_t>(p * 1000);
  return flow;
}

struct Seen {
  SourceFlow flow;
  double novelty;
  std::size_t flows;
  std::vector<SourceFlow> most_novel;
};

class Windows final : public SourceWindows::Receiver {
 public:
  void window(const SourceFlow& flow, const SourceWindow& window) override {
    seen.push_back({flow, window.novelty(), window.flows(), window.most_novel()});
  }
  std::vector<Seen> seen;
};

TEST(SourceWindows, AreMeansOfCappedSurprise) {
  Windows seen;
  SourceWindows windows(60 * kSecond, seen);
  windows.add(flow(1, 10, .5));
  windows.add(flow(1, 0, 1e-300));
  windows.add(flow(1, 60, .1));
  windows.add(flow(2, 60, 1));
  windows.finish();
  ASSERT_EQ(seen.seen.size(), 4u);
  EXPECT_NEAR(seen.seen[0].novelty, 15, 1e-9);
  EXPECT_NEAR(seen.seen[1].novelty, (15 + std::log(2)) / 2, 1e-9);
  EXPECT_NEAR(seen.seen[2].novelty, (15 + std::log(2) + std::log(10)) / 3, 1e-9);
  EXPECT_EQ(seen.seen[3].novelty, 0);
  EXPECT_EQ(seen.seen[2].flows, 3u);
  ASSERT_EQ(seen.seen[2].most_novel.size(), 3u);
  EXPECT_EQ(seen.seen[2].most_novel.front().p_value, 1e-300);
  EXPECT_EQ(seen.seen[2].most_novel.back().p_value, .5);
}

TEST(SourceWindows, CapturesAreApart) {
  Windows seen;
  SourceWindows windows(60 * kSecond, seen);
  windows.add(flow(1, 0, .5));
  windows.finish();
  windows.add(flow(1, -5, .1));
  windows.finish();
  ASSERT_EQ(seen.seen.size(), 2u);
  EXPECT_EQ(seen.seen[1].flows, 1u);
}

// The first leave early, and are counted, where there is no room.
TEST(SourceWindows, TheyObeyTheMemoryLimit) {
  Windows seen;
  SourceWindows windows(60 * kSecond, seen, 10 * SourceWindows::kFlowCost);
  for (int i = 0; i < 100; ++i) {
    windows.add(flow(1, i / 10.0, .5));
  }
  windows.finish();
  ASSERT_EQ(seen.seen.size(), 100u);
  for (const Seen& window : seen.seen) {
    EXPECT_LE(window.flows, 10u);
  }
  EXPECT_EQ(windows.dropped(), 90u);
}

// Against the definition, in any order of coming; ends that coincide see one another.
TEST(SourceWindows, AreWhatCountingGives) {
  std::mt19937 random(3);
  for (int trial = 0; trial < 10; ++trial) {
    std::vector<SourceFlow> flows;
    for (int i = 0; i < 300; ++i) {
      flows.push_back(flow(static_cast<std::uint8_t>(random() % 4),
                           static_cast<double>(random() % 200),
                           static_cast<double>(random() % 1000 + 1) / 1000));
    }
    Windows seen;
    SourceWindows windows(20 * kSecond, seen);
    for (const SourceFlow& f : flows) {
      windows.add(f);
    }
    windows.finish();
    ASSERT_EQ(seen.seen.size(), flows.size());
    for (const Seen& window : seen.seen) {
      double sum = 0;
      std::vector<double> p;
      for (const SourceFlow& g : flows) {
        if (g.source == window.flow.source && g.end_ns <= window.flow.end_ns &&
            window.flow.end_ns - g.end_ns <= 20 * kSecond) {
          sum += std::min(-std::log(g.p_value), 15.0);
          p.push_back(g.p_value);
        }
      }
      std::sort(p.begin(), p.end());
      ASSERT_EQ(window.flows, p.size());
      EXPECT_NEAR(window.novelty, sum / static_cast<double>(p.size()), 1e-9);
      ASSERT_EQ(window.most_novel.size(), std::min<std::size_t>(p.size(), 3));
      for (std::size_t i = 0; i < window.most_novel.size(); ++i) {
        EXPECT_EQ(window.most_novel[i].p_value, p[i]);
      }
    }
  }
}

TEST(SourceWindows, MemoryIsBounded) {
  Windows seen;
  SourceWindows windows(INT64_MAX, seen);
  constexpr std::size_t kFlows = SourceWindows::kMostInWindows + SourceWindows::kMostWaiting;
  for (std::size_t i = 0; i < kFlows; ++i) {
    windows.add(flow(static_cast<std::uint8_t>(i), static_cast<double>(i) / 1000, .5));
  }
  windows.finish();
  EXPECT_EQ(seen.seen.size(), kFlows);
  EXPECT_EQ(windows.dropped(), SourceWindows::kMostWaiting);
}

}  // namespace
}  // namespace netml
