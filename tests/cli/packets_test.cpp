// `netml packets` from outside: the table, the series of a flow or device, the two systems that it
// reproduces.
#include <map>
#include <thread>

#include <gtest/gtest.h>
#include <signal.h>

#include "netml/core/text_format.hpp"

#include "program.hpp"
#include "support/capture_text.hpp"
#include "support/reference.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using namespace test;
using std::chrono::milliseconds;

constexpr milliseconds kSoon(5000);

// packets_read = rows + packets_skipped, exactly.
void expect_every_packet(const nlohmann::json& summary, std::uint64_t packets, std::uint64_t rows) {
  expect_conservation(summary, "packets");
  EXPECT_EQ(summary["packets_read"], packets);
  EXPECT_EQ(summary["rows_written"], rows);
  EXPECT_EQ(summary["packets_in_flows"], rows);
}

std::string slurp_reference(const std::string& path) {
  return slurp(reference(path));
}

TEST(Packets, EveryPacketIsARow) {
  const TempFolder folder;
  const std::string summary = folder.path("summary.json");
  const std::string capture = folder.write(
      "mixed.pcap", pcap_header() + udp_record(0, 1) + pcap_record(5, ether(0x0806, zeros(28))) +
                        pcap_record(7, ether(0x0800, {1, 2})) + pcap_record(9, {}));
  const RunResult result =
      netml({"packets", capture, "--columns", "time_normed,length,ip_src", "--summary", summary});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out,
            "time_normed,length,ip_src\n0,62,10.0.0.1\n0.000000005,42,\n0.000000007,16,\n"
            "0.000000009,0,\n");
  expect_every_packet(read_json(summary), 4, 4);
}

TEST(Packets, DefaultColumnsInTheOrderOfTheContract) {
  const RunResult result = netml({"packets"}, pcap_header() + udp_record(0, 1));
  EXPECT_EQ(lines_of(result.out)[0],
            "time,datetime,length,mac_src,mac_dst,ip_src,ip_dst,protocol,port_src,port_dst,is_dns,"
            "dns_query,dns_resp,ip_src_int,ip_dst_int,mac_src_int,mac_dst_int,time_normed");
  EXPECT_EQ(netml({"packets"}, pcap_header()).out, lines_of(result.out)[0] + "\n")
      << "a header without packets";
  EXPECT_EQ(netml({"packets", "--format", "jsonl"}, pcap_header()).out, "");
}

// A response with three addresses and a hostile name.
std::string dns_capture() {
  Bytes message = u16(1) + u16(0x8180) + u16(1) + u16(2) + u32(0) +
                  Bytes{5, '=', 'c', 'm', 'd', 0x1b, 0} + u16(1) + u16(1);
  for (const std::uint8_t last : {std::uint8_t{1}, std::uint8_t{2}}) {
    message = std::move(message) + u16(0xc00c) + u16(1) + u16(1) + u32(5) + u16(4) +
              Bytes{10, 1, 1, last};
  }
  return pcap_header() + pcap_record(0, ether(0x0800, ipv4(17, udp(53, 4000, message))));
}

TEST(Packets, PseudonymsStandForAddresses) {
  const std::vector<std::string> words = {"packets", demo("unclassified.pcap"), "--columns",
                                          "time,ip_src,ip_dst,dns_resp"};
  const auto rows = csv_rows(netml(words).out);
  auto hiding = words;
  hiding.insert(hiding.end(), {"--anonymize", "ip_src,ip_dst", "--threads", "4"});
  const auto hidden = csv_rows(netml(hiding).out);
  ASSERT_EQ(rows.size(), hidden.size());
  std::map<std::string, std::string> names;  // one pseudonym per address, in either column
  for (std::size_t i = 1; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i][0], hidden[i][0]);
    EXPECT_EQ(rows[i][3], hidden[i][3]);
    for (const std::size_t column : {1U, 2U}) {
      if (!rows[i][column].empty()) {
        EXPECT_NE(rows[i][column], hidden[i][column]);
        EXPECT_EQ(names.emplace(rows[i][column], hidden[i][column]).first->second,
                  hidden[i][column]);
      }
    }
  }
  EXPECT_GT(names.size(), 5U);
  auto list = words;
  list.insert(list.end(), {"--anonymize", "dns_resp"});
  EXPECT_EQ(netml(list).status, 2);
  EXPECT_EQ(
      netml({"packets", demo("demo.pcap"), "--preset", "netml", "--anonymize", "ip_src"}).status,
      2);
}

