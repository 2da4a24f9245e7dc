#include "flow_text.hpp"

#include <cstdio>
#include <ctime>

#include "netml/core/text_format.hpp"

namespace netml {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

struct WallTime {
  char date[16];
  char clock[32];  // with microseconds
};

WallTime wall_time(std::int64_t ns, TextZone zone) {
  std::int64_t seconds = ns / kSecond;
  std::int64_t rest = ns % kSecond;
  if (rest < 0) {
    rest += kSecond;
    --seconds;
  }
  const std::time_t time = seconds;
  std::tm parts{};
  zone == TextZone::kUtc ? gmtime_r(&time, &parts) : localtime_r(&time, &parts);
  WallTime text{};
  std::strftime(text.date, sizeof text.date, "%Y-%m-%d", &parts);
  char clock[16];
  std::strftime(clock, sizeof clock, "%H:%M:%S", &parts);
  std::snprintf(text.clock, sizeof text.clock, "%s.%06d", clock, static_cast<int>(rest / 1000));
  return text;
}

}  // namespace

std::string short_protocol_name(std::uint8_t protocol) {
  switch (protocol) {
    case ip_protocol::kTcp:
      return "TCP";
    case ip_protocol::kUdp:
      return "UDP";
    case ip_protocol::kIcmp:
      return "ICMP";
    case ip_protocol::kIcmpv6:
      return "ICMPv6";
    case ip_protocol::kSctp:
      return "SCTP";
    default:
      return "protocol-" + std::to_string(protocol);
  }
}

namespace {

std::string endpoint(const std::string& address, std::uint64_t port) {
  const bool is_v6 = address.find(':') != std::string::npos;
  return (is_v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

// "fd77::15:80" -> the address and the port, in the form of endpoint(); empty: neither.
std::string endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const auto port = parse_u64(colon == std::string_view::npos ? "" : text.substr(colon + 1));
  return port ? endpoint(std::string(text.substr(0, colon)), *port) : "";
}

// Of the column `protocol`: a number, or the name itself.
std::string protocol_name(const std::string& text) {
  const auto number = parse_u64(text);
  if (!number) {
    return text;
  }
  return *number > UINT8_MAX ? "" : short_protocol_name(static_cast<std::uint8_t>(*number));
}

}  // namespace

std::string endpoints_text(const VerdictSubject& subject) {
  const Flow& flow = subject.flow;
  if (!subject.has_addresses) {
    return "(all but IPv4) [protocol-other]";
  }
  return endpoint(to_text(flow.source(), flow.key.ip_version), flow.source_port()) + " → " +
         endpoint(to_text(flow.destination(), flow.key.ip_version), flow.destination_port()) +
         " [" + short_protocol_name(flow.key.protocol) + "]";
}

std::string times_text(const Flow& flow, TextZone zone) {
  const WallTime first = wall_time(flow.first_ns(), zone);
  const WallTime last = wall_time(flow.last_ns(), zone);
  return std::string("[") + first.date + "] [" + first.clock + " – " + last.clock + "]";
}

std::string time_text(std::int64_t ns, TextZone zone) {
  const WallTime time = wall_time(ns, zone);
  return std::string("[") + time.date + "] [" + time.clock + "]";
}

std::string readable_key(const std::string& key, TextZone zone) {
  const std::vector<std::string> parts = split(key, ' ');
  std::string as_it_is(trim(key));
  if (parts.size() != 5 || parts[1] != "->") {
    return as_it_is;
  }
  const std::string source = endpoint(parts[0]), destination = endpoint(parts[2]);
  const std::string protocol = protocol_name(parts[3]);
  const auto start_ns = parse_i64(parts[4]);
  const bool has_time = !parts[4].empty();
  if (source.empty() || destination.empty() || protocol.empty() || (has_time && !start_ns)) {
    return as_it_is;
  }
  return (has_time ? time_text(*start_ns, zone) + " " : "") + source + " → " + destination + " [" +
         protocol + "]";
}

}  // namespace netml
