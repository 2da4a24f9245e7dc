#include <algorithm>
#include <cstring>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netml/pipeline/extractor.hpp"

#include "support/capture_file.hpp"
#include "support/capture_text.hpp"
#include "support/context_count.hpp"
#include "support/random_capture.hpp"
#include "support/reference.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using test::random_capture;
using test::TempFolder;

constexpr std::int64_t kSecond = 1'000'000'000;

struct Row {
  Flow flow;
  ContextValues values;
};

// Keeps rows, and how many there were at each idle moment.
class Collector final : public FlowConsumer {
 public:
  void begin_input(std::size_t, std::int64_t) override { first_of_input.push_back(rows.size()); }
  void flow(const FlowView& view) override {
    ASSERT_NE(view.context, nullptr);
    EXPECT_EQ(view.id, rows.size());
    rows.push_back({view.flow, *view.context});
  }
  bool is_done() const override { return rows.size() >= wanted; }

  std::vector<Row> rows;
  std::vector<std::size_t> first_of_input;
  std::size_t wanted = SIZE_MAX;
};

struct Outcome {
  std::vector<Row> rows;
  ExtractResult result;
  std::vector<std::size_t> first_of_input;

  std::vector<ContextFlow> flows(bool is_in_ms = false) const {
    std::vector<ContextFlow> list;
    for (const Row& row : rows) {
      list.push_back(context_flow(row.flow, is_in_ms));
    }
    return list;
  }
  std::vector<ContextValues> values() const {
    std::vector<ContextValues> list;
    for (const Row& row : rows) {
      list.push_back(row.values);
    }
    return list;
  }
};

Outcome run(const std::vector<std::string>& paths, const Recipe& recipe,
            const ExtractorOptions& options = {}) {
  const FeatureSet features(recipe);
  Collector collector;
  Outcome run;
  run.result = Extractor(recipe, options, features).run(paths, collector);
  EXPECT_EQ(run.result.stats.packets_read, run.result.stats.packets_accounted());
  EXPECT_EQ(run.result.stats.flows_written, collector.rows.size());
  run.rows = std::move(collector.rows);
  run.first_of_input = std::move(collector.first_of_input);
  return run;
}

Recipe context_recipe(const std::string& set = "context") {
  Recipe recipe;
  recipe.sets = {"flow", set};
  recipe.policy.idle_timeout_ns = 20 * kSecond;
  recipe.policy.active_timeout_ns = 200 * kSecond;
  return recipe;
}

void expect_counted(const Outcome& run, const ContextWindow& window, bool is_in_ms = false) {
  const std::vector<ContextFlow> flows = run.flows(is_in_ms);
  for (std::size_t f = 0; f < flows.size(); ++f) {
    const ContextValues expected = test::count_context(flows, f, window);
    for (std::size_t i = 0; i < kContextColumns; ++i) {
      ASSERT_NEAR(run.rows[f].values[i], expected[i], 1e-9) << "row " << f << " column " << i + 1;
    }
  }
}

// Every rule that ends a flow, against the definition.
TEST(ContextRows, AreWhatCountingGives) {
  const TempFolder folder;
  for (std::uint32_t seed = 0; seed < 3; ++seed) {
    SCOPED_TRACE(seed);
    const std::string path = folder.write("a.pcap", random_capture(seed));
    Recipe recipe = context_recipe();
    recipe.policy.tcp_end = static_cast<TcpEnd>(seed % 3);
    expect_counted(run({path}, recipe), {});
    recipe.policy.udp_idle_timeout_ns = 3 * kSecond;
    recipe.policy.max_packets_per_flow = 4;
    expect_counted(run({path}, recipe), {});
    recipe.policy.max_flows = 30;
    expect_counted(run({path}, recipe), {});
    recipe.policy.idle_timeout_ns = kNoTimeout;
    expect_counted(run({path}, recipe), {});
    recipe.policy.active_timeout_ns = kNoTimeout;
    expect_counted(run({path}, recipe), {});
    recipe.policy.idle_timeout_ns = 0;
    recipe.policy.udp_idle_timeout_ns = std::nullopt;
    expect_counted(run({path}, recipe), {});
  }
}

