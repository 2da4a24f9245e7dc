#include "netml/features/feature_set.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netml/core/error.hpp"
#include "netml/features/registry.hpp"

#include "support/feature_rows.hpp"

namespace netml {
namespace {

using test::recipe_of;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> columns(const Recipe& recipe) {
  return FeatureSet(recipe).schema().names();
}

std::string usage_error(const Recipe& recipe) {
  try {
    const FeatureSet features(recipe);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

std::vector<std::int64_t> list(const Table& table, const std::string& column) {
  const Cell cell = table.cell(0, table.schema().find(column).value());
  return {cell.list.begin(), cell.list.end()};
}

TEST(FeatureSet, SetsWithoutIdentityArePrecededByIt) {
  EXPECT_THAT(columns(recipe_of({"splt"})),
              ElementsAre("src_ip", "src_port", "dst_ip", "dst_port", "protocol", "start_ns",
                          "splt_direction", "splt_ps", "splt_piat_ms"));
  EXPECT_EQ(columns(recipe_of({"splt", "flow"})).front(), "splt_direction")
      << "a set that brings its own identity is enough, wherever it stands";
}

TEST(FeatureSet, AColumnStandsOnceWhereTheFirstSetPutsIt) {
  EXPECT_EQ(columns(recipe_of({"flow", "flow"})), columns(recipe_of({"flow"})));
  EXPECT_EQ(columns(recipe_of({"splt:3", "splt:5"})), columns(recipe_of({"splt:3"})));
  const Table table = test::feature_rows({test::PacketSpec{}}, recipe_of({"splt:3", "splt:5"}));
  EXPECT_EQ(list(table, "splt_ps").size(), 3u);
}

TEST(FeatureSet, ColumnsAreChosenAndOrdered) {
  Recipe recipe = recipe_of({"flow", "splt:2"});
  recipe.columns = {"splt_ps", "src_port", "end_reason"};
  const Table table = test::feature_rows({test::PacketSpec{.size = 77}}, recipe);
  EXPECT_THAT(table.schema().names(), ElementsAre("splt_ps", "src_port", "end_reason"));
  EXPECT_THAT(list(table, "splt_ps"), ElementsAre(77, -1));
  EXPECT_EQ(table.cell(0, 1).u64, 1001u);
  EXPECT_EQ(table.cell(0, 2).text, "end");
}

TEST(FeatureSet, MistakesAreNamedWithASuggestion) {
  EXPECT_THAT(usage_error(recipe_of({"flwo"})), HasSubstr("did you mean 'flow'?"));
  EXPECT_THAT(usage_error(recipe_of({"statistic"})), HasSubstr("did you mean 'statistics'?"));
  EXPECT_THAT(usage_error(recipe_of({"flow:3"})), HasSubstr("too many arguments"));
  EXPECT_THAT(usage_error(recipe_of({})), HasSubstr("no feature set"));
  EXPECT_THAT(usage_error(recipe_of({""})), HasSubstr("unknown feature set ''"));
  EXPECT_THAT(usage_error(recipe_of({"x\n\x1b[31m"})), HasSubstr("x\\x0a\\x1b[31m"));
  Recipe recipe = recipe_of({"flow"});
  recipe.columns = {"src_prot"};
  EXPECT_THAT(usage_error(recipe), HasSubstr("did you mean 'src_port'?"));
  recipe.columns = {"src_port", "src_port"};
  EXPECT_THAT(usage_error(recipe), HasSubstr("named twice"));
}

TEST(FeatureSet, ArgumentsAreChecked) {
  for (const char* set : {"splt:0", "splt:65536", "splt:x", "splt:", "splt:-1", "udps.splt:3:frame",
                          "udps.splt:3:", "splt:3:ip"}) {
    EXPECT_NE(usage_error(recipe_of({set})), "no error") << set;
  }
  EXPECT_NO_THROW(FeatureSet(recipe_of({"splt:65535"})));
}

TEST(FeatureSet, WideRowsAreBuiltInReasonableTime) {
  Recipe recipe = recipe_of({"iat_size"});
  recipe.representation.dim = 65535;
  EXPECT_EQ(FeatureSet(recipe).schema().size(), 6u + 2 * 65535 - 1);
}

TEST(FeatureSet, EverySetIsRegisteredCompletely) {
  std::set<std::string> sets;
  for (const FeatureSetInfo& set : feature_sets()) {
    EXPECT_TRUE(sets.insert(set.name).second) << set.name;
    EXPECT_FALSE(set.summary.empty()) << set.name;
    EXPECT_EQ(set.syntax.rfind(set.name, 0), 0u) << set.name;
    std::set<std::string> names;
    const std::vector<ColumnInfo> all = columns_of(set.name);
    EXPECT_FALSE(all.empty()) << set.name;
    for (const ColumnInfo& column : all) {
      EXPECT_TRUE(names.insert(column.name).second) << set.name << " " << column.name;
      EXPECT_FALSE(column.name.empty()) << set.name;
      EXPECT_FALSE(column.definition.empty()) << column.name;
      EXPECT_FALSE(column.source.empty()) << column.name;
      // CICFlowMeter's names hold spaces.
      const char* const special = column.source == "CICFlowMeter" ? ",\"'\n" : " ,\"'\n";
      EXPECT_EQ(column.name.find_first_of(special), std::string::npos) << column.name;
    }
  }
  EXPECT_THROW(columns_of("nothing"), UsageError);
}

TEST(FeatureSet, NoModelSeesAddressesPortsTimesOrText) {
  for (const FeatureSetInfo& set : feature_sets()) {
    for (const ColumnInfo& column : columns_of(set.name)) {
      const bool is_absolute_time =
          column.name.find("_seen_ms") != std::string::npos ||
          (column.name.size() > 3 && column.name.substr(column.name.size() - 3) == "_ns");
      if (is_absolute_time || column.type == ColumnType::kText) {
        EXPECT_TRUE(column.is_identity) << column.name;
      }
    }
  }
}

// A flow with one direction, and one with both.
Epoch two_flows() {
  Epoch epoch;
  for (const test::PacketSpec& spec :
       {test::PacketSpec{.at = 1.0}, test::PacketSpec{.at = 2.0},
        test::PacketSpec{.at = 3.0, .to = 9}, test::PacketSpec{.at = 4.0, .from = 9, .to = 1}}) {
    PacketRecord record = test::packet(spec);
    record.index = epoch.records.size();
    record.hash = flow_hash(test::kHashKey, record.key);
    epoch.records.push_back(record);
    epoch.clocks.push_back(record.ts_ns);
  }
  return epoch;
}

void expect_types(const Schema& schema, std::span<const Cell> row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    const ColumnInfo& column = schema.columns[i];
    EXPECT_TRUE(row[i].fits(column.type)) << column.name;
    // Models take every flow's value, except where the definition says otherwise.
    EXPECT_TRUE(row[i].kind != Cell::Kind::kMissing || column.is_identity ||
                column.definition.find("no value") != std::string::npos)
        << column.name;
  }
}

TEST(FeatureSet, EveryCellHasTheTypeOfItsColumn) {
  // Not the preset netml: its rows hold nothing but representations, and are not made here.
  for (const Preset preset :
       {Preset::kNone, Preset::kNfstream, Preset::kNetflowmeter, Preset::kCicflowmeter}) {
    SCOPED_TRACE(static_cast<int>(preset));
    Recipe recipe;
    recipe.preset = preset;
    for (const FeatureSetInfo& set : feature_sets()) {
      recipe.sets.push_back(set.name);
    }
    recipe.representation.dim = 3;
    recipe.representation.sampling_s = 1;
    recipe.representation.header = true;
    FeatureSet features(recipe);
    FlowTable flows(recipe.policy, features);
    ClosedFlows closed;
    flows.apply(two_flows(), closed);
    flows.finish(closed);
    ASSERT_EQ(closed.size(), 2u);
    PageList<SeriesPacket> series;
    PageList<std::byte> records;
    std::vector<Cell> row(features.schema().size());
    const ContextValues context{};
    for (const ClosedFlow& end : closed) {
      series.clear();
      flows.read_series(end.slot, series);
      records.clear();
      flows.read_records(end.slot, records);
      features.read({flows.flow(end.slot), flows.state(end.slot), series, 0, &context, records},
                    row);
      expect_types(features.schema(), row);
    }
  }
}

// ---------------------------------------------------------------- splt

TEST(Splt, HoldsTheFirstPacketsAndMinusOneAfterThem) {
  const Table table = test::feature_rows({{.at = 1, .size = 70},
                                          {.at = 1.0015, .from = 2, .to = 1, .size = 80},
                                          {.at = 1.002, .size = 90}},
                                         recipe_of({"splt:4"}));
  EXPECT_THAT(list(table, "splt_direction"), ElementsAre(0, 1, 0, -1));
  EXPECT_THAT(list(table, "splt_ps"), ElementsAre(70, 80, 90, -1));
  const Cell gaps = table.cell(0, table.schema().find("splt_piat_ms").value());
  EXPECT_THAT(std::vector<double>(gaps.reals.begin(), gaps.reals.end()),
              ElementsAre(0, 1.5, 0.5, -1));
}

TEST(Splt, StopsAfterItsLength) {
  const Table table =
      test::feature_rows({{.at = 1}, {.at = 2}, {.at = 3}}, recipe_of({"splt:2", "iat"}));
  EXPECT_THAT(list(table, "splt_direction"), ElementsAre(0, 0));
}

TEST(Splt, ThePluginMayCountOtherBytesThanTheRun) {
  const std::vector<test::PacketSpec> packets = {{.size = 100}};
  const auto sizes = [&](const std::string& set) {
    const Table table = test::feature_rows(packets, recipe_of({"splt:1", set}));
    EXPECT_THAT(list(table, "splt_ps"), ElementsAre(100));
    return list(table, "udps.splt_ps").front();
  };
  EXPECT_EQ(sizes("udps.splt"), 100);
  EXPECT_EQ(sizes("udps.splt:1"), 100);
  EXPECT_EQ(sizes("udps.splt:1:link"), 100);
  EXPECT_EQ(sizes("udps.splt:1:ip"), 86);
  EXPECT_EQ(sizes("udps.splt:1:transport"), 66);
  EXPECT_EQ(sizes("udps.splt:1:payload"), 40);
}

TEST(Splt, TheFirstOfTwoPluginsKeepsItsAccounting) {
  const Table table = test::feature_rows({test::PacketSpec{.size = 100}},
                                         recipe_of({"udps.splt:1:ip", "udps.splt:1:payload"}));
  EXPECT_THAT(list(table, "udps.splt_ps"), ElementsAre(86));
}

}  // namespace
}  // namespace netml
