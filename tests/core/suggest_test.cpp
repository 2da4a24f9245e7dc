#include "netml/core/suggest.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "netml/core/error.hpp"
#include "netml/core/run_stats.hpp"

namespace netml {
namespace {

const std::vector<std::string> kKnown = {"flow", "statistics", "iat", "iat_size", "samp_num"};

TEST(Suggest, FindsTheNearestName) {
  EXPECT_EQ(nearest_name("flwo", kKnown), "flow") << "neighbours swapped";
  EXPECT_EQ(nearest_name("statistic", kKnown), "statistics");
  EXPECT_EQ(nearest_name("iatsize", kKnown), "iat_size");
  EXPECT_EQ(did_you_mean("flows", kKnown), "; did you mean 'flow'?");
}

TEST(Suggest, CompletesAStartThatOneNameHas) {
  EXPECT_EQ(nearest_name("statist", kKnown), "statistics");
  EXPECT_EQ(nearest_name("cicids", std::vector<std::string>{"cicids2017", "csv"}), "cicids2017");
  EXPECT_EQ(nearest_name("samples", std::vector<std::string>{"samples_number", "samples_size_of"}),
            "");
}

TEST(Suggest, ProposesNothingThatIsFarOff) {
  EXPECT_EQ(nearest_name("zzzzzz", kKnown), "");
  EXPECT_EQ(nearest_name("", kKnown), "");
  EXPECT_EQ(nearest_name(std::string(100000, 'f'), kKnown), "") << "and does not work long on it";
  EXPECT_EQ(did_you_mean("x", {}), "");
  EXPECT_EQ(nearest_name("ab", std::vector<std::string>{"xy"}), "") << "everything replaced";
}

TEST(Error, KindsHaveTheDocumentedExitCodes) {
  // RELIABILITY, section 2.
  EXPECT_EQ(exit_code(ErrorKind::kInternal), 1);
  EXPECT_EQ(exit_code(ErrorKind::kUsage), 2);
  EXPECT_EQ(exit_code(ErrorKind::kInput), 3);
  EXPECT_EQ(exit_code(ErrorKind::kData), 3);
  EXPECT_EQ(exit_code(ErrorKind::kModel), 3);
  EXPECT_EQ(exit_code(ErrorKind::kOutput), 5);
  EXPECT_EQ(exit_code(ErrorKind::kLimit), 6);
}

TEST(RunStats, SkippedPacketsAddUpAndNoneLeaveNoTrace) {
  RunStats stats;
  stats.skip(skip_reason::kLimit, 0);
  EXPECT_TRUE(stats.packets_skipped.empty());
  stats.skip(skip_reason::kLimit, 2);
  stats.skip(skip_reason::kLimit, 3);
  EXPECT_EQ(stats.packets_skipped.at("limit"), 5u);
}

TEST(RunStats, AccountForPacketsOnce) {
  RunStats stats;
  stats.packets_in_flows = 5;
  stats.packets_in_flows_too_short = 3;
  stats.packets_skipped = {{"not_ip", 2}, {"limit", 1}};
  stats.not_ip_by_ethertype = {{"arp", 2}};
  EXPECT_EQ(stats.packets_accounted(), 11u);
}

}  // namespace
}  // namespace netml