TEST(ContextRows, TheWindowIsTheOneAskedFor) {
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", random_capture(9));
  expect_counted(run({path}, context_recipe("context:60:0")), {60 * kSecond, 0});
  expect_counted(run({path}, context_recipe("context:5:2.5")), {5 * kSecond, 2'500'000'000});
  expect_counted(run({path}, context_recipe("context:0:0")), {0, 0});
  expect_counted(run({path}, context_recipe("context:1000:1000")),
                 {1000 * kSecond, 1000 * kSecond});
}

TEST(ContextRows, KeepClosingOrder) {
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", random_capture(3));
  Recipe recipe = context_recipe();
  recipe.policy.tcp_end = TcpEnd::kGraceful;
  const Outcome with = run({path}, recipe);
  recipe.sets = {"flow"};
  class Order final : public FlowConsumer {
   public:
    void begin_input(std::size_t, std::int64_t) override {}
    void flow(const FlowView& view) override { firsts.push_back(view.flow.first_index); }
    std::vector<std::uint64_t> firsts;
  } without;
  const FeatureSet features(recipe);
  Extractor(recipe, {}, features).run({path}, without);
  ASSERT_EQ(with.rows.size(), without.firsts.size());
  for (std::size_t i = 0; i < with.rows.size(); ++i) {
    EXPECT_EQ(with.rows[i].flow.first_index, without.firsts[i]);
  }
}

// With limits too, where it matters at which moment a flow is forgotten.
TEST(ContextRows, DependNeitherOnThreadsNorOnEpochs) {
  const TempFolder folder;
  for (const bool runs_back : {false, true}) {
    test::TrafficOptions traffic;
    traffic.runs_back = runs_back;
    const std::string path = folder.write("a.pcap", random_capture(4, traffic));
    Recipe recipe = context_recipe();
    recipe.policy.tcp_end = TcpEnd::kGraceful;
    for (const std::uint64_t limit : {std::uint64_t{1'000'000}, std::uint64_t{7}}) {
      recipe.context_limit = limit;
      const Outcome expected = run({path}, recipe, {.threads = 1, .epoch_records = 1});
      EXPECT_EQ(expected.result.stats.context_dropped > 0, limit == 7);
      for (const std::size_t threads : {1U, 2U, 3U, 7U}) {
        for (const std::size_t epoch : {1U, 7U, 100U, 65536U}) {
          SCOPED_TRACE(std::to_string(threads) + " threads, epochs of " + std::to_string(epoch));
          const Outcome actual = run({path}, recipe, {.threads = threads, .epoch_records = epoch});
          EXPECT_EQ(actual.values(), expected.values());
          EXPECT_EQ(actual.result.stats.context_dropped, expected.result.stats.context_dropped);
        }
      }
    }
  }
}

TEST(ContextRows, FlowsThatAreTooShortCountForOthers) {
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", random_capture(5));
  Recipe recipe = context_recipe();
  const Outcome all = run({path}, recipe);
  recipe.min_packets = 3;
  const Outcome some = run({path}, recipe);
  std::vector<ContextValues> expected;
  for (const Row& row : all.rows) {
    if (row.flow.packets() >= 3) {
      expected.push_back(row.values);
    }
  }
  EXPECT_LT(expected.size(), all.rows.size());
  EXPECT_EQ(some.values(), expected);
}

TEST(ContextRows, InputsAreAlone) {
  const TempFolder folder;
  const std::string a = folder.write("a.pcap", random_capture(6));
  const Outcome once = run({a}, context_recipe());
  const Outcome twice = run({a, a}, context_recipe());
  std::vector<ContextValues> expected = once.values();
  expected.insert(expected.end(), once.rows.size(), {});
  std::copy_n(expected.begin(), once.rows.size(),
              expected.begin() + static_cast<std::ptrdiff_t>(once.rows.size()));
  EXPECT_EQ(twice.values(), expected);
  EXPECT_THAT(twice.first_of_input, testing::ElementsAre(0, once.rows.size()));
}

TEST(ContextRows, GoOnAcrossFilesThatAreOneCapture) {
  const TempFolder folder;
  const std::string whole = random_capture(7);
  // Cut behind a record: header 24 bytes, records of 16 bytes and what the third word says.
  std::size_t cut = 24;
  while (cut < whole.size() / 2) {
    std::uint32_t length = 0;
    std::memcpy(&length, whole.data() + cut + 8, sizeof length);
    cut += 16 + length;
  }
  const std::string path = folder.write("whole.pcap", whole);
  const std::string first = folder.write("1.pcap", whole.substr(0, cut));
  const std::string second = folder.write("2.pcap", test::pcap_header() + whole.substr(cut));
  ExtractorOptions options;
  options.is_continuous = true;
  EXPECT_EQ(run({first, second}, context_recipe(), options).values(),
            run({path}, context_recipe()).values());
}

TEST(ContextRows, TheClockThatIsSetBackStartsAnew) {
  const TempFolder folder;
  test::TrafficOptions traffic;
  traffic.runs_back = true;
  const std::string path = folder.write("a.pcap", random_capture(8, traffic));
  const Outcome all = run({path}, context_recipe());
  for (const Row& row : all.rows) {
    EXPECT_TRUE(std::all_of(row.values.begin(), row.values.end(),
                            [](double value) { return value >= 0 && value < 20; }));
  }
}

TEST(ContextRows, TheFlowLimitCountsRows) {
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", random_capture(10));
  ExtractorOptions options;
  options.flow_limit = 25;
  const Outcome some = run({path}, context_recipe(), options);
  EXPECT_EQ(some.rows.size(), 25u);
  EXPECT_TRUE(some.result.reached_flow_limit);
  const Outcome all = run({path}, context_recipe());
  EXPECT_LT(some.result.stats.packets_read, all.result.stats.packets_read);
}

TEST(ContextRows, RowsThatWaitCountInTheMemoryLimit) {
  const TempFolder folder;
  test::TrafficOptions traffic;
  traffic.hosts = 150;
  traffic.most_step_ms = 2;
  traffic.packets = 20'000;
  traffic.is_quiet_at_times = false;
  const std::string path = folder.write("a.pcap", random_capture(11, traffic));
  Recipe recipe = context_recipe();
  recipe.policy.max_packets_per_flow = 1;
  recipe.policy.memory_limit = 4 << 20;
  const Outcome one = run({path}, recipe, {.threads = 1, .epoch_records = 1});
  EXPECT_EQ(one.rows.size(), 20'000u);
  EXPECT_GT(one.result.stats.context_dropped, 0u);
  EXPECT_EQ(run({path}, recipe, {.threads = 3, .epoch_records = 999}).values(), one.values());
  recipe.policy.memory_limit = 1 << 30;
  EXPECT_EQ(run({path}, recipe).result.stats.context_dropped, 0u);
}

TEST(ContextRows, AConsumerThatWantsNoMoreEndsTheRun) {
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", random_capture(12));
  const Recipe recipe = context_recipe();
  const FeatureSet features(recipe);
  Collector collector;
  collector.wanted = 5;
  const ExtractResult result = Extractor(recipe, {.threads = 2}, features).run({path}, collector);
  EXPECT_TRUE(result.output_closed);
  EXPECT_EQ(collector.rows.size(), 5u);
  EXPECT_EQ(result.stats.packets_read, result.stats.packets_accounted());
}

TEST(ContextRows, UnderNfstreamsRulesTheyAreCountedToo) {
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", random_capture(13));
  Recipe recipe = context_recipe();
  recipe.preset = Preset::kNfstream;
  recipe.policy.expiry = ExpiryRule::kNfstream;
  expect_counted(run({path}, recipe), {}, true);
}

// FEATURES, section 3, check 2: column means over all flows of a capture, to the printed digits.
TEST(ContextRows, TheReferenceCaptureHasThePublishedMeans) {
  const std::string path = "reference/datasets/iot-new-device/train.pcap";
  NETML_NEEDS_REFERENCE(path);
  Recipe recipe = context_recipe();
  recipe.policy.idle_timeout_ns = 60 * kSecond;
  recipe.policy.active_timeout_ns = 1800 * kSecond;
  recipe.policy.tcp_end = TcpEnd::kGraceful;
  const auto expect_means = [&](const char* set, const ContextValues& printed) {
    recipe.sets = {"flow", set};
    const Outcome all =
        run({test::reference(path)}, recipe, {.filter = "tcp or udp or icmp or icmp6"});
    ASSERT_EQ(all.rows.size(), 1817u);
    for (std::size_t i = 0; i < kContextColumns; ++i) {
      double sum = 0;
      for (const Row& row : all.rows) {
        sum += row.values[i];
      }
      EXPECT_NEAR(sum / 1817, printed[i], 6e-6) << set << " column " << i + 1;
    }
  };
  expect_means("context",
               {2.19016, 1.82024, 1.53246, 1.85136, .443949, .108979, 7.10849, 1.51957, 1.01318});
  expect_means("context:60:0",
               {1.88087, 1.58225, 1.35166, 1.60132, .435001, .0856787, 7.52207, 1.32453, .930873});
}

}  // namespace
}  // namespace netml
