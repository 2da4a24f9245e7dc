#include "netml/pipeline/packet_table.hpp"

#include <cstdio>
#include <ctime>

#include "netml/core/error.hpp"
#include "netml/core/suggest.hpp"
#include "netml/core/text_format.hpp"
#include "netml/decode/protocol_name.hpp"

namespace netml {
namespace {

enum Column : std::size_t {
  kTime,
  kDatetime,
  kLength,
  kMacSrc,
  kMacDst,
  kIpSrc,
  kIpDst,
  kProtocol,
  kPortSrc,
  kPortDst,
  kIsDns,
  kDnsQuery,
  kDnsResp,
  kIpSrcInt,
  kIpDstInt,
  kMacSrcInt,
  kMacDstInt,
  kTimeNormed,
  kLastDefault = kTimeNormed,
  kCapturedLength,
  kIpVersion,
  kIpLength,
  kPayloadLength,
  kTtl,
  kTcpFlags,
  kVlanId,
  kStatus,
};
static_assert(kLastDefault + 1 == kDefaultPacketColumns);

std::int64_t difference_ns(std::int64_t later, std::int64_t earlier) {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(later, earlier, &difference)) {
    return later > earlier ? INT64_MAX : INT64_MIN;
  }
  return difference;
}

// Between semicolons; those inside a name get a backslash, as its dots have (RFC 1035, 5.1).
void join_names(std::span<const std::string> names, std::string& text) {
  text.clear();
  for (const std::string& name : names) {
    text += text.empty() ? "" : ";";
    for (const char c : name) {
      text += c == ';' ? "\\" : "";
      text += c;
    }
  }
}

template <typename Number>
Cell unsigned_cell(Number value) {
  return Cell::of(std::uint64_t{value});
}

Cell mac_cell(const std::optional<MacAddress>& mac, std::string& text) {
  if (!mac) {
    return Cell::missing();
  }
  text = to_text(*mac);
  return Cell::plain(text);
}

Cell mac_number(const std::optional<MacAddress>& mac) {
  if (!mac) {
    return Cell::missing();
  }
  std::uint64_t number = 0;
  for (const std::uint8_t byte : *mac) {
    number = number << 8 | byte;
  }
  return Cell::of(number);
}

// An IPv6 address is more than 64 bits.
Cell address_number(const PacketFacts& packet, const IpAddress& address) {
  if (packet.ip_version != 4) {
    return Cell::missing();
  }
  std::uint64_t number = 0;
  for (std::size_t i = 12; i < address.bytes.size(); ++i) {
    number = number << 8 | address.bytes[i];
  }
  return Cell::of(number);
}

Cell address_cell(const PacketFacts& packet, const IpAddress& address, std::string& text) {
  if (packet.ip_version == 0) {
    return Cell::missing();
  }
  text = to_text(address, packet.ip_version);
  return Cell::plain(text);
}

Cell port_cell(const PacketFacts& packet, std::uint16_t port) {
  return packet.has_ports ? unsigned_cell(port) : Cell::missing();
}

// The payload that may be a DNS message; over TCP behind its length (RFC 1035, 4.2.2).
std::span<const std::uint8_t> dns_bytes(const PacketFacts& packet) {
  const bool is_dns = packet.has_ports && packet.has_transport_header &&
                      (is_dns_port(packet.source_port) || is_dns_port(packet.destination_port));
  if (is_dns && packet.protocol == ip_protocol::kUdp) {
    return packet.payload;
  }
  constexpr std::size_t kLength = 2;
  return is_dns && packet.protocol == ip_protocol::kTcp && packet.payload.size() > kLength
             ? packet.payload.subspan(kLength)
             : std::span<const std::uint8_t>();
}

std::size_t column_index(const std::string& name) {
  const std::vector<ColumnInfo>& all = packet_columns();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].name == name) {
      return i;
    }
    names.push_back(all[i].name);
  }
  throw UsageError("unknown column '" + printable(name) + "'" + did_you_mean(name, names) +
                   " (netml columns packets lists them)");
}

}  // namespace

