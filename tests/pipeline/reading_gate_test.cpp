#include "reading_gate.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace netml {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

TEST(ReadingGate, LargeFlowsShareOneBoundOrStandAlone) {
  constexpr std::uint64_t kSizes[] = {1 * kMiB, 9 * kMiB, 40 * kMiB};
  ReadingGate gate;
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<int> flows{0};
  std::atomic<bool> is_kept{true};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::size_t i = 0; i < 300; ++i) {
        const std::uint64_t size = kSizes[(i + static_cast<std::size_t>(thread)) % 3];
        const ReadingGate::Pass pass(gate, size);
        const std::uint64_t now = bytes += size;
        const int beside = ++flows;
        is_kept = is_kept && (now <= ReadingGate::kMostBytes || beside == 1);
        std::this_thread::yield();
        --flows;
        bytes -= size;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_TRUE(is_kept);
}

TEST(ReadingGate, OrdinaryFlowsPassWhateverIsInside) {
  ReadingGate gate;
  const ReadingGate::Pass large(gate, 100 * kMiB);
  const ReadingGate::Pass ordinary(gate, ReadingGate::kOrdinaryBytes);  // else it waits for ever
  SUCCEED();
}

}  // namespace
}  // namespace netml
