// The sets netflowmeter and cicflowmeter, and the presets of those names, through the real binary.
#include <algorithm>

#include <gtest/gtest.h>

#include "netml/core/text_format.hpp"

#include "program.hpp"
#include "support/capture_text.hpp"
#include "support/frames.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using namespace test;

constexpr std::int64_t kSecond = 1'000'000'000;

// The cells of one column.
std::vector<std::string> column(const std::string& csv, const std::string& name) {
  const auto rows = csv_rows(csv);
  const auto found = std::find(rows.front().begin(), rows.front().end(), name);
  EXPECT_NE(found, rows.front().end()) << name;
  std::vector<std::string> cells;
  for (std::size_t row = 1; row < rows.size() && found != rows.front().end(); ++row) {
    cells.push_back(rows[row][static_cast<std::size_t>(found - rows.front().begin())]);
  }
  return cells;
}

nlohmann::json summary_of(std::vector<std::string> arguments, const std::string& capture,
                          std::string* out = nullptr) {
  const TempFolder folder;
  arguments.insert(arguments.begin(), {"extract", "-", "--summary", folder.path("s.json")});
  const RunResult result = netml(arguments, capture);
  EXPECT_EQ(result.status, 0) << result.err;
  if (out != nullptr) {
    *out = result.out;
  }
  nlohmann::json summary = read_json(folder.path("s.json"));
  expect_conservation(summary, "run");
  return summary;
}

TEST(Flowmeter, ThreadsNeverShow) {
  for (const char* preset : {"netflowmeter", "cicflowmeter"}) {
    for (const char* set : {"netflowmeter", "netflowmeter-all", "cicflowmeter:extended"}) {
      const auto extract = [&](const char* threads) {
        return netml({"extract", demo("demo.pcap"), "--preset", preset, "--features", set,
                      "--threads", threads})
            .out;
      };
      const std::string one = extract("1");
      EXPECT_GT(lines_of(one).size(), 100U);
      for (const char* threads : {"2", "3", "7"}) {
        EXPECT_TRUE(extract(threads) == one) << preset << " " << set << " " << threads;
      }
    }
  }
}

TEST(Flowmeter, BothWaysToWriteACsvAgree) {
  for (const char* set : {"netflowmeter", "cicflowmeter"}) {
    const std::string direct = netml({"extract", demo("demo.pcap"), "--features", set}).out;
    const auto rows = csv_rows(direct);
    std::string names;
    for (const std::string& name : rows.front()) {
      names.insert(0, names.empty() ? name : name + ",");
    }
    const auto reversed =
        csv_rows(netml({"extract", demo("demo.pcap"), "--features", set, "--columns", names}).out);
    ASSERT_EQ(rows.size(), reversed.size());
    for (std::size_t row = 0; row < rows.size(); ++row) {
      EXPECT_EQ((std::vector<std::string>(rows[row].rbegin(), rows[row].rend())), reversed[row]);
    }
  }
}

TEST(Flowmeter, ThePresetKnowsTcpAndUdpAlone) {
  const auto datagram = [](const Bytes& segment, std::uint8_t protocol) {
    return ether(0x0800, ipv4(protocol, segment));
  };
  const std::string capture =
      pcap_header() + pcap_record(0, datagram(udp(7, 53, zeros(20)), 17)) +
      pcap_record(1, ether(0x8100, u16(5) + u16(0x0800) + ipv4(17, udp(7, 53, zeros(20))))) +
      pcap_record(2, datagram(icmp(8, zeros(8)), 1)) + pcap_record(3, datagram(tcp(8, 80), 6)) +
      pcap_record(4, datagram(ipv4(6, tcp(9, 80)), 4));
  std::string out;
  const nlohmann::json summary =
      summary_of({"--preset", "netflowmeter", "--features", "netflowmeter"}, capture, &out);
  EXPECT_EQ(column(out, "protocol"), (std::vector<std::string>{"UDP", "TCP"}));
  EXPECT_EQ(column(out, "packets_count"), (std::vector<std::string>{"2", "1"}));
  EXPECT_EQ(summary["packets_skipped"]["unsupported_l4"], 2);
  // Without the preset all have rows.
  summary_of({"--features", "netflowmeter"}, capture, &out);
  EXPECT_EQ(column(out, "protocol"), (std::vector<std::string>{"UDP", "UDP", "1", "TCP", "TCP"}));
}