TEST(Packets, WarnsOfColumnsThatStillTellAnAddress) {
  const auto warning = [](std::vector<std::string> more) {
    more.insert(more.begin(), "packets");
    return netml(more, dns_capture()).err;
  };
  EXPECT_EQ(
      warning({"--anonymize", "ip_src,ip_dst,mac_src,mac_dst"}),
      "netml: warning: dns_query still tells what --anonymize hides; name it in --anonymize as "
      "well\n"
      "netml: warning: ip_src_int, ip_dst_int, mac_src_int, mac_dst_int, dns_resp still tell what "
      "--anonymize hides; leave them out with --columns\n");
  EXPECT_EQ(warning({"--anonymize", "mac_src", "--columns", "time,mac_src,ip_src,dns_query"}), "");
}

TEST(Packets, DnsAnswersAreAListInJsonAndJoinedInCsv) {
  const std::vector<std::string> columns = {"packets", "--columns", "is_dns,dns_query,dns_resp"};
  EXPECT_EQ(netml(columns, dns_capture()).out,
            "is_dns,dns_query,dns_resp\n1,'=cmd\\x1b.,10.1.1.1;10.1.1.2\n");
  std::vector<std::string> json = columns;
  json.insert(json.end(), {"--format", "jsonl"});
  EXPECT_EQ(netml(json, dns_capture()).out,
            "{\"is_dns\":1,\"dns_query\":\"=cmd\\u001b.\",\"dns_resp\":[\"10.1.1.1\",\"10.1.1.2\"]"
            "}\n");
}

