#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netml/pipeline/extractor.hpp"

#include "support/random_capture.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using test::random_capture;
using test::TempFolder;

constexpr std::int64_t kSecond = 1'000'000'000;

struct Row {
  bool is_early = false;
  std::uint64_t first_index = 0, last_index = 0, packets = 0;
  std::vector<double> values;

  // NaN is equal to itself here.
  bool operator==(const Row& other) const {
    return is_early == other.is_early && first_index == other.first_index &&
           last_index == other.last_index && packets == other.packets &&
           values.size() == other.values.size() &&
           std::memcmp(values.data(), other.values.data(), values.size() * sizeof(double)) == 0;
  }
};

// All rows in the order in which they come.
class Collector final : public FlowConsumer {
 public:
  explicit Collector(FeatureSet& features) : features_(features) {}
  void begin_input(std::size_t, std::int64_t) override {}
  void flow(const FlowView& view) override {
    std::vector<Cell> cells(features_.schema().size());
    features_.read(view, cells);
    std::vector<double> values;
    for (const Cell& cell : cells) {
      values.push_back(cell.number());
    }
    add(false, view.flow, std::move(values));
  }
  void early(const Flow& flow, std::span<const double> values) override {
    add(true, flow, {values.begin(), values.end()});
  }
  std::vector<Row> rows;

 private:
  void add(bool is_early, const Flow& flow, std::vector<double> values) {
    rows.push_back(
        {is_early, flow.first_index, flow.last_index, flow.packets(), std::move(values)});
  }
  FeatureSet& features_;
};

struct Outcome {
  std::vector<Row> rows;
  ExtractResult result;

  std::size_t early() const {
    return static_cast<std::size_t>(
        std::count_if(rows.begin(), rows.end(), [](const Row& row) { return row.is_early; }));
  }
};

Outcome run(const std::string& path, const Recipe& recipe, const ExtractorOptions& options) {
  FeatureSet features(recipe);
  Collector collector(features);
  Outcome outcome;
  outcome.result = Extractor(recipe, options, features).run({path}, collector);
  EXPECT_EQ(outcome.result.stats.packets_read, outcome.result.stats.packets_accounted());
  outcome.rows = std::move(collector.rows);
  EXPECT_EQ(outcome.result.stats.flows_written, outcome.rows.size() - outcome.early());
  return outcome;
}

Recipe recipe_of(std::vector<std::string> sets) {
  Recipe recipe;
  recipe.sets = std::move(sets);
  recipe.policy.idle_timeout_ns = 20 * kSecond;
  recipe.policy.active_timeout_ns = 200 * kSecond;
  return recipe;
}

// The capture's first packets.
std::string first_packets(const std::string& capture, std::uint64_t count) {
  std::size_t end = 24;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint32_t length = 0;
    std::memcpy(&length, capture.data() + end + 8, sizeof length);
    end += 16 + length;
  }
  return capture.substr(0, end);
}

// The definition: the row that the flow would have if the input ended with its N-th packet.
void expect_rows_of_an_input_that_ends_there(const std::string& capture, const Recipe& recipe,
                                             std::uint64_t packets) {
  const TempFolder folder;
  const Outcome whole =
      run(folder.write("whole.pcap", capture), recipe, {.early_packets = packets});
  std::map<std::uint64_t, std::size_t> expected;  // rows by the flow's first packet
  std::size_t finals = 0;
  for (const Row& row : whole.rows) {
    if (!row.is_early) {
      ++finals;
      expected[row.first_index] += row.packets >= packets ? 1U : 0U;
      continue;
    }
    EXPECT_EQ(row.packets, packets);
    ++expected[row.first_index];
    const Outcome cut =
        run(folder.write("cut.pcap", first_packets(capture, row.last_index + 1)), recipe, {});
    const auto same = std::find_if(cut.rows.begin(), cut.rows.end(), [&](const Row& other) {
      return other.first_index == row.first_index;
    });
    ASSERT_NE(same, cut.rows.end());
    EXPECT_EQ(same->last_index, row.last_index);
    EXPECT_EQ(same->packets, packets);
    ASSERT_EQ(same->values.size(), row.values.size());
    for (std::size_t i = 0; i < row.values.size(); ++i) {
      EXPECT_TRUE(same->values[i] == row.values[i] ||
                  (std::isnan(same->values[i]) && std::isnan(row.values[i])))
          << "flow " << row.first_index << " column " << i << ": " << row.values[i] << ", not "
          << same->values[i];
    }
  }
  EXPECT_GT(whole.early(), 10U);
  EXPECT_LT(whole.early(), packets == 1 ? finals + 1 : finals);
  for (const auto& [first_index, rows] : expected) {
    EXPECT_TRUE(rows == 0 || rows == 2) << "flow " << first_index;
  }
}

