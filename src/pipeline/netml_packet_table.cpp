#include "netml/pipeline/netml_packet_table.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>

#include "netml/core/text_format.hpp"
#include "netml/decode/dns.hpp"
#include "netml/flow/flow.hpp"

namespace netml {
namespace {

std::tm local_time(std::int64_t ts_ns) {
  constexpr std::int64_t kNsPerSecond = 1'000'000'000;
  const std::time_t seconds = ts_ns / kNsPerSecond;  // int() of the original, towards zero
  std::tm parts{};
  localtime_r(&seconds, &parts);
  return parts;
}

// Python's str() of a Decimal with so many decimals: 0.000000, but 0E-9.
std::string decimal_text(std::int64_t ns, int decimals) {
  auto magnitude = static_cast<std::uint64_t>(ns);
  magnitude = ns < 0 ? std::uint64_t{0} - magnitude : magnitude;
  std::string digits = std::to_string(decimals == 6 ? magnitude / 1000 : magnitude);
  const std::string sign = ns < 0 ? "-" : "";
  const int point = static_cast<int>(digits.size()) - decimals;
  if (point <= -6) {
    return sign + digits.substr(0, 1) + (digits.size() > 1 ? "." : "") + digits.substr(1) + "E" +
           std::to_string(point - 1);
  }
  if (point <= 0) {
    return sign + "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  }
  return sign + digits.insert(static_cast<std::size_t>(point), ".");
}

void append_hex_escape(std::string& out, unsigned char byte) {
  constexpr char kDigits[] = "0123456789abcdef";
  out += "\\x";
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

// Python's repr() of a str, which `text` must be as UTF-8, or of bytes.
std::string python_repr(std::string_view text, bool is_bytes) {
  const bool has_single = text.find('\'') != std::string_view::npos;
  const bool has_double = text.find('"') != std::string_view::npos;
  const char quote = has_single && !has_double ? '"' : '\'';
  std::string out = is_bytes ? "b" : "";
  out += quote;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080 to U+00A0 and the soft hyphen are not printable.
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : '\0');
    const bool is_latin_control = byte == 0xc2 && (next <= 0xa0 || next == 0xad) && !is_bytes;
    if (byte == '\\' || text[i] == quote) {
      out += '\\';
      out += text[i];
    } else if (byte == '\n' || byte == '\r' || byte == '\t') {
      out += byte == '\n' ? "\\n" : byte == '\r' ? "\\r" : "\\t";
    } else if (byte < 0x20 || byte == 0x7f || (is_bytes && byte >= 0x80)) {
      append_hex_escape(out, byte);
    } else if (is_latin_control) {
      append_hex_escape(out, next);
      ++i;
    } else {
      out += text[i];
    }
  }
  return out + quote;
}

std::string tuple_of(const std::string& text) {
  return "(" + python_repr(valid_utf8(text), false) + ",)";
}

// A list of bytes, one for each string of a TXT record.
std::string tuple_of_strings(std::span<const std::uint8_t> data) {
  std::string list;
  for (std::size_t at = 0; at < data.size(); at += 1 + std::size_t{data[at]}) {
    const std::size_t length = std::min<std::size_t>(data[at], data.size() - at - 1);
    list += list.empty() ? "" : ", ";
    list += python_repr({reinterpret_cast<const char*>(data.data()) + at + 1, length}, true);
  }
  return "([" + list + "],)";
}

std::string response_text(const DnsReader& reader, const DnsRecord& record) {
  switch (record.type) {
    case dns_type::kTxt:
      return tuple_of_strings(record.data);
    case dns_type::kA:
    case dns_type::kAaaa:
    case dns_type::kNs:
    case dns_type::kCname:
    case dns_type::kPtr:
      return tuple_of(reader.data_text(record));
    default:
      return tuple_of({reinterpret_cast<const char*>(record.data.data()), record.data.size()});
  }
}

// Records that scapy has classes of their own for, which netml does not look for.
bool is_special(std::uint16_t type) {
  constexpr std::uint16_t kTypes[] = {
      dns_type::kSoa, dns_type::kMx, dns_type::kSrv, 41, 43, 46, 47, 48, 50, 51, 64, 65, 250,
      32769};
  return std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes);
}

// A message that ends behind one of its header's fields: what scapy finds absent has the value of a
// message that it would make itself, with a question of its own.
bool ends_in_header(std::size_t size) {
  return size == 3 || (size != 0 && size <= 12 && size % 2 == 0);
}

// `query` and `response` as Python prints them; nothing when scapy does not take the bytes for a
// whole message, or netml finds nothing in it.
template <typename Dns>
std::optional<Dns> netml_dns(std::span<const std::uint8_t> bytes) {
  if (ends_in_header(bytes.size())) {
    return Dns{tuple_of("www.example.com."), ""};
  }
  DnsReader reader(bytes, DnsNameText::kAsIs);
  if (!reader.has_header() || reader.question_count() > bytes.size()) {
    return std::nullopt;
  }
  std::optional<Dns> found;
  DnsQuestion question;
  while (reader.next(question)) {
    if (!found) {
      found.emplace();
      found->query = tuple_of(question.name);
    }
  }
  DnsRecord record;
  while (reader.next(record)) {
    if (!is_special(record.type) && (!found || found->response.empty())) {
      found = Dns{tuple_of(record.owner), response_text(reader, record)};
    }
  }
  return reader.is_sound() ? found : std::nullopt;
}

std::uint64_t number_of(const MacAddress& mac) {
  std::uint64_t number = 0;
  for (const std::uint8_t byte : mac) {
    number = number << 8 | byte;
  }
  return number;
}

std::uint64_t number_of(const IpAddress& address) {
  std::uint64_t number = 0;
  for (std::size_t i = 12; i < address.bytes.size(); ++i) {
    number = number << 8 | address.bytes[i];
  }
  return number;
}

// A cell and the comma behind it; a number has a point where its column lacks others.
void append_cell(std::string& out, bool is_there, const std::string& text) {
  out += is_there ? text : "";
  out += ',';
}

void append_cell(std::string& out, bool is_there, std::uint64_t number, bool has_point) {
  append_cell(out, is_there, std::to_string(number) + (has_point ? ".0" : ""));
}

// The commas in a tuple ask for quotes.
void append_tuple(std::string& out, const std::string& text) {
  append_csv_text(out, text, TextMode::kRaw);
  out += ',';
}

}  // namespace