TEST(Packets, CapturesByThemselvesOrAsOne) {
  const TempFolder folder;
  const std::string first = folder.write("a.pcap", pcap_header() + udp_record(0, 1));
  const std::string second = folder.write("b.pcap", pcap_header() + udp_record(2'000'000'000, 1));
  EXPECT_EQ(netml({"packets", first, second, "--columns", "time_normed"}).out,
            "time_normed\n0\n0\n");
  EXPECT_EQ(netml({"packets", first, second, "--columns", "time_normed", "--continuous"}).out,
            "time_normed\n0\n2\n");
  EXPECT_EQ(netml({"packets", first, second, "--id", "10.0.0.1"}).out,
            "time_ns,direction,size,iat_ns\n1700000000000000000,from,48,0\n"
            "1700000002000000000,from,48,0\n");
  EXPECT_EQ(lines_of(netml({"packets", first, second, "--id", "10.0.0.1", "--continuous"}).out)[2],
            "1700000002000000000,from,48,2000000000");
}

TEST(Packets, FilteredPacketsLeaveNoTrace) {
  const TempFolder folder;
  const std::string summary = folder.path("summary.json");
  const RunResult result =
      netml({"packets", "--bpf", "src port 2", "--columns", "time_normed", "--summary", summary},
            pcap_header() + udp_record(0, 1) + udp_record(5, 2));
  EXPECT_EQ(result.out, "time_normed\n0\n");
  expect_every_packet(read_json(summary), 1, 1);
}

TEST(Packets, RowsLeaveWhileASlowPipeRuns) {
  for (const std::vector<std::string>& more : {std::vector<std::string>{},
                                               {"--id", "10.0.0.1"},
                                               {"--id", "10.0.0.1", "--compat", "radion"}}) {
    std::vector<std::string> arguments = {"packets", "-"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Process process(netml_command(arguments));
    ASSERT_TRUE(process.write(udp_capture(5)));
    EXPECT_TRUE(process.wait_for_lines(11, kSoon)) << process.out();
    EXPECT_TRUE(process.is_running());
    const RunResult result = process.finish();
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(lines_of(result.out).size(), 11U);
  }
}

TEST(Packets, DamageEndsACaptureAfterItsRows) {
  const TempFolder folder;
  const std::string summary = folder.path("summary.json");
  const std::string whole = udp_capture(2);
  const std::string cut = folder.write("cut.pcap", whole.substr(0, whole.size() - 3));
  const std::string output = folder.path("rows.csv");
  const RunResult result = netml({"packets", cut, "-o", output, "--summary", summary});
  EXPECT_EQ(result.status, 4);
  EXPECT_NE(result.err.find("cut.pcap"), std::string::npos);
  EXPECT_EQ(csv_rows(slurp(output)).size(), 4U);
  expect_every_packet(read_json(summary), 3, 3);
  EXPECT_EQ(netml({"packets", folder.path("absent.pcap")}).status, 3);
  EXPECT_EQ(netml({"packets", folder.write("text.pcap", "no capture")}).out, "");
}

TEST(Packets, AReaderThatLeavesEndsTheRunQuietly) {
  const TempFolder folder;
  const std::string summary = folder.path("summary.json");
  const std::string capture = folder.write("flows.pcap", udp_capture(20000));
  for (const std::vector<std::string>& more : {std::vector<std::string>{},
                                               {"--format", "jsonl"},
                                               {"--preset", "netml"},
                                               {"--id", "10.0.0.1"}}) {
    std::vector<std::string> arguments = {"packets", capture, "--summary", summary};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Process process(netml_command(arguments));
    process.wait_for_lines(1, milliseconds(30000));
    process.close_stdout();
    const RunResult result = process.finish();
    expect_sound(result, join(arguments, " "));
    EXPECT_EQ(result.status, 141) << join(arguments, " ");
    EXPECT_EQ(result.err, "");
    expect_conservation(read_json(summary), join(arguments, " "));
  }
}

TEST(Packets, ASignalWritesWhatThereIs) {
  const TempFolder folder;
  for (const int signal_number : {SIGINT, SIGTERM}) {
    const std::string output = folder.path("rows.csv");
    const std::string summary = folder.path("summary.json");
    Process process(netml_command({"packets", "-", "-o", output, "--summary", summary}));
    ASSERT_TRUE(process.write(udp_capture(5)));
    process.wait_for_lines(1, milliseconds(700));
    process.send(signal_number);
    const RunResult result = process.finish();
    EXPECT_EQ(result.status, 128 + signal_number);
    EXPECT_EQ(csv_rows(slurp(output)).size(), 11U);
    expect_every_packet(read_json(summary), 10, 10);
  }
}

TEST(Packets, UnknownIdsAreRefusedWithAProposal) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(3, 2) + udp_record(9, 1024));
  const std::string output = folder.write("old.csv", "old");
  const auto refusal = [&](const std::string& id) {
    const RunResult result = netml({"packets", capture, "--id", id, "-o", output});
    EXPECT_EQ(result.status, 3) << id;
    EXPECT_EQ(slurp(output), "old");
    return result.err;
  };
  EXPECT_NE(refusal("UDP 10.0.0.1:1029 10.0.0.2:53").find("; did you mean 'UDP 10.0.0.1:102"),
            std::string::npos);
  EXPECT_NE(refusal("UDP 172.16.99.99:7 172.16.88.88:9").find("the busiest are 'UDP 10.0.0.1:1024"),
            std::string::npos);
  EXPECT_NE(refusal("02:00:00:00:00:07").find("did you mean '02:00:00:00:00:01'?"),
            std::string::npos);
  EXPECT_EQ(netml({"packets", capture, "--id", "10.0.0.9"}).out, "");
  EXPECT_EQ(netml({"packets", "--id", "10.0.0.9"}, pcap_header()).out,
            "time_ns,direction,size,iat_ns\n")
      << "a capture without packets is sound";
}

TEST(Packets, SkippedPacketsOfASeriesAreCounted) {
  const TempFolder folder;
  const std::string summary = folder.path("summary.json");
  const std::string capture = pcap_header() + udp_record(0, 1) + udp_record(1, 2) +
                              pcap_record(2, ether(0x0806, zeros(28)));
  EXPECT_EQ(netml({"packets", "--id", "UDP 10.0.0.1:1 10.0.0.2:53", "--summary", summary}, capture)
                .status,
            0);
  expect_every_packet(read_json(summary), 3, 1);
  EXPECT_EQ(read_json(summary)["packets_skipped"],
            (nlohmann::json{{"not_ip", 1}, {"other_id", 1}}));
}

TEST(Packets, UsageErrors) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(1));
  for (const std::vector<std::string>& more :
       std::vector<std::vector<std::string>>{{"--columns", "tmie"},
                                             {"--columns", "time,time"},
                                             {"--id", "nobody"},
                                             {"--compat", "radion"},
                                             {"--compat", "else", "--id", "10.0.0.1"},
                                             {"--preset", "nfstream"},
                                             {"--preset", "netml", "--id", "10.0.0.1"},
                                             {"--preset", "netml", "--columns", "time"},
                                             {"--preset", "netml", "--format", "jsonl"},
                                             {"--format", "npz"},
                                             {"--id", "10.0.0.1", "--columns", "size"},
                                             {"-o", capture},
                                             {"--features", "flow"}}) {
    std::vector<std::string> arguments = {"packets", capture};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const RunResult result = netml(arguments);
    EXPECT_EQ(result.status, 2) << join(arguments, " ") << result.err;
    EXPECT_EQ(result.out, "");
  }
  EXPECT_NE(netml({"packets", capture, "--columns", "tmie"}).err.find("did you mean 'time'?"),
            std::string::npos);
}

