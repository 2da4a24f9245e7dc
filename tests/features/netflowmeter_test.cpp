#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "support/feature_rows.hpp"
#include "support/two_pass.hpp"

namespace netml {
namespace {

using test::kSecond;
using test::number;

// A packet by what these sets look at.
struct Seen {
  double at = 0;
  bool is_forward = true;
  std::uint32_t payload = 0;
  std::uint8_t flags = 0;
  std::uint32_t header = 20;
  std::uint8_t protocol = ip_protocol::kTcp;
  std::uint16_t window = 0;
  std::uint32_t sequence = 0, acknowledgment = 0;
};

PacketRecord record(const Seen& seen) {
  PacketRecord packet = test::packet({.at = seen.at,
                                      .from = seen.is_forward ? std::uint8_t{1} : std::uint8_t{2},
                                      .to = seen.is_forward ? std::uint8_t{2} : std::uint8_t{1},
                                      .protocol = seen.protocol,
                                      .flags = seen.flags});
  packet.ts_ns = std::llround(seen.at * 1e9);
  packet.payload_length = seen.payload;
  packet.transport_length = seen.payload + seen.header;
  packet.wire_length = packet.transport_length + 34;
  packet.tcp_window = seen.window;
  packet.tcp_seq = seen.sequence;
  packet.tcp_ack = seen.acknowledgment;
  return packet;
}

Recipe recipe_of_set(const std::string& set) {
  Recipe recipe = test::recipe_of({set});
  recipe.policy.idle_timeout_ns = kNoTimeout;
  recipe.policy.active_timeout_ns = kNoTimeout;
  return recipe;
}

Table rows(const std::vector<Seen>& flow, Recipe recipe) {
  std::vector<PacketRecord> packets;
  for (const Seen& seen : flow) {
    packets.push_back(record(seen));
  }
  return test::feature_rows(std::move(packets), recipe);
}

Table rows(const std::vector<Seen>& flow, const std::string& set = "netflowmeter-all") {
  return rows(flow, recipe_of_set(set));
}

std::string text(const Table& table, const std::string& column, std::size_t row = 0) {
  return std::string(table.cell(row, *table.schema().find(column)).text);
}

// ---------------------------------------------------------------- the columns

TEST(Netflowmeter, Has114ColumnsBehindTheIdentityAnd230More) {
  const FeatureSet seed(test::recipe_of({"netflowmeter"}));
  const FeatureSet all(test::recipe_of({"netflowmeter-all"}));
  const std::vector<std::string> seed_names = seed.schema().names();
  const std::vector<std::string> all_names = all.schema().names();
  EXPECT_EQ(seed_names.size(), 7U + 114);
  EXPECT_EQ(all_names.size(), 7U + 114 + 230);
  EXPECT_TRUE(std::equal(seed_names.begin(), seed_names.end(), all_names.begin()));
  EXPECT_EQ(std::set<std::string>(all_names.begin(), all_names.end()).size(), all_names.size());
  EXPECT_EQ((std::vector<std::string>(seed_names.begin(), seed_names.begin() + 9)),
            (std::vector<std::string>{"flow_id", "timestamp", "src_ip", "src_port", "dst_ip",
                                      "dst_port", "protocol", "duration", "packets_count"}));
  EXPECT_EQ(seed_names.back(), "subflow_bwd_bytes");
  EXPECT_EQ(seed.record_bytes(), 0U);
  EXPECT_EQ(all.record_bytes(), 20U);
}

TEST(Netflowmeter, IdentityIsText) {
  const Table table = rows({{.at = 1'499'169'270.1234569}});
  EXPECT_EQ(text(table, "timestamp").substr(0, 25), "2017-07-04 11:54:30.12345");
  EXPECT_EQ(text(table, "protocol"), "TCP");
  EXPECT_EQ(text(table, "flow_id"), "10.0.0.1_1001_10.0.0.2_1002_TCP_" + text(table, "timestamp"));
  EXPECT_EQ(text(rows({{.at = -0.5, .protocol = ip_protocol::kIcmp}}), "timestamp"),
            "1969-12-31 23:59:59.500000");
  EXPECT_EQ(text(rows({{.protocol = ip_protocol::kIcmp}}), "protocol"), "1");
}

// ---------------------------------------------------------------- sizes

// Row 3 of the seed's examples, 305 bytes forward: what is impossible there holds here (SPEC,
// section 6, 2).
TEST(Netflowmeter, DirectionsAreKeptApart) {
  const Table table = rows({{.payload = 100},
                            {.at = 1, .is_forward = false, .payload = 1400, .header = 32},
                            {.at = 2, .payload = 205}});
  EXPECT_EQ(number(table, "fwd_total_payload_bytes"), 305);
  EXPECT_EQ(number(table, "fwd_payload_bytes_max"), 205);
  EXPECT_EQ(number(table, "bwd_payload_bytes_max"), 1400);
  EXPECT_EQ(number(table, "payload_bytes_max"), 1400);
  EXPECT_EQ(number(table, "bwd_total_header_bytes"), 32);
  EXPECT_EQ(number(table, "fwd_total_header_bytes"), 40);
  EXPECT_EQ(number(table, "fwd_payload_bytes_variance"), 52.5 * 52.5);
}

// SPEC, section 6, 4: 702 UDP packets have 5616 header bytes.
TEST(Netflowmeter, UdpHeadersAreEightBytes) {
  std::vector<Seen> flow(702, {.payload = 3, .header = 8, .protocol = ip_protocol::kUdp});
  const Table table = rows(flow);
  EXPECT_EQ(number(table, "fwd_total_header_bytes"), 5616);
  EXPECT_EQ(number(table, "std_header_bytes"), 0);
  EXPECT_EQ(number(table, "segment_size_max"), 11);
  EXPECT_EQ(number(table, "fwd_init_win_bytes"), 0);
}

TEST(Netflowmeter, OtherProtocolsHaveNoHeader) {
  const Table table = rows({{.payload = 56, .header = 8, .protocol = ip_protocol::kIcmp}});
  EXPECT_EQ(number(table, "total_header_bytes"), 0);
  EXPECT_EQ(number(table, "total_payload_bytes"), 64);
}

TEST(Netflowmeter, OnePacketHasZerosAndNothingIsMissing) {
  const Table table = rows({{.payload = 7}}, "netflowmeter");
  for (std::size_t column = 0; column < table.schema().size(); ++column) {
    EXPECT_NE(table.cell(0, column).kind, Cell::Kind::kMissing)
        << table.schema().columns[column].name;
  }
  for (const char* name : {"duration", "packets_rate", "packets_IAT_mean", "packet_IAT_min",
                           "payload_bytes_std", "bwd_payload_bytes_min", "active_max"}) {
    EXPECT_EQ(number(table, name), 0) << name;
  }
  EXPECT_EQ(number(table, "subflow_fwd_packets"), 1);
}

// ---------------------------------------------------------------- SPEC, sections 2.4 to 2.7

TEST(Netflowmeter, FourPayloadPacketsAreABulk) {
  std::vector<Seen> flow;
  for (const double at : {0.0, 0.5, 1.5, 2.5}) {  // gaps of up to one second
    flow.push_back({.at = at, .payload = 100});
    flow.push_back({.at = at, .is_forward = false});  // pure ACKs neither extend nor break it
  }
  const Table table = rows(flow);
  EXPECT_EQ(number(table, "fwd_bulk_state_count"), 1);
  EXPECT_EQ(number(table, "fwd_bulk_per_packet"), 4);
  EXPECT_EQ(number(table, "fwd_bulk_total_size"), 400);
  EXPECT_EQ(number(table, "fwd_bulk_duration"), 2.5);
  EXPECT_EQ(number(table, "avg_fwd_bulk_rate"), 160);
  EXPECT_EQ(number(table, "avg_fwd_bytes_per_bulk"), 400);
  EXPECT_EQ(number(table, "avg_bwd_packets_bulk_rate"), 0);
  EXPECT_EQ(number(table, "bwd_bulk_state_count"), 0);
}

TEST(Netflowmeter, LongGapsAndTheOtherDirectionBreakABulk) {
  std::vector<Seen> flow(3, {.payload = 1});
  flow.push_back({.at = 1.000000001, .payload = 1});
  EXPECT_EQ(number(rows(flow), "fwd_bulk_state_count"), 0);
  flow.back().at = 1;
  EXPECT_EQ(number(rows(flow), "fwd_bulk_state_count"), 1);
  flow.back().at = 0;
  flow.insert(flow.begin() + 2, {.is_forward = false, .payload = 1});
  EXPECT_EQ(number(rows(flow), "fwd_bulk_state_count"), 0);
}

TEST(Netflowmeter, BackwardBulksAreSeen) {
  // An FTP download: the original misses it after any silence of the client (SPEC, N14).
  std::vector<Seen> flow = {{.payload = 10}};
  for (int i = 0; i < 732; ++i) {
    flow.push_back({.at = 10 + i * 0.01, .is_forward = false, .payload = 1432});
  }
  const Table table = rows(flow);
  EXPECT_EQ(number(table, "bwd_bulk_state_count"), 1);
  EXPECT_EQ(number(table, "avg_bwd_packets_bulk_rate"), 732);
}

// Row 2 of the seed's examples has 5 gaps and so 6 subflows (SPEC, section 6, 5 and 6).
TEST(Netflowmeter, SubflowsAreOneMoreThanTheLongGaps) {
  std::vector<Seen> flow = {{.payload = 60}};
  for (int i = 1; i <= 5; ++i) {
    flow.push_back({.at = 1.5 * i, .is_forward = false, .payload = 600});
    flow.push_back({.at = 1.5 * i + 0.25});
  }
  const Table table = rows(flow);
  EXPECT_EQ(number(table, "subflow_fwd_packets"), 1);
  EXPECT_EQ(number(table, "subflow_bwd_packets"), 5.0 / 6);
  EXPECT_EQ(number(table, "subflow_fwd_bytes"), 10);
  EXPECT_EQ(number(table, "subflow_bwd_bytes"), 500);
  EXPECT_EQ(number(rows({{}, {.at = 1, .is_forward = false}}), "subflow_fwd_packets"), 1);
}

// 8.1057 s: the original has it below zero (SPEC, N6).
TEST(Netflowmeter, APeriodCountsWhenALongerGapEndsIt) {
  const std::vector<Seen> flow = {{.at = 0}, {.at = 8.1057}, {.at = 108.2057}, {.at = 110}};
  const Table table = rows(flow);
  EXPECT_EQ(number(table, "active_max"), 8.1057);
  EXPECT_EQ(number(table, "active_min"), 8.1057);
  EXPECT_EQ(number(table, "active_median"), 8.1057);
  EXPECT_EQ(number(table, "idle_max"), 100.1);
  EXPECT_EQ(number(table, "idle_mode"), 100.1);
  EXPECT_EQ(number(table, "active_std"), 0);
  Recipe recipe = recipe_of_set("netflowmeter-all");
  recipe.active_idle_threshold_ns = 101 * kSecond;
  EXPECT_EQ(number(rows(flow, recipe), "idle_max"), 0);
  recipe.active_idle_threshold_ns = kSecond;
  const Table fine = rows(flow, recipe);
  EXPECT_EQ(number(fine, "idle_median"), 8.1057);  // 8.1057, 100.1 and 1.7943
  EXPECT_EQ(number(fine, "active_max"), 0);        // between gaps there is one packet
}

TEST(Netflowmeter, NoTimeNoRates) {
  const Table table = rows({{.payload = 5}, {.payload = 5}});
  EXPECT_EQ(number(table, "bytes_rate"), 0);
  EXPECT_EQ(number(table, "packets_rate"), 0);
}

TEST(Netflowmeter, TheFirstWindowOfEachDirection) {
  const Table table = rows({{.window = 65527},
                            {.at = 1, .window = 1},
                            {.at = 2, .is_forward = false, .window = 2174},
                            {.at = 3, .is_forward = false, .window = 2}});
  EXPECT_EQ(number(table, "fwd_init_win_bytes"), 65527);
  EXPECT_EQ(number(table, "bwd_init_win_bytes"), 2174);
}

// ---------------------------------------------------------------- late packets

TEST(Netflowmeter, GapsHaveASignUnderThePresetAlone) {
  const std::vector<Seen> flow = {{.at = 10}, {.at = 10.5}, {.at = 10.499994}, {.at = 10.6}};
  const Table usual = rows(flow);
  EXPECT_EQ(number(usual, "packet_IAT_min"), 0);
  EXPECT_EQ(number(usual, "packet_IAT_total"), 0.6);
  Recipe recipe = recipe_of_set("netflowmeter-all");
  recipe.policy.expiry = ExpiryRule::kOwnPacket;
  const Table table = rows(flow, recipe);
  EXPECT_EQ(number(table, "packet_IAT_min"), -6e-06);  // SPEC, section 6, 8
  EXPECT_EQ(number(table, "packet_IAT_total"), 0.6);
  EXPECT_EQ(number(table, "min_packets_delta_time"), 0.006);  // in order of time
  const Table back = rows({{.at = 10, .payload = 1}, {.at = 9}}, recipe);
  EXPECT_EQ(number(back, "duration"), -1);
  EXPECT_EQ(number(back, "bytes_rate"), 0);
}

// ---------------------------------------------------------------- values

TEST(Netflowmeter, MedianModeAndSkewness) {
  // The example of scipy.stats.skew: 0.2650554122698573.
  std::vector<Seen> flow;
  for (const std::uint32_t payload : {2U, 8U, 0U, 4U, 1U, 9U, 9U, 0U}) {
    flow.push_back({.payload = payload});
  }
  const Table table = rows(flow);
  EXPECT_NEAR(number(table, "payload_bytes_skewness"), 0.2650554122698573, 1e-15);
  EXPECT_EQ(number(table, "payload_bytes_median"), 3);
  EXPECT_EQ(number(table, "payload_bytes_mode"), 0);  // as often as 9
  EXPECT_NEAR(number(table, "payload_bytes_cov"), std::sqrt(13.859375) / 4.125, 1e-15);
  EXPECT_EQ(number(table, "bwd_payload_bytes_skewness"), 0);
}

TEST(Netflowmeter, HandshakeInThreeSteps) {
  constexpr std::uint8_t kSynAck = tcp_flag::kSyn | tcp_flag::kAck;
  std::vector<Seen> flow = {
      {.at = 1, .flags = tcp_flag::kSyn, .sequence = 0xffffffff},
      {.at = 2, .flags = tcp_flag::kSyn, .sequence = 0xffffffff},
      {.at = 3, .is_forward = false, .flags = kSynAck, .sequence = 7, .acknowledgment = 0},
      {.at = 3.5, .flags = tcp_flag::kAck, .sequence = 0, .acknowledgment = 8},
      {.at = 4.25, .flags = tcp_flag::kAck, .sequence = 0, .acknowledgment = 8}};
  const Table whole = rows(flow);
  EXPECT_EQ(number(whole, "handshake_state"), 3);
  EXPECT_EQ(number(whole, "handshake_duration"), 2.5);
  EXPECT_EQ(number(whole, "delta_start"), 0.75);
  flow.pop_back();
  EXPECT_EQ(number(rows(flow), "handshake_state"), 3);
  EXPECT_TRUE(std::isnan(number(rows(flow), "delta_start")));
  flow.pop_back();
  EXPECT_EQ(number(rows(flow), "handshake_state"), 2);
  EXPECT_TRUE(std::isnan(number(rows(flow), "handshake_duration")));
  flow.back().acknowledgment = 1;
  EXPECT_EQ(number(rows(flow), "handshake_state"), 1);
  EXPECT_EQ(number(rows({{.payload = 1}}), "handshake_state"), 0);
}

// ---------------------------------------------------------------- brute force

struct Expected {
  const char* prefix;
  std::vector<long double> payloads, headers, segments, gaps, steps;
};

std::vector<long double> steps_of(const std::vector<long double>& values) {
  std::vector<long double> steps;
  for (std::size_t i = 1; i < values.size(); ++i) {
    steps.push_back(values[i] - values[i - 1]);
  }
  return steps;
}

void expect_statistics(const Table& table, const std::string& before, const std::string& behind,
                       const std::vector<long double>& values) {
  const test::TwoPass expected = test::two_pass(values);
  std::map<long double, int> count;
  long double cubes = 0;
  for (const long double value : values) {
    ++count[value];
    cubes += std::pow(value - static_cast<long double>(expected.mean), 3);
  }
  long double mode = 0;
  int most = 0;
  for (const auto& [value, times] : count) {
    if (times > most) {
      most = times;
      mode = value;
    }
  }
  std::vector<long double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  const std::size_t n = sorted.size();
  const long double median = n == 0 ? 0 : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  const double deviation = expected.population_deviation;
  const double skewness = deviation == 0
                              ? 0.0
                              : static_cast<double>(cubes / static_cast<long double>(n)) /
                                    (deviation * deviation * deviation);
  const auto expect = [&](const char* statistic, double wanted, double tolerance) {
    const std::string name = before + statistic + behind;
    const double actual = number(table, name);
    if (!std::isnan(actual)) {  // not every list has every statistic
      EXPECT_NEAR(actual, wanted, tolerance * std::max(1.0, std::fabs(wanted))) << name;
    }
  };
  expect("max", expected.maximum, 1e-12);
  expect("min", expected.minimum, 1e-12);
  expect("mean", expected.mean, 1e-12);
  expect("std", deviation, 1e-12);
  expect("variance", deviation * deviation, 1e-12);
  expect("median", static_cast<double>(median), 1e-12);
  expect("mode", static_cast<double>(mode), 1e-12);
  expect("cov", expected.mean == 0 ? 0 : deviation / expected.mean, 1e-9);
  expect("skewness", skewness, 1e-6);
}

TEST(Netflowmeter, EqualsABruteForceComputation) {
  std::mt19937 random(7);
  for (int trial = 0; trial < 60; ++trial) {
    SCOPED_TRACE(trial);
    std::vector<Seen> flow;
    double at = 1;
    for (std::size_t i = 0, count = 1 + random() % 50; i < count; ++i) {
      flow.push_back({.at = at,
                      .is_forward = i == 0 || random() % 3 != 0,
                      .payload = static_cast<std::uint32_t>(random() % 5 * (random() % 400)),
                      .header = static_cast<std::uint32_t>(20 + random() % 11 * 4)});
      at += static_cast<double>(random() % 4000) * 0.001953125;  // exact in binary
    }
    const Table table = rows(flow);
    for (const int scope : {0, 1, 2}) {
      const std::string prefix = scope == 0 ? "" : scope == 1 ? "fwd_" : "bwd_";
      std::vector<long double> payloads, headers, segments, times, wires;
      for (const Seen& seen : flow) {
        if (scope == 0 || seen.is_forward == (scope == 1)) {
          payloads.push_back(seen.payload);
          headers.push_back(seen.header);
          segments.push_back(seen.payload + seen.header);
          wires.push_back(seen.payload + seen.header + 34);
          times.push_back(seen.at);
        }
      }
      const std::vector<long double> gaps = steps_of(times);
      std::vector<long double> gaps_ms = gaps;
      for (long double& gap : gaps_ms) {
        gap *= 1000;
      }
      expect_statistics(table, prefix + "payload_bytes_", "", payloads);
      expect_statistics(table, prefix, "_header_bytes", headers);
      expect_statistics(table, prefix + "segment_size_", "", segments);
      expect_statistics(table, prefix + "packets_IAT_", "", gaps);
      expect_statistics(table, "", "_" + prefix + "packets_delta_time", gaps_ms);
      expect_statistics(table, "", "_" + prefix + "packets_delta_len", steps_of(wires));
      expect_statistics(table, "", "_" + prefix + "header_bytes_delta_len", steps_of(headers));
      expect_statistics(table, "", "_" + prefix + "payload_bytes_delta_len", steps_of(payloads));
    }
  }
}

// Nothing that a clock does makes a number that is not one.
TEST(Netflowmeter, WildClocksGiveNumbers) {
  std::mt19937_64 random(11);
  for (const ExpiryRule rule : {ExpiryRule::kExact, ExpiryRule::kOwnPacket}) {
    Recipe recipe = recipe_of_set("netflowmeter-all");
    recipe.policy.expiry = rule;
    std::vector<PacketRecord> packets;
    for (int i = 0; i < 200; ++i) {
      packets.push_back(record({.is_forward = i % 3 == 0, .payload = 0xffff0000U}));
      packets.back().ts_ns = static_cast<std::int64_t>(random());
      packets.back().wire_length = 0xffffffff;
    }
    const Table table = test::feature_rows(packets, recipe);
    ASSERT_GE(table.row_count(), 1U);
    for (std::size_t row = 0; row < table.row_count(); ++row) {
      for (std::size_t column = 7; column < table.schema().size(); ++column) {
        const ColumnInfo& info = table.schema().columns[column];
        const bool may_miss = info.name == "delta_start" || info.name == "handshake_duration";
        EXPECT_TRUE(may_miss || std::isfinite(table.number(row, column))) << info.name;
      }
    }
  }
}

}  // namespace
}  // namespace netml