TEST(Flowmeter, ThePresetIgnoresLaterFragments) {
  const std::string capture =
      pcap_header() +
      pcap_record(0,
                  ether(0x0800, ipv4(17, udp(7, 53, zeros(24)), {.fragment = 0x2000, .id = 9}))) +
      pcap_record(1, ether(0x0800, ipv4(17, zeros(16), {.fragment = 4, .id = 9})));
  std::string out;
  const nlohmann::json summary =
      summary_of({"--preset", "cicflowmeter", "--features", "netflowmeter"}, capture, &out);
  EXPECT_EQ(summary["packets_skipped"]["fragment_no_ports"], 1);
  EXPECT_EQ(column(out, "total_payload_bytes"), (std::vector<std::string>{"24"}));
  summary_of({"--features", "netflowmeter"}, capture, &out);
  EXPECT_EQ(column(out, "total_payload_bytes"), (std::vector<std::string>{"40"}));
}

TEST(Flowmeter, TimeoutsOfThePresets) {
  std::string capture = pcap_header();
  for (const std::int64_t at : {0, 120, 420, 721}) {  // gaps of 120, 300 and 301 s
    capture += udp_record(at * kSecond, 7);
  }
  const auto packets = [&](std::vector<std::string> options) {
    std::string out;
    options.insert(options.end(), {"--features", "netflowmeter"});
    summary_of(options, capture, &out);
    return column(out, "packets_count");
  };
  using Counts = std::vector<std::string>;
  EXPECT_EQ(packets({"--preset", "netflowmeter"}), (Counts{"3", "1"}));
  EXPECT_EQ(packets({"--preset", "cicflowmeter"}), (Counts{"2", "1", "1"}));
  EXPECT_EQ(packets({"--preset", "netflowmeter", "--idle-timeout", "301"}), (Counts{"4"}));
  EXPECT_EQ(packets({"--preset", "netflowmeter", "--active-timeout", "419.5"}),
            (Counts{"2", "1", "1"}));
}

TEST(Flowmeter, TheThresholdIsAnOption) {
  const std::string capture =
      pcap_header() + udp_record(0, 7) + udp_record(3 * kSecond, 7) + udp_record(9 * kSecond, 7);
  const auto idle = [&](std::vector<std::string> options, const std::string& name) {
    std::string out;
    summary_of(std::move(options), capture, &out);
    return column(out, name).front();
  };
  EXPECT_EQ(idle({"--features", "netflowmeter"}, "idle_max"), "0");
  EXPECT_EQ(idle({"--features", "cicflowmeter"}, "Idle Max"), "6000000");
  EXPECT_EQ(idle({"--features", "netflowmeter", "--active-idle-threshold", "2"}, "idle_min"), "3");
  EXPECT_EQ(idle({"--features", "cicflowmeter", "--active-idle-threshold", "10"}, "Idle Max"), "0");
}

TEST(Flowmeter, TheLabelHasAColumnOfItsOwn) {
  const auto labelled = [](const std::string& set) {
    return netml({"extract", demo("demo.pcap"), "--label", demo("demo.csv"), "--features", set})
        .out;
  };
  const std::string cic = labelled("cicflowmeter:2017");
  const std::string usual = labelled("flow");
  const auto rows = csv_rows(cic);
  const auto& header = rows.front();
  EXPECT_EQ(header.size(), 84U);
  EXPECT_EQ(header.back(), "Label");
  std::vector<std::string> names = column(usual, "label_name");
  EXPECT_GT(std::count(names.begin(), names.end(), "BENIGN"), 0);
  std::replace(names.begin(), names.end(), std::string(), std::string("No Label"));
  EXPECT_EQ(column(cic, "Label"), names);
  const std::string without =
      netml({"extract", demo("demo.pcap"), "--features", "cicflowmeter"}).out;
  EXPECT_EQ(column(without, "Label").front(), "No Label");
}

TEST(Flowmeter, ItsPageNamesEveryColumn) {
  const std::string page = slurp(std::string(NETML_SOURCE_DIR) + "/docs/flowmeter-columns.md");
  const TempFolder folder;
  const std::string empty = folder.write("empty.pcap", pcap_header());
  for (const char* set :
       {"netflowmeter", "cicflowmeter", "cicflowmeter:2018", "cicflowmeter:2017"}) {
    const auto rows = csv_rows(netml({"extract", empty, "--features", set}).out);
    for (const std::string& name : rows.front()) {
      EXPECT_NE(page.find("`" + name + "`"), std::string::npos) << name;
    }
  }
}

}  // namespace
}  // namespace netml