const std::vector<ColumnInfo>& packet_columns() {
  constexpr const char* kNetml = "netml";
  using Type = ColumnType;
  static const std::vector<ColumnInfo> kColumns = {
      {"time", Type::kF64, "s", "when it was captured, since 1970; an exact decimal", kNetml, true},
      {"datetime", Type::kText, "", "the same as date and clock, UTC", kNetml, true},
      {"length", Type::kU64, "bytes", "of the frame on the wire, link header included", kNetml},
      {"mac_src", Type::kText, "", "sender by the frame's own link header", kNetml, true},
      {"mac_dst", Type::kText, "", "receiver by the frame's own link header", kNetml, true},
      {"ip_src", Type::kText, "", "source by the IP header", kNetml, true},
      {"ip_dst", Type::kText, "", "destination by the IP header", kNetml, true},
      {"protocol", Type::kText, "", "that the IP header carries; its number where it is rare",
       kNetml, true},
      {"port_src", Type::kU64, "", "source port of TCP, UDP or SCTP", kNetml, true},
      {"port_dst", Type::kU64, "", "destination port of TCP, UDP or SCTP", kNetml, true},
      {"is_dns", Type::kU64, "", "1: ports 53, 5353, 5355 with a DNS question or answer, else 0",
       kNetml},
      {"dns_query", Type::kText, "", "names that the DNS message asks for, joined by semicolons",
       kNetml, true},
      {"dns_resp", Type::kTextList, "", "data of all records in the DNS message's answer section",
       kNetml, true},
      {"ip_src_int", Type::kU64, "", "ip_src as a number; IPv4 only, IPv6 has more than 64 bits",
       kNetml, true},
      {"ip_dst_int", Type::kU64, "", "ip_dst as a number; IPv4 only, IPv6 has more than 64 bits",
       kNetml, true},
      {"mac_src_int", Type::kU64, "", "mac_src as a number", kNetml, true},
      {"mac_dst_int", Type::kU64, "", "mac_dst as a number", kNetml, true},
      {"time_normed", Type::kF64, "s", "since the first packet of the capture; an exact decimal",
       kNetml, true},
      {"captured_length", Type::kU64, "bytes", "of the frame in the capture", kNetml},
      {"ip_version", Type::kU64, "", "4 or 6", "RFC 791, RFC 8200"},
      {"ip_length", Type::kU64, "bytes", "of the IP packet by its own length, header included",
       "RFC 791, RFC 8200"},
      {"payload_length", Type::kU64, "bytes", "behind the transport header, on the wire", kNetml},
      {"ttl", Type::kU64, "", "time to live or hop limit", "RFC 791, RFC 8200"},
      {"tcp_flags", Type::kU64, "", "CWR ECE URG ACK PSH RST SYN FIN from bit 7 down to 0",
       "RFC 9293"},
      {"vlan_id", Type::kU64, "", "of the innermost VLAN tag, 0 without one", "IEEE 802.1Q", true},
      {"status", Type::kText, "", "ok, or why the headers could not be read to the end", kNetml,
       true},
  };
  return kColumns;
}

PacketRow::PacketRow(const std::vector<std::string>& columns) {
  for (std::size_t i = 0; columns.empty() && i < kDefaultPacketColumns; ++i) {
    columns_.push_back(i);
  }
  for (const std::string& name : columns) {
    columns_.push_back(column_index(name));
    if (schema_.find(name)) {
      throw UsageError("--columns: '" + printable(name) + "' is named twice");
    }
    schema_.columns.push_back(packet_columns()[columns_.back()]);
  }
  if (columns.empty()) {
    schema_.columns.assign(packet_columns().begin(),
                           packet_columns().begin() + kDefaultPacketColumns);
  }
  for (const std::size_t column : columns_) {
    wants_dns_ = wants_dns_ || (column >= kIsDns && column <= kDnsResp);
  }
}

