#include <cmath>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netml/core/error.hpp"
#include "netml/features/registry.hpp"

#include "support/feature_rows.hpp"

namespace netml {
namespace {

using test::kSecond;
using test::number;
using test::PacketSpec;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> names_of(const std::string& set) {
  return FeatureSet(test::recipe_of({set})).schema().names();
}

std::string text(const Table& table, const std::string& column, std::size_t row = 0) {
  return std::string(table.cell(row, *table.schema().find(column)).text);
}

Recipe recipe_of_set(const std::string& set) {
  Recipe recipe = test::recipe_of({set});
  recipe.policy.idle_timeout_ns = kNoTimeout;
  recipe.policy.active_timeout_ns = kNoTimeout;
  return recipe;
}

TEST(Cicflowmeter, EachGenerationHas84Names) {
  for (const char* set : {"cicflowmeter", "cicflowmeter:2018", "cicflowmeter:2017"}) {
    const std::vector<std::string> names = names_of(set);
    EXPECT_EQ(names.size(), 84U) << set;
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size()) << set;
    EXPECT_EQ(names.front(), "Flow ID");
    EXPECT_EQ(names.back(), "Label");
    for (const std::string& name : names) {
      EXPECT_NE(name.front(), ' ') << name;
    }
  }
  EXPECT_EQ(names_of("cicflowmeter:extended").size(), 94U);
  EXPECT_EQ(names_of("cicflowmeter:extended").back(), "Label");
}

// NetFlowMeter SPEC, 8.1.
TEST(Cicflowmeter, NamesOfItsGenerations) {
  const std::vector<std::string> today = names_of("cicflowmeter");
  const std::vector<std::string> of_2018 = names_of("cicflowmeter:2018");
  const std::vector<std::string> of_2017 = names_of("cicflowmeter:2017");
  const auto at = [&](std::size_t number) {
    return std::vector<std::string>{today[number - 1], of_2018[number - 1], of_2017[number - 1]};
  };
  EXPECT_THAT(at(2), ElementsAre("Src IP", "Src IP", "Source IP"));
  EXPECT_THAT(at(9), ElementsAre("Total Fwd Packet", "Tot Fwd Pkts", "Total Fwd Packets"));
  EXPECT_THAT(at(41), ElementsAre("Fwd Header Length", "Fwd Header Len", "Fwd Header Length"));
  EXPECT_THAT(at(45), ElementsAre("Packet Length Min", "Pkt Len Min", "Min Packet Length"));
  EXPECT_THAT(at(56), ElementsAre("CWR Flag Count", "CWE Flag Count", "CWE Flag Count"));
  EXPECT_THAT(at(74), ElementsAre("Fwd Act Data Pkts", "Fwd Act Data Pkts", "act_data_pkt_fwd"));
  EXPECT_THAT(at(83), ElementsAre("Idle Min", "Idle Min", "Idle Min"));
}

TEST(Cicflowmeter, UnknownGenerationsAreRefused) {
  try {
    static_cast<void>(FeatureSet(test::recipe_of({"cicflowmeter:2019"})));
    FAIL() << "accepted";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("2019"));
    EXPECT_THAT(error.what(), HasSubstr("2018, 2017, extended"));
  }
}

TEST(Cicflowmeter, MicrosecondsAndSampleDeviations) {
  // Payloads of 40 and 140 bytes: their sample deviation is the difference over the root of two.
  const Table table = test::feature_rows({{.at = 1},
                                          {.at = 1.5, .from = 2, .to = 1, .size = 200},
                                          {.at = 2, .flags = tcp_flag::kPsh, .size = 200},
                                          {.at = 9}},
                                         recipe_of_set("cicflowmeter"));
  EXPECT_EQ(number(table, "Flow Duration"), 8e6);
  EXPECT_EQ(number(table, "Flow IAT Max"), 7e6);
  EXPECT_EQ(number(table, "Fwd IAT Total"), 8e6);
  EXPECT_EQ(number(table, "Bwd IAT Std"), 0);
  EXPECT_EQ(number(table, "Total Length of Fwd Packet"), 40 + 140 + 40);
  EXPECT_NEAR(number(table, "Fwd Packet Length Std"), 100 / std::sqrt(3.0), 1e-12);
  EXPECT_NEAR(number(table, "Packet Length Variance"), 10000.0 / 3, 1e-9);
  EXPECT_EQ(number(table, "Average Packet Size"), 90);  // the first packet once (C5)
  EXPECT_EQ(number(table, "Fwd PSH Flags"), 1);         // beyond the first packet (C4)
  EXPECT_EQ(number(table, "Down/Up Ratio"), 1.0 / 3);   // not in whole numbers (C7)
  EXPECT_EQ(number(table, "Fwd Act Data Pkts"), 3);
  EXPECT_EQ(number(table, "Fwd Seg Size Min"), 26);
  EXPECT_EQ(number(table, "Active Mean"), 1e6);  // 5 s end a period, not 100
  EXPECT_EQ(number(table, "Idle Max"), 7e6);
  EXPECT_EQ(text(table, "Flow ID"), "10.0.0.1-10.0.0.2-1001-1002-6");
  EXPECT_EQ(text(table, "Timestamp"), "1970-01-01 00:00:01.000000");
  EXPECT_EQ(text(table, "Label"), "No Label");
}