class NetmlTable : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Packets, NetmlTable, testing::Values("edge", "nintendo"));

TEST_P(NetmlTable, IsTheOriginals) {
  const std::string name = GetParam();
  const std::string golden = "reference/netml/golden/" + name + "_pcap/packets-table.csv";
  NETML_NEEDS_REFERENCE(golden);
  Streams streams;
  streams.environment = {"TZ=UTC"};
  const RunResult result =
      netml({"packets", "--preset", "netml", reference("reference/netml/data/" + name + ".pcap")},
            "", streams);
  EXPECT_EQ(result.status, 0);
  const auto lines = lines_of(result.out), expected = lines_of(slurp_reference(golden));
  ASSERT_EQ(lines.size(), expected.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    ASSERT_EQ(lines[i], expected[i]) << "line " << i + 1;
  }
}

TEST(Packets, PresetNetmlKeepsItsMemoryLimit) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(2000));
  const RunResult result =
      netml({"packets", capture, "--preset", "netml", "--memory-limit", "64K"});
  EXPECT_EQ(result.status, 6);
  EXPECT_NE(result.err.find("--memory-limit"), std::string::npos);
}

struct RadionCase {
  const char* golden;
  const char* capture;
  const char* id;
};

class Radion : public testing::TestWithParam<RadionCase> {};
INSTANTIATE_TEST_SUITE_P(
    Packets, Radion,
    testing::Values(
        RadionCase{"rtp_flow", "rtp_711", "UDP 10.1.3.143:5000 10.1.6.18:2006"},
        RadionCase{"skype_tcp_443", "skypeLANhome", "TCP 13.92.27.116:443 192.168.0.105:59030"},
        RadionCase{"rtp_ip_10_1_6_18", "rtp_711", "10.1.6.18"},
        RadionCase{"rtp_mac_000476222017", "rtp_711", "00:04:76:22:20:17"},
        RadionCase{"skype_flow", "skypeLANhome", "UDP 192.168.0.102:18826 192.168.0.105:26454"},
        RadionCase{"skype_flow_reversed", "skypeLANhome",
                   "UDP 192.168.0.105:26454 192.168.0.102:18826"},
        RadionCase{"skype_ip_192_168_0_105", "skypeLANhome", "192.168.0.105"},
        RadionCase{"skype_mac_1008b1213fcb", "skypeLANhome", "10:08:b1:21:3f:cb"},
        RadionCase{"skype_mac_d4dccd8e2907", "skypeLANhome", "d4:dc:cd:8e:29:07"}));

TEST_P(Radion, IsTheSeedsCsv) {
  const std::string folder = "reference/traffic-models/";
  const std::string golden = folder + "golden/packets/" + GetParam().golden + ".seed.csv";
  NETML_NEEDS_REFERENCE(golden);
  const std::string capture = reference(folder + "pcaps/" + GetParam().capture + ".pcap");
  const RunResult result = netml({"packets", capture, "--id", GetParam().id, "--compat", "radion"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_TRUE(result.out == slurp_reference(golden));
}

// time_ns, direction, size and iat_ns against the reference's integers, in microseconds.
TEST_P(Radion, ExactSeries) {
  const std::string folder = "reference/traffic-models/";
  const std::string golden = folder + "golden/packets/" + GetParam().golden + ".exact.csv";
  NETML_NEEDS_REFERENCE(golden);
  const std::string capture = reference(folder + "pcaps/" + GetParam().capture + ".pcap");
  // The reference knows IPv4 only.
  const auto rows = csv_rows(netml({"packets", capture, "--id", GetParam().id, "--bpf", "ip"}).out);
  const auto expected = csv_rows(slurp_reference(golden));
  ASSERT_EQ(rows.size(), expected.size());
  ASSERT_EQ(rows[0], (std::vector<std::string>{"time_ns", "direction", "size", "iat_ns"}));
  for (std::size_t i = 1; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i][0], expected[i][1] + "000") << i;
    ASSERT_EQ(rows[i][1], expected[i][2] == "1" ? "from" : "to") << i;
    ASSERT_EQ(rows[i][2], expected[i][3]) << i;
    ASSERT_EQ(rows[i][3], expected[i][4] == "0" ? "0" : expected[i][4] + "000") << i;
  }
}

}  // namespace
}  // namespace netml