TEST(EarlyRows, AreThoseOfAnInputThatEndsThere) {
  const std::string capture = random_capture(1, {.packets = 500});
  expect_rows_of_an_input_that_ends_there(capture, recipe_of({"biflow", "context"}), 3);
  expect_rows_of_an_input_that_ends_there(capture, recipe_of({"biflow", "context:5:2"}), 2);
  expect_rows_of_an_input_that_ends_there(capture, recipe_of({"splt:4", "statistics"}), 3);
  Recipe recipe = recipe_of({"context", "netflowmeter"});
  recipe.policy.tcp_end = TcpEnd::kGraceful;
  recipe.policy.max_packets_per_flow = 3;
  expect_rows_of_an_input_that_ends_there(random_capture(2, {.packets = 500}), recipe, 3);
}

TEST(EarlyRows, FollowEveryFlowFromItsFirstPacket) {
  expect_rows_of_an_input_that_ends_there(random_capture(3, {.packets = 200}),
                                          recipe_of({"biflow", "context"}), 1);
}

TEST(EarlyRows, UnderNfstreamsRulesToo) {
  Recipe recipe = recipe_of({"biflow", "context"});
  recipe.preset = Preset::kNfstream;
  recipe.policy.expiry = ExpiryRule::kNfstream;
  expect_rows_of_an_input_that_ends_there(random_capture(4, {.packets = 400}), recipe, 2);
}

TEST(EarlyRows, TheirOrderIsThatOfTheInput) {
  const TempFolder folder;
  for (const bool runs_back : {false, true}) {
    const std::string path =
        folder.write("a.pcap", random_capture(5, {.packets = 3000, .runs_back = runs_back}));
    for (const std::vector<std::string>& sets :
         {std::vector<std::string>{"biflow", "context"}, {"biflow"}}) {
      Recipe recipe = recipe_of(sets);
      recipe.policy.max_packets_per_flow = 6;
      const Outcome expected = run(path, recipe, {.early_packets = 3, .epoch_records = 1});
      for (const std::size_t threads : {1U, 2U, 4U}) {
        for (const std::size_t records : {1U, 7U, 300U, 100'000U}) {
          const Outcome other =
              run(path, recipe, {.early_packets = 3, .threads = threads, .epoch_records = records});
          EXPECT_TRUE(other.rows == expected.rows) << threads << " threads, " << records;
        }
      }
    }
  }
}

TEST(EarlyRows, LeaveNoTraceInOtherRows) {
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", random_capture(6));
  const Recipe recipe = recipe_of({"biflow", "context"});
  Outcome with = run(path, recipe, {.early_packets = 3});
  std::erase_if(with.rows, [](const Row& row) { return row.is_early; });
  EXPECT_TRUE(with.rows == run(path, recipe, {}).rows);
}

// Also where flows end at every packet, and where what is remembered does not fit.
TEST(EarlyRows, LimitsHoldForThemToo) {
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", random_capture(7, {.hosts = 20}));
  Recipe recipe = recipe_of({"biflow", "context"});
  recipe.policy.max_flows = 100;
  recipe.context_limit = 50;
  const Outcome expected = run(path, recipe, {.early_packets = 2, .epoch_records = 1});
  EXPECT_GT(expected.result.stats.early_context_dropped, 0U);
  EXPECT_GT(expected.early(), 10U);
  EXPECT_EQ(run(path, recipe, {}).result.stats.context_dropped,
            expected.result.stats.context_dropped);
  for (const std::size_t threads : {1U, 3U}) {
    const Outcome other = run(path, recipe, {.early_packets = 2, .threads = threads});
    EXPECT_TRUE(other.rows == expected.rows);
    EXPECT_EQ(other.result.stats.context_dropped, expected.result.stats.context_dropped);
    EXPECT_EQ(other.result.stats.early_context_dropped,
              expected.result.stats.early_context_dropped);
  }
}

TEST(EarlyRows, ALimitThatIsAllGivenAwayIsNotNone) {
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", random_capture(8, {.hosts = 20}));
  Recipe recipe = recipe_of({"biflow", "context"});
  recipe.policy.memory_limit = 512;
  EXPECT_GT(run(path, recipe, {}).result.stats.flows_evicted, 0U);
  EXPECT_GT(run(path, recipe, {.early_packets = 1}).result.stats.flows_evicted, 0U);
}

}  // namespace
}  // namespace netml
