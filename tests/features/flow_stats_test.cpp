#include <cmath>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "netml/core/uint128.hpp"

#include "support/feature_rows.hpp"
#include "support/two_pass.hpp"

namespace netml {
namespace {

using test::number;
using test::PacketSpec;

void expect_summary(const Table& table, const std::string& prefix, const std::string& suffix,
                    const std::vector<long double>& values) {
  const test::TwoPass expected = test::two_pass(values);
  SCOPED_TRACE(prefix + "*_" + suffix);
  // The sums are exact: what remains is the rounding of a division and a root.
  const auto near = [](double actual, double wanted) {
    EXPECT_NEAR(actual, wanted, 1e-12 * std::max(1.0, std::fabs(wanted)));
  };
  near(number(table, prefix + "min_" + suffix), expected.minimum);
  near(number(table, prefix + "mean_" + suffix), expected.mean);
  near(number(table, prefix + "stddev_" + suffix), expected.sample_deviation);
  near(number(table, prefix + "max_" + suffix), expected.maximum);
}

void expect_statistics(const std::vector<PacketRecord>& packets, const Recipe& recipe) {
  const Table table = test::feature_rows(packets, recipe);
  ASSERT_EQ(table.row_count(), 1u);
  constexpr const char* kScopes[] = {"bidirectional_", "src2dst_", "dst2src_"};
  constexpr const char* kFlags[] = {"fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"};
  for (std::size_t scope = 0; scope < 3; ++scope) {
    std::vector<long double> sizes, gaps;
    std::map<std::string, int> flags;
    const PacketRecord* before = nullptr;
    for (const PacketRecord& packet : packets) {
      const bool is_backward = packet.from_b != packets.front().from_b;
      if (scope != 0 && is_backward != (scope == 2)) {
        continue;
      }
      sizes.push_back(packet.wire_length);
      if (before != nullptr) {
        gaps.push_back(
            (static_cast<long double>(packet.ts_ns) - static_cast<long double>(before->ts_ns)) /
            1e6L);
      }
      for (std::size_t bit = 0; bit < 8; ++bit) {
        flags[kFlags[bit]] += (packet.tcp_flags >> bit) & 1;
      }
      before = &packet;
    }
    const std::string prefix = kScopes[scope];
    expect_summary(table, prefix, "ps", sizes);
    expect_summary(table, prefix, "piat_ms", gaps);
    for (const char* flag : kFlags) {
      EXPECT_EQ(number(table, prefix + flag + "_packets"), flags[flag]) << prefix << flag;
    }
    if (scope == 0) {
      EXPECT_EQ(number(table, "bidirectional_packets"), static_cast<double>(sizes.size()));
    }
  }
}

Recipe statistics() {
  Recipe recipe = test::recipe_of({"flow", "statistics"});
  recipe.policy.idle_timeout_ns = kNoTimeout;
  recipe.policy.active_timeout_ns = kNoTimeout;
  return recipe;
}

std::vector<PacketRecord> random_flow(std::uint32_t seed, std::int64_t most_gap_ns,
                                      std::uint32_t most_size) {
  std::mt19937_64 random(seed);
  std::vector<PacketRecord> packets;
  std::int64_t time = 1'500'000'000'000'000'000;
  const std::size_t count = 1 + random() % 60;
  for (std::size_t i = 0; i < count; ++i) {
    const bool is_forward = random() % 3 != 0;
    PacketRecord packet = test::packet({.from = is_forward ? std::uint8_t{1} : std::uint8_t{2},
                                        .to = is_forward ? std::uint8_t{2} : std::uint8_t{1}});
    packet.ts_ns = time;
    packet.wire_length = static_cast<std::uint32_t>(random() % (std::uint64_t{most_size} + 1));
    packet.tcp_flags = static_cast<std::uint8_t>(random());
    packets.push_back(packet);
    time += static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(most_gap_ns + 1));
  }
  return packets;
}

TEST(Statistics, EqualABruteForceComputation) {
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    expect_statistics(random_flow(seed, 5'000'000'000, 1500), statistics());
  }
}

TEST(Statistics, EqualABruteForceComputationAtTheEndsOfTheRange) {
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    expect_statistics(random_flow(seed, 120'000'000'000'000'000, 0xffffffff), statistics());
  }
}

TEST(Statistics, FortyLargestPacketsSumExactly) {
  // RELIABILITY, section 4.
  std::vector<PacketSpec> packets(40);
  for (PacketSpec& packet : packets) {
    packet.size = 0xffffffff;
  }
  const Table table = test::feature_rows(packets, statistics());
  EXPECT_EQ(number(table, "bidirectional_bytes"), 171798691800.0);
  EXPECT_EQ(number(table, "bidirectional_mean_ps"), 4294967295.0);
  EXPECT_EQ(number(table, "bidirectional_stddev_ps"), 0.0);
  EXPECT_EQ(number(table, "bidirectional_max_ps"), 4294967295.0);
}

// A flow that has had as many packets as a counter can hold, or more.
TEST(Statistics, FlagCountersStayAtTheirLargestValue) {
  Recipe recipe = test::recipe_of({"statistics"});
  recipe.columns = {"src2dst_ack_packets", "src2dst_syn_packets", "dst2src_ack_packets"};
  FeatureSet features(recipe);
  const PacketRecord record = test::packet({.flags = tcp_flag::kAck});
  const PacketView view{record, {}};
  Flow flow;
  flow.key = record.key;
  std::vector<Cell> row(3);
  for (const std::uint64_t packets : {std::uint64_t{UINT32_MAX}, std::uint64_t{UINT32_MAX} + 9}) {
    std::vector<std::uint64_t> state(features.state_size() / sizeof(std::uint64_t));
    auto* bytes = reinterpret_cast<std::byte*>(state.data());
    flow.direction[0].packets = 1;
    features.init(flow, bytes, view);
    flow.direction[0].packets = packets;
    features.update(flow, bytes, view);
    features.read({flow, bytes, {}}, row);
    EXPECT_EQ(row[0].u64, 2u) << packets;
    EXPECT_EQ(row[1].u64, 0u) << packets;
    EXPECT_EQ(row[2].u64, 0u) << packets;
  }
  std::vector<Uint128> full(features.state_size() / sizeof(Uint128) + 1, ~Uint128{0});
  auto* bytes = reinterpret_cast<std::byte*>(full.data());
  features.update(flow, bytes, view);
  features.read({flow, bytes, {}}, row);
  EXPECT_EQ(row[0].u64, std::uint64_t{UINT32_MAX});
}

TEST(Statistics, TimesFurtherApartThanTheRangeStayFinite) {
  PacketRecord first = test::packet({});
  PacketRecord last = first;
  first.ts_ns = INT64_MIN;
  last.ts_ns = INT64_MAX;
  Recipe recipe = statistics();
  recipe.sets = {"flow", "statistics", "biflow", "splt", "iat", "stats", "samp_num"};
  recipe.representation.dim = 4;
  recipe.representation.sampling_s = 1;
  const Table table = test::feature_rows({first, last}, recipe);
  ASSERT_EQ(table.row_count(), 1u);
  for (std::size_t i = 0; i < table.schema().size(); ++i) {
    EXPECT_NE(table.cell(0, i).kind, Cell::Kind::kMissing) << table.schema().columns[i].name;
  }
  EXPECT_DOUBLE_EQ(number(table, "bidirectional_duration_ms"), 9223372036854.775807);
  EXPECT_DOUBLE_EQ(number(table, "bidirectional_max_piat_ms"), 9223372036854.775807);
}

TEST(Statistics, OfOnePacketAreItsSizeAndZeros) {
  const Table table = test::feature_rows({PacketSpec{.at = 1, .size = 77}}, statistics());
  EXPECT_EQ(number(table, "bidirectional_min_ps"), 77);
  EXPECT_EQ(number(table, "bidirectional_stddev_ps"), 0);
  EXPECT_EQ(number(table, "bidirectional_max_piat_ms"), 0);
  EXPECT_EQ(number(table, "dst2src_min_ps"), 0);
  EXPECT_EQ(number(table, "dst2src_first_seen_ms"), 0);
  EXPECT_EQ(number(table, "dst2src_duration_ms"), 0);
}

TEST(Statistics, MillisecondsAreExactOutsideThePreset) {
  std::vector<PacketRecord> packets = {test::packet({}), test::packet({})};
  packets[0].ts_ns = 1'500'000'000'123'999'999;
  packets[1].ts_ns = 1'500'000'000'125'000'001;
  const Table table = test::feature_rows(packets, statistics());
  EXPECT_EQ(number(table, "bidirectional_first_seen_ms"), 1'500'000'000'123.0) << "rounded down";
  EXPECT_EQ(number(table, "bidirectional_duration_ms"), 1.000002);
  EXPECT_EQ(number(table, "bidirectional_max_piat_ms"), 1.000002);
  packets[0].ts_ns = packets[1].ts_ns = -1;
  EXPECT_EQ(number(test::feature_rows(packets, statistics()), "bidirectional_first_seen_ms"), -1)
      << "rounded down before 1970 too";
}

// NFStream SPEC, section 7: running mean in doubles, whole milliseconds.
TEST(Statistics, ThePresetHasNfstreamsArithmetic) {
  std::vector<PacketRecord> packets;
  const std::uint32_t sizes[] = {66, 1514, 97, 60, 1400};
  const std::int64_t times[] = {1000, 1003, 1010, 1010, 1500};
  for (std::size_t i = 0; i < std::size(sizes); ++i) {
    packets.push_back(test::packet({.size = sizes[i]}));
    packets.back().ts_ns = times[i];
  }
  Recipe recipe = test::recipe_of({"flow", "statistics"});
  recipe.preset = Preset::kNfstream;
  recipe.policy.expiry = ExpiryRule::kNfstream;
  const Table table = test::feature_rows(packets, recipe);
  double mean = 66, squares = 0;
  for (int n = 2; n <= 5; ++n) {
    const double x = sizes[n - 1];
    const double d = x - mean;
    mean += d / n;
    squares += d * (x - mean);
  }
  EXPECT_EQ(number(table, "bidirectional_mean_ps"), mean);
  EXPECT_EQ(number(table, "bidirectional_stddev_ps"), std::sqrt(squares / 4));
  EXPECT_EQ(number(table, "bidirectional_duration_ms"), 500);
  EXPECT_EQ(number(table, "bidirectional_mean_piat_ms"), 125);
  EXPECT_EQ(number(table, "bidirectional_min_piat_ms"), 0);
  EXPECT_FALSE(table.schema().find("start_ns").has_value());
}

}  // namespace
}  // namespace netml