void NetmlPacketTable::add(const RawPacket& packet) {
  Row row;
  row.ts_ns = packet.ts_ns;
  row.first_ns = rows_.empty() ? packet.ts_ns : rows_.front().first_ns;
  row.frame = describe_netml(packet);
  if (auto dns = netml_dns<Dns>(row.frame.dns)) {
    row.dns = dns_.size();
    cost_ += sizeof(Dns) + dns->query.size() + dns->response.size();
    dns_.push_back(std::move(*dns));
  }
  row.frame.dns = {};
  cost_ += 2 * sizeof(Row);  // while the rows move to a larger place
  const std::tm clock = local_time(row.ts_ns);
  lacks_macs_ = lacks_macs_ || !row.frame.has_macs;
  lacks_addresses_ = lacks_addresses_ || !row.frame.has_addresses;
  lacks_ports_ = lacks_ports_ || row.frame.protocol < NetmlFrame::Protocol::kUdp;
  has_nanoseconds_ = has_nanoseconds_ || row.ts_ns % 1000 != 0;
  has_clock_ = has_clock_ || clock.tm_hour != 0 || clock.tm_min != 0 || clock.tm_sec != 0;
  rows_.push_back(row);
}

std::string NetmlPacketTable::header() const {
  return ",datetime,dns_query,dns_resp,ip_dst,ip_dst_int,ip_src,ip_src_int,is_dns,length,mac_dst,"
         "mac_dst_int,mac_src,mac_src_int,port_dst,port_src,protocol,time,time_normed\n";
}

void NetmlPacketTable::append_line(std::size_t index, std::string& out) const {
  constexpr const char* kProtocols[] = {"", "ICMP", "UDP", "TCP"};
  const Row& row = rows_[index];
  const NetmlFrame& frame = row.frame;
  const std::tm clock = local_time(row.ts_ns);
  char datetime[32];
  std::strftime(datetime, sizeof datetime, has_clock_ ? "%Y-%m-%d %H:%M:%S" : "%Y-%m-%d", &clock);
  const bool has_ports = frame.protocol >= NetmlFrame::Protocol::kUdp;
  const int decimals = has_nanoseconds_ ? 9 : 6;
  const Dns none;
  const Dns& dns = row.dns ? dns_[*row.dns] : none;
  append_number(out, std::uint64_t{index});
  out += ',';
  append_cell(out, true, datetime);
  append_tuple(out, dns.query);
  append_tuple(out, dns.response);
  append_cell(out, frame.has_addresses, to_text(frame.dst, 4));
  append_cell(out, frame.has_addresses, number_of(frame.dst), lacks_addresses_);
  append_cell(out, frame.has_addresses, to_text(frame.src, 4));
  append_cell(out, frame.has_addresses, number_of(frame.src), lacks_addresses_);
  append_cell(out, true, row.dns ? "True" : "False");
  append_cell(out, true, frame.size, false);
  append_cell(out, frame.has_macs, to_text(frame.mac_dst));
  append_cell(out, frame.has_macs, number_of(frame.mac_dst), lacks_macs_);
  append_cell(out, frame.has_macs, to_text(frame.mac_src));
  append_cell(out, frame.has_macs, number_of(frame.mac_src), lacks_macs_);
  append_cell(out, has_ports, frame.dst_port, lacks_ports_);
  append_cell(out, has_ports, frame.src_port, lacks_ports_);
  append_cell(out, true, kProtocols[static_cast<std::size_t>(frame.protocol)]);
  append_cell(out, true, decimal_text(row.ts_ns, decimals));
  out += decimal_text(time_difference(row.ts_ns, row.first_ns), decimals);
  out += '\n';
}

}  // namespace netml
