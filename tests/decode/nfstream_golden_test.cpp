// Holds decode_nfstream against the reference packets: every field of the synthetic captures, the
// accepted and ignored counts of all captures.

#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "netml/core/text_format.hpp"
#include "netml/decode/nfstream_decoder.hpp"

#include "support/delimited_file.hpp"
#include "support/libpcap_reader.hpp"

namespace netml {
namespace {

namespace fs = std::filesystem;

const fs::path kSuite = fs::path(NETML_REFERENCE_DIR) / "reference" / "nfstream";

std::string mac_text(const std::array<std::uint8_t, 6>& mac) {
  char text[18];
  std::snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
                mac[4], mac[5]);
  return text;
}

std::string flags_text(std::uint8_t flags) {
  std::vector<std::string> names;  // in the reference's order
  const std::pair<std::uint8_t, const char*> known[] = {
      {tcp_flag::kSyn, "syn"}, {tcp_flag::kCwr, "cwr"}, {tcp_flag::kEce, "ece"},
      {tcp_flag::kUrg, "urg"}, {tcp_flag::kAck, "ack"}, {tcp_flag::kPsh, "psh"},
      {tcp_flag::kRst, "rst"}, {tcp_flag::kFin, "fin"}};
  for (const auto& [bit, name] : known) {
    if ((flags & bit) != 0) {
      names.emplace_back(name);
    }
  }
  return join(names, "|");
}

/// The reference's line from `accepted` on, time excepted.
std::string line_of(DecodeStatus status, const PacketRecord& r) {
  if (status != DecodeStatus::kOk) {
    return "0,,,,,,,,,,,,,,,";
  }
  const FlowKey& key = r.key;
  const IpAddress& src = r.from_b ? key.addr_b : key.addr_a;
  const IpAddress& dst = r.from_b ? key.addr_a : key.addr_b;
  const std::string fields[] = {"1",
                                to_text(src, key.ip_version),
                                std::to_string(r.from_b ? key.port_b : key.port_a),
                                to_text(dst, key.ip_version),
                                std::to_string(r.from_b ? key.port_a : key.port_b),
                                std::to_string(key.protocol),
                                std::to_string(key.ip_version),
                                std::to_string(key.vlan),
                                std::to_string(key.tunnel_id),
                                mac_text(r.src_mac),
                                mac_text(r.dst_mac),
                                std::to_string(r.wire_length),
                                std::to_string(r.ip_length),
                                std::to_string(r.transport_length),
                                std::to_string(r.payload_length),
                                flags_text(r.tcp_flags)};
  return join(fields, ",");
}

void compare_packets(const fs::path& golden, const fs::path& capture) {
  const test::DelimitedFile want = test::read_delimited(golden.string(), ',');
  std::size_t number = 0;
  ASSERT_TRUE(test::for_each_packet(
      capture.string(), PCAP_TSTAMP_PRECISION_MICRO, [&](const RawPacket& packet) {
        PacketRecord record;
        const DecodeStatus status = decode_nfstream(packet, true, record);
        ASSERT_LT(number, want.rows.size());
        std::vector<std::string> fields = want.rows[number++];
        fields.resize(want.header.size());
        const std::string time_ms = fields[2];
        fields.erase(fields.begin() + 2);
        fields.erase(fields.begin());
        EXPECT_EQ(line_of(status, record), join(fields, ",")) << capture << " packet " << number;
        if (status == DecodeStatus::kOk) {
          EXPECT_EQ(std::to_string(record.ts_ns), time_ms) << capture << " packet " << number;
        }
      }));
  EXPECT_EQ(number, want.rows.size()) << capture;
}

TEST(NfstreamGolden, EveryFieldOfTheSyntheticCaptures) {
  const fs::path goldens = kSuite / "golden" / "packets";
  if (!fs::exists(goldens)) {
    GTEST_SKIP() << "no reference captures in " << kSuite;
  }
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(goldens)) {
    compare_packets(entry.path(), kSuite / "pcaps" / entry.path().stem());
    ++files;
  }
  EXPECT_GT(files, 0u);
}

