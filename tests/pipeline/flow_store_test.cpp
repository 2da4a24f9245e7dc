#include "netml/pipeline/flow_store.hpp"

#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace netml {
namespace {

using testing::ElementsAre;

constexpr std::size_t kStateSize = 32;

class Journal final : public FlowConsumer {
 public:
  void begin_input(std::size_t input, std::int64_t first_packet_ns) override {
    lines.push_back("input " + std::to_string(input) + " " + std::to_string(first_packet_ns));
  }
  void flow(const FlowView& view) override {
    std::string line = "flow " + std::to_string(view.id) + " " +
                       std::to_string(view.flow.first_index) + " state " +
                       std::to_string(static_cast<int>(view.state[kStateSize - 1])) + " series";
    for (const SeriesPacket& packet : view.series) {
      line += " " + std::to_string(packet.size);
    }
    lines.push_back(line);
  }
  bool is_done() const override { return lines.size() >= most; }

  std::vector<std::string> lines;
  std::size_t most = SIZE_MAX;
};

void add_flow(FlowStore& store, std::uint64_t number, std::size_t series_packets) {
  Flow flow;
  flow.first_index = number;
  std::byte state[kStateSize] = {};
  state[kStateSize - 1] = static_cast<std::byte>(number);
  std::vector<SeriesPacket> series(series_packets);
  for (std::size_t i = 0; i < series_packets; ++i) {
    series[i].size = static_cast<std::uint32_t>(10 * number + i);
  }
  store.flow({flow, state, series, store.size()});
}

FlowStore example() {
  FlowStore store(kStateSize, 0);
  store.begin_input(0, 100);
  add_flow(store, 1, 2);
  add_flow(store, 2, 0);
  store.begin_input(2, 200);  // no flow of its own
  store.begin_input(3, 300);
  add_flow(store, 3, 1);
  store.begin_input(4, 400);
  return store;
}

TEST(FlowStore, GivesEverythingBackAsItWas) {
  const FlowStore store = example();
  ASSERT_EQ(store.size(), 3u);
  Journal journal;
  store.replay(journal);
  EXPECT_THAT(journal.lines, ElementsAre("input 0 100", "flow 0 1 state 1 series 10 11",
                                         "flow 1 2 state 2 series", "input 2 200", "input 3 300",
                                         "flow 2 3 state 3 series 30", "input 4 400"));
  EXPECT_EQ(store.view(2).flow.first_index, 3u);
  EXPECT_EQ(store.view(2).series.size(), 1u);
}

TEST(FlowStore, StopsWhenTheConsumerIsDone) {
  Journal journal;
  journal.most = 2;
  example().replay(journal);
  EXPECT_THAT(journal.lines, ElementsAre("input 0 100", "flow 0 1 state 1 series 10 11"));
}

TEST(FlowStore, StatesStayAligned) {
  const FlowStore store = example();
  for (std::size_t i = 0; i < store.size(); ++i) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(store.view(i).state) % 16, 0u);
  }
}

TEST(FlowStore, WantsNoMoreOnceItIsFull) {
  FlowStore store(kStateSize, 100'000);
  add_flow(store, 1, 100);
  EXPECT_FALSE(store.is_done());
  add_flow(store, 2, 100'000);
  EXPECT_TRUE(store.is_done());
  EXPECT_EQ(store.size(), 2u) << "what was handed over is kept";
}

}  // namespace
}  // namespace netml