std::span<const Cell> PacketRow::read(const PacketFacts& packet) {
  if (!has_first_) {
    has_first_ = true;
    first_ns_ = packet.ts_ns;
  }
  if (wants_dns_) {
    read_dns_of(packet);
  }
  cells_.clear();
  for (const std::size_t column : columns_) {
    cells_.push_back(column <= kLastDefault ? cell(column, packet) : more_cell(column, packet));
  }
  return cells_;
}

void PacketRow::read_dns_of(const PacketFacts& packet) {
  read_dns(dns_bytes(packet), dns_);
  join_names(dns_.questions, query_);
}

Cell PacketRow::cell(std::size_t column, const PacketFacts& packet) {
  switch (column) {
    case kTime:
      return Cell::billionths(packet.ts_ns);
    case kDatetime:
      datetime_ = utc_text(packet.ts_ns);
      return Cell::of(std::string_view(datetime_));
    case kLength:
      return unsigned_cell(packet.wire_length);
    case kMacSrc:
      return mac_cell(packet.link.source, mac_source_);
    case kMacDst:
      return mac_cell(packet.link.destination, mac_destination_);
    case kIpSrc:
      return address_cell(packet, packet.source, ip_source_);
    case kIpDst:
      return address_cell(packet, packet.destination, ip_destination_);
    case kProtocol:
      protocol_ = packet.ip_version == 0 ? "" : protocol_name(packet.protocol);
      return protocol_.empty() ? Cell::missing() : Cell::plain(protocol_);
    case kPortSrc:
      return port_cell(packet, packet.source_port);
    case kPortDst:
      return port_cell(packet, packet.destination_port);
    case kIsDns:
      return Cell::of(std::uint64_t{dns_.is_empty() ? 0U : 1U});
    case kDnsQuery:
      return dns_.questions.empty() ? Cell::missing() : Cell::of(std::string_view(query_));
    case kDnsResp:
      return dns_.is_empty() ? Cell::missing()
                             : Cell::of(std::span<const std::string>(dns_.answers));
    case kIpSrcInt:
      return address_number(packet, packet.source);
    case kIpDstInt:
      return address_number(packet, packet.destination);
    case kMacSrcInt:
      return mac_number(packet.link.source);
    case kMacDstInt:
      return mac_number(packet.link.destination);
    default:
      return Cell::billionths(difference_ns(packet.ts_ns, first_ns_));
  }
}

Cell PacketRow::more_cell(std::size_t column, const PacketFacts& packet) const {
  const bool has_ip = packet.ip_version != 0;
  const bool is_read = has_ip && packet.status == DecodeStatus::kOk;
  switch (column) {
    case kCapturedLength:
      return unsigned_cell(packet.captured_length);
    case kIpVersion:
      return has_ip ? Cell::of(static_cast<std::uint64_t>(packet.ip_version)) : Cell::missing();
    case kIpLength:
      return has_ip ? unsigned_cell(packet.ip_length) : Cell::missing();
    case kPayloadLength:
      return is_read ? unsigned_cell(packet.payload_length) : Cell::missing();
    case kTtl:
      return has_ip ? unsigned_cell(packet.ttl) : Cell::missing();
    case kTcpFlags:
      return is_read && packet.protocol == ip_protocol::kTcp && packet.has_transport_header
                 ? unsigned_cell(packet.tcp_flags)
                 : Cell::missing();
    case kVlanId:
      return unsigned_cell(packet.vlan);
    default:
      return Cell::plain(to_text(packet.status));
  }
}

std::string utc_text(std::int64_t ts_ns) {
  constexpr std::int64_t kNsPerSecond = 1'000'000'000;
  std::int64_t seconds = ts_ns / kNsPerSecond, rest = ts_ns % kNsPerSecond;
  if (rest < 0) {
    rest += kNsPerSecond;
    --seconds;
  }
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[64];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  const bool is_exact = rest % 1000 == 0;
  std::snprintf(text + length, sizeof text - length, ".%0*lld+00:00", is_exact ? 6 : 9,
                static_cast<long long>(is_exact ? rest / 1000 : rest));
  return text;
}

}  // namespace netml