TEST(NfstreamGolden, AcceptedAndIgnoredCountsOfAllCaptures) {
  const fs::path golden = kSuite / "golden" / "PACKETS.tsv";
  if (!fs::exists(golden)) {
    GTEST_SKIP() << "no reference captures in " << kSuite;
  }
  for (const std::vector<std::string>& row : test::read_delimited(golden.string(), '\t').rows) {
    std::size_t packets = 0;
    std::size_t accepted[2] = {0, 0};  // without and with tunnels
    ASSERT_TRUE(test::for_each_packet(
        (kSuite / "pcaps" / row[0]).string(), PCAP_TSTAMP_PRECISION_MICRO,
        [&](const RawPacket& packet) {
          ++packets;
          PacketRecord record;
          for (const bool tunnels : {false, true}) {
            accepted[tunnels] += decode_nfstream(packet, tunnels, record) == DecodeStatus::kOk;
          }
        }));
    EXPECT_EQ(std::to_string(packets), row[1]) << row[0];
    EXPECT_EQ(std::to_string(accepted[1]), row[2]) << row[0];
    EXPECT_EQ(std::to_string(packets - accepted[1]), row[3]) << row[0];
    EXPECT_EQ(std::to_string(accepted[0]), row[4]) << row[0];
    EXPECT_EQ(std::to_string(packets - accepted[0]), row[5]) << row[0];
  }
}

/// Packets, bytes, packets with SYN and with FIN.
using Totals = std::array<std::uint64_t, 4>;
/// By conversation: both endpoints in order, protocol, VLAN, tunnel.
using TotalsByKey = std::map<std::vector<std::string>, Totals>;

void add(TotalsByKey& totals, std::vector<std::string> source, std::vector<std::string> destination,
         const std::vector<std::string>& rest, const Totals& more) {
  if (destination < source) {
    std::swap(source, destination);
  }
  source.insert(source.end(), destination.begin(), destination.end());
  source.insert(source.end(), rest.begin(), rest.end());
  Totals& sum = totals[source];
  for (std::size_t i = 0; i < sum.size(); ++i) {
    sum[i] += more[i];
  }
}

TotalsByKey totals_of_flows(const fs::path& golden) {
  const test::DelimitedFile file = test::read_delimited(golden.string(), ',');
  TotalsByKey totals;
  for (const std::vector<std::string>& row : file.rows) {
    const auto text = [&](const char* name) {
      const std::size_t column = file.column(name);
      std::string cell = column < file.header.size() ? row[column] : "0";
      std::erase(cell, '"');
      return cell;
    };
    const auto number = [&](const char* name) { return parse_u64(text(name)).value_or(0); };
    add(totals, {text("src_ip"), text("src_port")}, {text("dst_ip"), text("dst_port")},
        {text("protocol"), text("vlan_id"), text("tunnel_id")},
        {number("bidirectional_packets"), number("bidirectional_bytes"),
         number("bidirectional_syn_packets"), number("bidirectional_fin_packets")});
  }
  return totals;
}

TotalsByKey totals_of_packets(const fs::path& capture, bool tunnels, std::size_t accounting) {
  TotalsByKey totals;
  EXPECT_TRUE(test::for_each_packet(
      capture.string(), PCAP_TSTAMP_PRECISION_MICRO, [&](const RawPacket& packet) {
        PacketRecord r;
        if (decode_nfstream(packet, tunnels, r) != DecodeStatus::kOk) {
          return;
        }
        const std::uint32_t sizes[] = {r.wire_length, r.ip_length, r.transport_length,
                                       r.payload_length};
        add(totals, {to_text(r.key.addr_a, r.key.ip_version), std::to_string(r.key.port_a)},
            {to_text(r.key.addr_b, r.key.ip_version), std::to_string(r.key.port_b)},
            {std::to_string(r.key.protocol), std::to_string(r.key.vlan),
             std::to_string(r.key.tunnel_id)},
            {1, sizes[accounting], (r.tcp_flags & tcp_flag::kSyn) != 0,
             (r.tcp_flags & tcp_flag::kFin) != 0});
      }));
  return totals;
}

TEST(NfstreamGolden, TotalsOfEveryConversationOfAllCaptures) {
  const fs::path goldens = kSuite / "golden";
  if (!fs::exists(goldens)) {
    GTEST_SKIP() << "no reference captures in " << kSuite;
  }
  for (const auto& entry : fs::directory_iterator(kSuite / "pcaps")) {
    const fs::path& capture = entry.path();
    const std::string name = capture.filename().string();
    const std::pair<fs::path, std::size_t> variants[] = {
        {goldens / (name + ".stat.csv"), 0},
        {goldens / "variants" / (name + ".notunnel.csv"), 0},
        {goldens / "variants" / (name + ".acc1.csv"), 1},
        {goldens / "variants" / (name + ".acc2.csv"), 2},
        {goldens / "variants" / (name + ".acc3.csv"), 3}};
    for (const auto& [golden, accounting] : variants) {
      if (fs::exists(golden)) {
        const bool tunnels = golden.filename().string().find(".notunnel.") == std::string::npos;
        EXPECT_EQ(totals_of_packets(capture, tunnels, accounting), totals_of_flows(golden))
            << golden;
      }
    }
  }
}

}  // namespace
}  // namespace netml
