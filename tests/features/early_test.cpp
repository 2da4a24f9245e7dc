#include <cmath>

#include <gtest/gtest.h>

#include "netml/core/error.hpp"

#include "support/feature_rows.hpp"

namespace netml {
namespace {

using test::number;
using test::recipe_of;

Table feature_rows(const std::vector<test::PacketSpec>& packets, const Recipe& recipe) {
  return test::feature_rows(packets, recipe);
}

// 100 bytes on the wire are 86 from the IP header on.
TEST(Early, SizesAreSignedAndGapsAreLogarithms) {
  const Table table =
      feature_rows({{1, 1, 2}, {1.5, 2, 1, 6, 0, 200}, {1.5, 1, 2}}, recipe_of({"early:4"}));
  EXPECT_EQ(number(table, "early_size_1"), 86);
  EXPECT_EQ(number(table, "early_size_2"), -186);
  EXPECT_EQ(number(table, "early_size_3"), 86);
  EXPECT_EQ(number(table, "early_size_4"), 0);
  EXPECT_NEAR(number(table, "early_log_gap_1"), std::log1p(500'000.0), 1e-12);
  EXPECT_EQ(number(table, "early_log_gap_2"), 0);
  EXPECT_EQ(number(table, "early_log_gap_3"), 0);
}

TEST(Early, HasTwiceAsManyColumnsLessOne) {
  const std::size_t identity = 6;
  EXPECT_EQ(FeatureSet(recipe_of({"early"})).schema().size(), identity + 19);
  EXPECT_EQ(FeatureSet(recipe_of({"early:1"})).schema().size(), identity + 1);
  for (const char* set : {"early:0", "early:1025", "early:x", "early:1:2"}) {
    EXPECT_THROW(FeatureSet{recipe_of({set})}, UsageError) << set;
  }
}

TEST(Early, SizesAreIpLengthsWhateverTheAccounting) {
  Recipe recipe = recipe_of({"early:1"});
  for (const Accounting accounting :
       {Accounting::kLink, Accounting::kIp, Accounting::kTransport, Accounting::kPayload}) {
    recipe.policy.accounting = accounting;
    EXPECT_EQ(number(feature_rows({{1, 1, 2}}, recipe), "early_size_1"), 86);
  }
}

TEST(Early, StandsBesideSetsOfOtherAccountings) {
  const Table table = feature_rows({{1, 1, 2}}, recipe_of({"udps.splt:3:payload", "early:20"}));
  EXPECT_EQ(number(table, "early_size_1"), 86);
  EXPECT_EQ(table.schema().size(), 6 + 3 + 39u);
}

TEST(Early, LongSequencesAreWhole) {
  std::vector<test::PacketSpec> packets;
  for (int i = 0; i < 1500; ++i) {
    packets.push_back({1 + i * .001, static_cast<std::uint8_t>(i % 2 == 0 ? 1 : 2),
                       static_cast<std::uint8_t>(i % 2 == 0 ? 2 : 1)});
  }
  const Table table = test::feature_rows(packets, recipe_of({"early:1024"}));
  EXPECT_EQ(number(table, "early_size_1023"), 86);
  EXPECT_EQ(number(table, "early_size_1024"), -86);
  EXPECT_GT(number(table, "early_log_gap_1023"), 0);
}

TEST(ContextColumns, TheSetSaysWhatItTakes) {
  const auto window = [](const char* set) { return *FeatureSet(recipe_of({set})).context(); };
  EXPECT_EQ(window("context").before_ns, 60'000'000'000);
  EXPECT_EQ(window("context").after_ns, 10'000'000'000);
  EXPECT_EQ(window("context:1.5").before_ns, 1'500'000'000);
  EXPECT_EQ(window("context:30:0").after_ns, 0);
  for (const char* set : {"context:-1", "context:x", "context:1:2:3", "context:", "context:1e9"}) {
    EXPECT_THROW(FeatureSet{recipe_of({set})}, UsageError) << set;
  }
}

TEST(ContextColumns, NobodyWaitsForColumnsThatAreNotChosen) {
  Recipe recipe = recipe_of({"flow", "context"});
  EXPECT_TRUE(FeatureSet(recipe).context());
  recipe.columns = {"src_ip", "bidirectional_packets"};
  EXPECT_FALSE(FeatureSet(recipe).context());
  recipe.columns = {"src_ip", "src_reset_share"};
  EXPECT_TRUE(FeatureSet(recipe).context());
}

}  // namespace
}  // namespace netml
