#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netml/decode/dns_message.hpp"

#include "support/dns_frames.hpp"
#include "support/frame_rows.hpp"

namespace netml {
namespace {

using namespace test;

Bytes ptr(const Bytes& target) {
  return dns_record(dns_name("_x._tcp.local"), dns_entry_type::kPtr, target);
}

Recipe plain_recipe() {
  Recipe recipe;
  recipe.sets = {"mdns"};
  return recipe;
}

std::string names(const std::vector<Bytes>& frames, bool is_nfstream = false) {
  std::vector<TimedFrame> timed;
  for (const Bytes& frame : frames) {
    timed.push_back({frame, static_cast<std::int64_t>(timed.size())});
  }
  const Table table = frame_rows(timed, is_nfstream ? nfstream_recipe({"mdns"}) : plain_recipe());
  EXPECT_EQ(table.row_count(), 1u);
  return text_of(table, "udps.mdns_ptr");
}

TEST(Mdns, DistinctNamesInOrder) {
  const std::vector<Bytes> frames = {
      mdns_frame(dns({0, 2}, ptr(dns_name("b.local")) + ptr(dns_name("a.local")))),
      mdns_frame(dns({0, 2}, ptr(dns_name("b.local")) + ptr(dns_name("c,d.local"))))};
  EXPECT_EQ(names(frames), "b.local,a.local,c d.local");
  EXPECT_EQ(names(frames, true), "['b.local', 'a.local', 'c d.local']");
}

TEST(Mdns, OnlyPtrAnswersCount) {
  const Bytes other = dns_record(dns_name("h"), dns_entry_type::kA, {1, 2, 3, 4});
  const std::vector<Bytes> frames = {
      mdns_frame(dns({0, 1, 1, 1}, other + ptr(dns_name("no")) + ptr(dns_name("no"))))};
  EXPECT_EQ(names(frames), "-");
  EXPECT_EQ(names(frames, true), "[]");
  EXPECT_EQ(names({ether(0x0800, ipv4(17, udp(5353, 53, dns({0, 1}, ptr(dns_name("a"))))))}), "-")
      << "another port";
}

TEST(Mdns, NfstreamSkipsIpv6AndMessagesThatItsReaderRefuses) {
  const Bytes answer = dns({0, 1}, ptr(dns_name("a.local")));
  const Bytes over_ipv6 = ether(0x86dd, ipv6(17, udp(5353, 5353, answer)));
  EXPECT_EQ(names({over_ipv6}), "a.local");
  EXPECT_EQ(names({over_ipv6}, true), "[]");
  constexpr std::size_t kNsec = 47;
  const Bytes with_nsec = mdns_frame(
      dns({0, 1, 0, 1}, ptr(dns_name("a.local")) + dns_record(dns_name("h"), kNsec, {0, 1})));
  EXPECT_EQ(names({with_nsec}), "a.local");
  EXPECT_EQ(names({with_nsec}, true), "[]");
}

TEST(Mdns, AMalformedMessageCountsUpToWhereItIsSound) {
  const Bytes cut = mdns_frame(dns({0, 3}, ptr(dns_name("a.local"))));
  EXPECT_EQ(names({cut}), "a.local");
  EXPECT_EQ(names({cut}, true), "[]");
}

TEST(Mdns, NamesAreQuotedAsPythonDoes) {
  const auto quoted = [](const std::string& label) {
    return names({mdns_frame(dns({0, 1}, ptr(dns_name(label))))}, true);
  };
  EXPECT_EQ(quoted("it's"), R"(["it's"])");
  EXPECT_EQ(quoted("a\"'b"), R"(['a"\'b'])");
  EXPECT_EQ(quoted("a\\b"), R"(['a\\b'])");
  EXPECT_EQ(quoted("a\n\x01\x7f"), R"(['a\n\x01\x7f'])");
  EXPECT_EQ(quoted("caf\xc3\xa9\xc2\xa0"), "['caf\xc3\xa9\\xa0']");
}

TEST(Mdns, NamesOfOneFlowAreBounded) {
  std::vector<Bytes> frames;
  for (int i = 0; i < 3000; ++i) {
    frames.push_back(mdns_frame(dns({0, 1}, ptr(dns_name("host" + std::to_string(i) + ".local")))));
  }
  const std::string all = names(frames);
  EXPECT_EQ(std::count(all.begin(), all.end(), ',') + 1, 1024);
}

// Names that the sender sorts as it likes, one the start of another, and each many times.
TEST(Mdns, EachNameOnceInTheOrderOfArrival) {
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < 700; ++i) {
    const std::size_t shuffled = i * 389 % 700;
    labels.push_back(std::string(1 + shuffled % 7, 'a') + std::to_string(shuffled / 7));
  }
  std::vector<Bytes> frames;
  std::string expected;
  for (int round = 0; round < 3; ++round) {
    for (const std::string& label : labels) {
      frames.push_back(mdns_frame(dns({0, 2}, ptr(dns_name(label)) + ptr(dns_name(label)))));
      if (round == 0) {
        expected += expected.empty() ? "" : ",";
        expected += label;
      }
    }
  }
  EXPECT_EQ(names(frames), expected);
}

// What no longer fits is left out; a shorter name behind it may still fit.
TEST(Mdns, NamesOfOneFlowFill16KiB) {
  std::vector<Bytes> frames;
  for (int i = 0; i < 200; ++i) {
    const std::string name = std::string(57, 'a') + "." + std::string(58, 'b') + "." +
                             std::to_string(1000 + i);  // 121 bytes, and one for the length
    frames.push_back(mdns_frame(dns({0, 1}, ptr(dns_name(name)))));
  }
  frames.push_back(mdns_frame(dns({0, 1}, ptr(dns_name("short")))));
  const std::string all = names(frames);
  EXPECT_EQ(std::count(all.begin(), all.end(), ',') + 1, 16'384 / 122 + 1);
  EXPECT_EQ(all.substr(all.rfind(',')), ",short");
}

}  // namespace
}  // namespace netml
