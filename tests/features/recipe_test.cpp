#include "netml/features/recipe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netml/core/error.hpp"

namespace netml {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Recipe unusual() {
  Recipe recipe;
  recipe.preset = Preset::kNfstream;
  recipe.sets = {"flow", "splt:20"};
  recipe.columns = {"src_ip", "a \"quoted\" name"};
  recipe.policy.accounting = Accounting::kPayload;
  recipe.policy.idle_timeout_ns = kNoTimeout;
  recipe.policy.tcp_idle_timeout_ns = 1;
  recipe.policy.udp_idle_timeout_ns = 2;
  recipe.policy.active_timeout_ns = 0;
  recipe.policy.tcp_end = TcpEnd::kStrict;
  recipe.policy.expiry = ExpiryRule::kNfstream;
  recipe.policy.max_packets_per_flow = 7;
  recipe.per_direction = true;
  recipe.decode_tunnels = false;
  recipe.min_packets = 3;
  recipe.representation = {11, 0.1, 1e-9, 0.95, true, true};
  recipe.active_idle_threshold_ns = 5;
  return recipe;
}

std::string changed(const std::string& from, const std::string& to) {
  std::string text = Recipe{}.to_json();
  const std::size_t place = text.find(from);
  EXPECT_NE(place, std::string::npos) << from;
  return text.replace(place, from.size(), to);
}

TEST(Recipe, ComesBackFromItsText) {
  for (const Recipe& recipe : {Recipe{}, unusual()}) {
    const Recipe back = Recipe::from_json(recipe.to_json(), "t");
    EXPECT_EQ(back.to_json(), recipe.to_json());
    EXPECT_EQ(back.preset, recipe.preset);
    EXPECT_EQ(back.sets, recipe.sets);
    EXPECT_EQ(back.columns, recipe.columns);
    EXPECT_EQ(back.policy.idle_timeout_ns, recipe.policy.idle_timeout_ns);
    EXPECT_EQ(back.policy.tcp_idle_timeout_ns, recipe.policy.tcp_idle_timeout_ns);
    EXPECT_EQ(back.policy.udp_idle_timeout_ns, recipe.policy.udp_idle_timeout_ns);
    EXPECT_EQ(back.policy.active_timeout_ns, recipe.policy.active_timeout_ns);
    EXPECT_EQ(back.policy.tcp_end, recipe.policy.tcp_end);
    EXPECT_EQ(back.policy.expiry, recipe.policy.expiry);
    EXPECT_EQ(back.policy.accounting, recipe.policy.accounting);
    EXPECT_EQ(back.min_packets, recipe.min_packets);
    EXPECT_EQ(back.active_idle_threshold_ns, recipe.active_idle_threshold_ns);
    EXPECT_EQ(back.representation.dim, recipe.representation.dim);
    EXPECT_EQ(back.representation.interval_s, recipe.representation.interval_s);
    EXPECT_EQ(back.representation.sampling_s, recipe.representation.sampling_s);
    EXPECT_EQ(back.representation.q_interval, recipe.representation.q_interval);
  }
}

TEST(Recipe, LimitsOfMemoryAreNotPartOfIt) {
  Recipe recipe;
  recipe.policy.max_flows = 5;
  recipe.policy.memory_limit = 77;
  EXPECT_EQ(recipe.to_json(), Recipe{}.to_json());
}

TEST(Recipe, HostileTextIsRefusedNamingTheInputAndTheKey) {
  const std::pair<std::string, std::string> changes[] = {
      {"\"preset\":\"none\"", "\"preset\":\"other\""},
      {"\"preset\":\"none\"", "\"preset\":1"},
      {"\"features\":[]", "\"features\":\"flow\""},
      {"\"features\":[]", "\"features\":[1]"},
      {"\"features\":[]", "\"features\":[null]"},
      {"\"min_packets\":1", "\"min_packets\":0"},
      {"\"min_packets\":1", "\"min_packets\":-1"},
      {"\"min_packets\":1", "\"min_packets\":1.5"},
      {"\"min_packets\":1", "\"min_packets\":18446744073709551615"},
      {"\"min_packets\":1", "\"min_packets\":true"},
      {"\"max_packets_per_flow\":0", "\"max_packets_per_flow\":-1"},
      {"\"active_timeout_ns\":1800000000000", "\"active_timeout_ns\":-5"},
      {"\"active_timeout_ns\":1800000000000", "\"active_timeout_ns\":1e300"},
      {"\"per_direction\":false", "\"per_direction\":0"},
      {"\"dim\":null", "\"dim\":0"},
      {"\"dim\":null", "\"dim\":2147483647"},
      {"\"dim\":null", "\"dim\":\"4\""},
      {"\"sampling_s\":null", "\"sampling_s\":-1"},
      {"\"sampling_s\":null", "\"sampling_s\":1e18"},
      {"\"interval_s\":null", "\"interval_s\":[]"},
      {"\"q_interval\":0.9", "\"q_interval\":1.1"},
      {"\"q_interval\":0.9", "\"q_interval\":null"},
  };
  for (const auto& [from, to] : changes) {
    try {
      Recipe::from_json(changed(from, to), "m.netml");
      ADD_FAILURE() << to;
    } catch (const DataError& error) {
      EXPECT_THAT(error.what(), StartsWith("m.netml: "));
      EXPECT_THAT(error.what(), HasSubstr(to.substr(0, to.find(':'))));
    }
  }
}

TEST(Recipe, KeysMustBeThereOnceAndKnown) {
  const auto reason = [](const std::string& text) -> std::string {
    try {
      Recipe::from_json(text, "t");
    } catch (const DataError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(reason(changed("\"fft\":false,", "")), HasSubstr("key \"fft\" is missing"));
  EXPECT_THAT(reason(changed("\"fft\":false", "\"fft\":false,\"x\\n\":1")),
              HasSubstr("unknown key \"x\\x0a\""));
  EXPECT_THAT(reason(changed("\"fft\":false", "\"fft\":false,\"fft\":true")), HasSubstr("twice"));
  EXPECT_THAT(reason("[]"), HasSubstr("not an object"));
  EXPECT_THAT(reason("7"), HasSubstr("not an object"));
  EXPECT_THAT(reason(""), StartsWith("t: "));
  EXPECT_THAT(reason("{"), StartsWith("t: "));
  EXPECT_THAT(reason(std::string(100000, '[')), StartsWith("t: "));
}

TEST(Recipe, MemoryThatATextCanAskForIsBounded) {
  std::string sets;
  for (int i = 0; i < 65; ++i) {
    sets += i == 0 ? "\"splt:65535\"" : ",\"splt:65535\"";
  }
  EXPECT_THROW(Recipe::from_json(changed("\"features\":[]", "\"features\":[" + sets + "]"), "t"),
               DataError);
}

TEST(Recipe, AccountingIsParsedByName) {
  for (const Accounting accounting :
       {Accounting::kLink, Accounting::kIp, Accounting::kTransport, Accounting::kPayload}) {
    EXPECT_EQ(parse_accounting(to_text(accounting)), accounting);
  }
  EXPECT_THROW(parse_accounting("Link"), UsageError);
}

}  // namespace
}  // namespace netml
