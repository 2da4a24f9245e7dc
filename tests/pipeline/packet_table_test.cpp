#include "netml/pipeline/packet_table.hpp"

#include <map>

#include <gtest/gtest.h>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"
#include "netml/pipeline/netml_packet_table.hpp"

#include "support/dns_frames.hpp"
#include "support/frames.hpp"

namespace netml {
namespace {

using namespace test;

constexpr std::int64_t kTime = 1'600'000'000'721'456'000;

RawPacket raw(const Bytes& bytes, std::int64_t ts_ns = kTime) {
  RawPacket packet;
  packet.bytes = bytes;
  packet.wire_length = static_cast<std::uint32_t>(bytes.size());
  packet.link_type = 1;
  packet.ts_ns = ts_ns;
  return packet;
}

std::string text_of(const Cell& cell) {
  std::string text;
  if (cell.kind == Cell::Kind::kText) {
    return std::string(cell.text);
  }
  if (cell.kind == Cell::Kind::kTextList) {
    return "[" + join(cell.texts, " ") + "]";
  }
  return append_numeric(text, cell) ? text : "-";
}

using Row = std::map<std::string, std::string>;

Row row_of(PacketRow& row, const Bytes& bytes, bool decode_tunnels = false,
           std::int64_t ts_ns = kTime) {
  PacketFactsReader reader(decode_tunnels);
  Row named;
  const auto cells = row.read(reader.read(raw(bytes, ts_ns)));
  for (std::size_t i = 0; i < cells.size(); ++i) {
    named[row.schema().columns[i].name] = text_of(cells[i]);
  }
  return named;
}

std::vector<std::string> all_columns() {
  std::vector<std::string> names;
  for (const ColumnInfo& column : packet_columns()) {
    names.push_back(column.name);
  }
  return names;
}

Row full_row(const Bytes& bytes, bool decode_tunnels = false) {
  PacketRow row(all_columns());
  return row_of(row, bytes, decode_tunnels);
}

Bytes dns_query() {
  return u16(7) + u16(0x0100) + u16(1) + zeros(6) +
         Bytes{1, 'a', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0} + u16(1) + u16(1);
}

Bytes dns_response() {
  Bytes message = dns_query();
  message[2] = 0x81;
  message[7] = 2;
  for (const std::uint8_t last : {std::uint8_t{1}, std::uint8_t{2}}) {
    message = std::move(message) + u16(0xc00c) + u16(1) + u16(1) + u32(5) + u16(4) +
              Bytes{10, 1, 1, last};
  }
  return message;
}

TEST(PacketTable, ColumnsOfAnOrdinaryPacket) {
  const Row row = full_row(ether(0x0800, ipv4(6, tcp({.flags = 0x12}, zeros(3)))));
  const Row expected = {{"time", "1600000000.721456"},
                        {"datetime", "2020-09-13 12:26:40.721456+00:00"},
                        {"length", "57"},
                        {"mac_src", "02:00:00:00:00:01"},
                        {"mac_dst", "02:00:00:00:00:02"},
                        {"ip_src", "10.0.0.1"},
                        {"ip_dst", "10.0.0.2"},
                        {"protocol", "TCP"},
                        {"port_src", "40000"},
                        {"port_dst", "80"},
                        {"is_dns", "0"},
                        {"dns_query", "-"},
                        {"dns_resp", "-"},
                        {"ip_src_int", "167772161"},
                        {"ip_dst_int", "167772162"},
                        {"mac_src_int", "2199023255553"},
                        {"mac_dst_int", "2199023255554"},
                        {"time_normed", "0"},
                        {"captured_length", "57"},
                        {"ip_version", "4"},
                        {"ip_length", "43"},
                        {"payload_length", "3"},
                        {"ttl", "64"},
                        {"tcp_flags", "18"},
                        {"vlan_id", "0"},
                        {"status", "ok"}};
  EXPECT_EQ(row, expected);
}

TEST(PacketTable, Ipv6HasAddressesButNoNumbers) {
  const Row row = full_row(ether(0x86dd, ipv6(17, udp(5, 6, zeros(2)))));
  EXPECT_EQ(row.at("ip_src"), "2001:db8::1");
  EXPECT_EQ(row.at("ip_dst"), "2001:db8::2");
  EXPECT_EQ(row.at("ip_src_int"), "-");
  EXPECT_EQ(row.at("protocol"), "UDP");
  EXPECT_EQ(row.at("port_dst"), "6");
  EXPECT_EQ(row.at("ip_length"), "50");
}

TEST(PacketTable, PacketsWithoutIpAreRowsToo) {
  const Row row = full_row(ether(0x0806, zeros(28)));
  EXPECT_EQ(row.at("mac_src"), "02:00:00:00:00:01");
  EXPECT_EQ(row.at("length"), "42");
  EXPECT_EQ(row.at("status"), "not_ip");
  for (const char* name : {"ip_src", "protocol", "port_src", "ip_src_int", "ip_length", "ttl"}) {
    EXPECT_EQ(row.at(name), "-") << name;
  }
}

TEST(PacketTable, ASoundIpHeaderIsShownWhateverFollows) {
  const Row row = full_row(ether(0x0800, ipv4(6, zeros(7))));
  EXPECT_EQ(row.at("status"), "short_l4");
  EXPECT_EQ(row.at("ip_src"), "10.0.0.1");
  EXPECT_EQ(row.at("ip_dst"), "10.0.0.2");
  EXPECT_EQ(row.at("protocol"), "TCP");
  EXPECT_EQ(row.at("port_src"), "-");
}

TEST(PacketTable, ProtocolsWithoutPorts) {
  EXPECT_EQ(full_row(ether(0x0800, ipv4(1, zeros(8)))).at("protocol"), "ICMP");
  EXPECT_EQ(full_row(ether(0x0800, ipv4(1, zeros(8)))).at("port_src"), "-");
  EXPECT_EQ(full_row(ether(0x0800, ipv4(250, zeros(8)))).at("protocol"), "250");
}

TEST(PacketTable, TunnelsAreLookedIntoWhenAsked) {
  const Bytes frame = ether(0x0800, ipv4(4, ipv4(17, udp(5, 6, zeros(2))), {.first = 192}));
  EXPECT_EQ(full_row(frame).at("ip_src"), "192.0.0.1");
  EXPECT_EQ(full_row(frame).at("protocol"), "IPIP");
  EXPECT_EQ(full_row(frame, true).at("ip_src"), "10.0.0.1");
  EXPECT_EQ(full_row(frame, true).at("port_dst"), "6");
}

TEST(PacketTable, DnsOverUdpAndTcp) {
  const Row query = full_row(ether(0x0800, ipv4(17, udp(4000, 53, dns_query()))));
  EXPECT_EQ(query.at("is_dns"), "1");
  EXPECT_EQ(query.at("dns_query"), "a.example.");
  EXPECT_EQ(query.at("dns_resp"), "[]");
  const Row response = full_row(ether(0x86dd, ipv6(17, udp(53, 4000, dns_response()))));
  EXPECT_EQ(response.at("dns_query"), "a.example.");
  EXPECT_EQ(response.at("dns_resp"), "[10.1.1.1 10.1.1.2]");
  const Bytes message = dns_response();
  const Bytes segment = tcp({.src = 53}, u16(message.size()) + message);
  EXPECT_EQ(full_row(ether(0x0800, ipv4(6, segment))).at("dns_resp"), "[10.1.1.1 10.1.1.2]");
  for (const std::size_t port : {5353U, 5355U}) {
    EXPECT_EQ(full_row(ether(0x0800, ipv4(17, udp(port, 9, dns_query())))).at("is_dns"), "1");
  }
}

TEST(PacketTable, ASemicolonInANameIsNoSecondQuestion) {
  const auto query = [](std::size_t count, const Bytes& questions) {
    const Bytes message = dns({count}, questions);
    return full_row(ether(0x0800, ipv4(17, udp(4000, 53, message)))).at("dns_query");
  };
  const Bytes kind = u16(1) + u16(1);
  EXPECT_EQ(query(1, dns_name("evil.com.;good.com") + kind), R"(evil.com.\;good.com.)");
  EXPECT_EQ(query(2, dns_name("evil.com") + kind + dns_name(";good.com") + kind),
            R"(evil.com.;\;good.com.)");
}

TEST(PacketTable, WhatIsNotDns) {
  EXPECT_EQ(full_row(ether(0x0800, ipv4(17, udp(1, 54, dns_query())))).at("is_dns"), "0") << "port";
  EXPECT_EQ(full_row(ether(0x0800, ipv4(17, udp(1, 53, zeros(40))))).at("is_dns"), "0") << "zeros";
  EXPECT_EQ(full_row(ether(0x0800, ipv4(17, udp(1, 53)))).at("is_dns"), "0") << "no payload";
}

TEST(PacketTable, TimesAreExactAndCountFromTheFirst) {
  PacketRow row({"time", "time_normed", "datetime"});
  const Bytes frame = ether(0x0806, zeros(28));
  EXPECT_EQ(row_of(row, frame, false, kTime + 1).at("time"), "1600000000.721456001");
  const Row earlier = row_of(row, frame, false, kTime);
  EXPECT_EQ(earlier.at("time_normed"), "-0.000000001");
  const Row later = row_of(row, frame, false, kTime + 1'000'000'001);
  EXPECT_EQ(later.at("time_normed"), "1");
  EXPECT_EQ(later.at("datetime"), "2020-09-13 12:26:41.721456001+00:00");
  row.start_input();
  EXPECT_EQ(row_of(row, frame, false, 5).at("time_normed"), "0");
  EXPECT_EQ(row_of(row, frame, false, INT64_MIN).at("time_normed"), "-9223372036.854775808");
}

TEST(PacketTable, UtcTextOfExtremeTimes) {
  EXPECT_EQ(utc_text(0), "1970-01-01 00:00:00.000000+00:00");
  EXPECT_EQ(utc_text(-1), "1969-12-31 23:59:59.999999999+00:00");
  EXPECT_EQ(utc_text(INT64_MAX), "2262-04-11 23:47:16.854775807+00:00");
  EXPECT_EQ(utc_text(INT64_MIN), "1677-09-21 00:12:43.145224192+00:00");
}

TEST(PacketTable, ColumnsAreChosenByName) {
  PacketRow row({"port_dst", "time"});
  EXPECT_EQ(row.schema().names(), (std::vector<std::string>{"port_dst", "time"}));
  EXPECT_EQ(PacketRow({}).schema().size(), kDefaultPacketColumns);
  EXPECT_THROW(PacketRow({"port_dts"}), UsageError);
  EXPECT_THROW(PacketRow({"time", "time"}), UsageError);
}

// A second fragment has the ports of the first, but no header of its own to read.
TEST(PacketTable, LaterFragmentsHaveThePortsOfTheFirst) {
  PacketFactsReader reader(false);
  const Bytes whole = udp(4000, 53, dns_query() + zeros(80));
  const Bytes head(whole.begin(), whole.begin() + 64), tail(whole.begin() + 64, whole.end());
  PacketRow row({"port_src", "is_dns", "status"});
  const Bytes first_frame = ether(0x0800, ipv4(17, head, {.fragment = 0x2000}));
  const auto one = row.read(reader.read(raw(first_frame)));
  EXPECT_EQ(text_of(one[0]) + text_of(one[1]), "40001");
  const Bytes second_frame = ether(0x0800, ipv4(17, tail, {.fragment = 8}));
  const auto two = row.read(reader.read(raw(second_frame)));
  EXPECT_EQ(text_of(two[0]) + text_of(two[1]), "40000");
  reader.start_input();
  const auto alone = row.read(reader.read(raw(second_frame)));
  EXPECT_EQ(text_of(alone[0]) + text_of(alone[2]), "-fragment_no_ports");
}

std::string netml_rows(const std::vector<std::pair<std::int64_t, Bytes>>& packets) {
  NetmlPacketTable table;
  std::string text;
  for (const auto& [ts_ns, bytes] : packets) {
    table.add(raw(bytes, ts_ns));
  }
  for (std::size_t i = 0; i < table.size(); ++i) {
    table.append_line(i, text);
  }
  return text;
}

// What a column lacks shows in all of its numbers.
TEST(NetmlPacketTable, NumbersHaveAPointWhereOthersAreMissing) {
  setenv("TZ", "UTC", 1);
  const Bytes packet = ether(0x0800, ipv4(17, udp(5, 6, zeros(2))));
  const std::string full =
      ",10.0.0.2,167772162,10.0.0.1,167772161,False,44,02:00:00:00:00:02,"
      "2199023255554,02:00:00:00:00:01,2199023255553,6,5,UDP,";
  EXPECT_EQ(netml_rows({{kTime, packet}}),
            "0,2020-09-13 12:26:40,," + full + "1600000000.721456,0.000000\n");
  const std::string some =
      ",10.0.0.2,167772162.0,10.0.0.1,167772161.0,False,44,02:00:00:00:00:02,"
      "2199023255554,02:00:00:00:00:01,2199023255553,6.0,5.0,UDP,";
  EXPECT_EQ(netml_rows({{kTime, packet}, {kTime + 1, ether(0x0806, {})}}),
            "0,2020-09-13 12:26:40,," + some +
                "1600000000.721456000,0E-9\n"
                "1,2020-09-13 12:26:40,,,,,,,False,14,02:00:00:00:00:02,2199023255554,"
                "02:00:00:00:00:01,2199023255553,,,,1600000000.721456001,1E-9\n");
}

TEST(NetmlPacketTable, DnsIsATupleOfTheFirstRecord) {
  const std::string rows = netml_rows({{0, ether(0x0800, ipv4(17, udp(53, 6, dns_response())))}});
  EXPECT_NE(rows.find(",\"('a.example.',)\",\"('10.1.1.1',)\","), std::string::npos) << rows;
  EXPECT_EQ(rows.substr(0, 13), "0,1970-01-01,") << "no clock anywhere: dates";
}

}  // namespace
}  // namespace netml
