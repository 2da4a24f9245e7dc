#include "netml/core/parallel.hpp"

#include <atomic>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace netml {
namespace {

TEST(Parallel, RunsEveryTaskOnceForAnyNumberOfThreads) {
  for (const std::size_t threads : {0U, 1U, 2U, 7U, 64U}) {
    std::vector<std::atomic<int>> runs(1000);
    parallel_for(runs.size(), threads, [&](std::size_t i) { ++runs[i]; });
    for (const auto& count : runs) {
      ASSERT_EQ(count, 1);
    }
  }
}

TEST(Parallel, WithoutTasksNothingRuns) {
  parallel_for(0, 4, [](std::size_t) { FAIL(); });
}

TEST(Parallel, ThrowsWhatATaskThrows) {
  for (const std::size_t threads : {1U, 4U}) {
    EXPECT_THROW(parallel_for(1000, threads,
                              [](std::size_t i) {
                                if (i == 3) {
                                  throw std::runtime_error("three");
                                }
                              }),
                 std::runtime_error);
  }
}

TEST(Parallel, NothingBeginsAfterATaskHasThrown) {
  std::size_t ended = 0;
  EXPECT_THROW(parallel_for(1000, 1,
                            [&](std::size_t i) {
                              if (i == 3) {
                                throw std::runtime_error("three");
                              }
                              ++ended;
                            }),
               std::runtime_error);
  EXPECT_EQ(ended, 3u);
}

TEST(Parallel, OfSeveralThrownTheLowestNumberWins) {
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> waiting = 0;
    try {
      parallel_for(4, 4, [&](std::size_t i) {
        // All are under way before one throws.
        for (++waiting; waiting < 4;) {
        }
        throw static_cast<int>(i);
      });
      FAIL();
    } catch (int number) {
      EXPECT_EQ(number, 0);
    }
  }
}

}  // namespace
}  // namespace netml