TEST(Cicflowmeter, NoTimeNoRates) {
  const Table table = test::feature_rows(std::vector<PacketSpec>(1), recipe_of_set("cicflowmeter"));
  EXPECT_EQ(number(table, "Flow Bytes/s"), 0);
  EXPECT_EQ(number(table, "Flow Packets/s"), 0);
  EXPECT_EQ(number(table, "Flow IAT Mean"), 0);
}

TEST(Cicflowmeter, RepeatedSegmentsAreCounted) {
  std::vector<PacketRecord> packets;
  for (const std::uint32_t sequence : {1U, 2U, 1U, 3U, 1U}) {
    packets.push_back(test::packet({.at = static_cast<double>(packets.size())}));
    packets.back().tcp_seq = sequence;
  }
  packets.push_back(test::packet({.at = 9, .from = 2, .to = 1}));
  packets.back().tcp_seq = 1;  // the other direction has sequence numbers of its own
  Recipe recipe = recipe_of_set("cicflowmeter:extended");
  const Table table = test::feature_rows(packets, recipe);
  EXPECT_EQ(number(table, "Fwd TCP Retrans. Count"), 2);
  EXPECT_EQ(number(table, "Bwd TCP Retrans. Count"), 0);
  EXPECT_EQ(number(table, "Total TCP Retrans. Count"), 2);
  EXPECT_EQ(number(table, "Bwd Act Data Pkts"), 1);
  for (PacketRecord& packet : packets) {
    packet.key.protocol = ip_protocol::kUdp;
  }
  EXPECT_EQ(number(test::feature_rows(packets, recipe), "Total TCP Retrans. Count"), 0);
}

TEST(Cicflowmeter, TheTimeOfAConnectionGoesOnAcrossTimeouts) {
  Recipe recipe = recipe_of_set("cicflowmeter:extended");
  recipe.policy.expiry = ExpiryRule::kOwnPacket;
  recipe.policy.active_timeout_ns = 10 * kSecond;
  recipe.policy.tcp_end = TcpEnd::kGraceful;
  std::vector<PacketSpec> packets;
  for (int i = 0; i < 24; ++i) {
    packets.push_back({.at = static_cast<double>(i)});
  }
  packets.push_back({.at = 24, .flags = tcp_flag::kRst});
  packets.push_back({.at = 25, .flags = tcp_flag::kSyn});
  packets.push_back({.at = 26});
  const Table table = test::feature_rows(packets, recipe);
  ASSERT_EQ(table.row_count(), 4U);
  const auto times = [&](std::size_t row) {
    return std::pair{number(table, "Flow Duration", row) / 1e6,
                     number(table, "Total Connection Flow Time", row) / 1e6};
  };
  EXPECT_EQ(times(0), (std::pair{10.0, 10.0}));
  EXPECT_EQ(times(1), (std::pair{10.0, 20.0}));
  EXPECT_EQ(times(2), (std::pair{2.0, 22.0}));
  EXPECT_EQ(times(3), (std::pair{1.0, 1.0}));  // another connection
  EXPECT_EQ(number(table, "Fwd RST Flags", 2), 1);
}

// Else it would depend on where epochs are cut.
TEST(Cicflowmeter, AConnectionThatTheClockEndedDoesNotGoOn) {
  Recipe recipe = recipe_of_set("cicflowmeter:extended");
  recipe.policy.expiry = ExpiryRule::kOwnPacket;
  recipe.policy.active_timeout_ns = 10 * kSecond;
  const Table table =
      test::feature_rows({{.at = 0}, {.at = 5}, {.at = 70}, {.at = 71}, {.at = 171}}, recipe);
  ASSERT_EQ(table.row_count(), 3U);
  EXPECT_EQ(number(table, "Total Connection Flow Time", 1), 6e6);  // parted by its own packet
  EXPECT_EQ(number(table, "Total Connection Flow Time", 2), 0);    // a minute and more later
}

TEST(Cicflowmeter, IcmpHasTypeAndCode) {
  std::vector<PacketRecord> packets = {test::packet({.protocol = ip_protocol::kIcmp})};
  packets.front().icmp_type = 3;
  packets.front().icmp_code = 13;
  const Table table = test::feature_rows(packets, recipe_of_set("cicflowmeter:extended"));
  EXPECT_EQ(number(table, "ICMP Type"), 3);
  EXPECT_EQ(number(table, "ICMP Code"), 13);
  EXPECT_EQ(number(table, "Protocol"), 1);
}

TEST(Cicflowmeter, ItsLabelTakesThePlaceOfOthers) {
  EXPECT_TRUE(has_own_label({"flow", "cicflowmeter:2017"}));
  EXPECT_TRUE(has_own_label({"cicflowmeter"}));
  EXPECT_FALSE(has_own_label({"flow", "netflowmeter"}));
}

}  // namespace
}  // namespace netml
