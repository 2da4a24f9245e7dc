#include "hidden_columns.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "netml/core/log.hpp"
#include "netml/core/text_format.hpp"

namespace netml {
namespace {

// Whose addresses a column tells.
enum Told : unsigned {
  kSourceIp = 1,
  kDestinationIp = 2,
  kBothIps = kSourceIp | kDestinationIp,
  kSourceMac = 4,
  kDestinationMac = 8,
};

struct TellingColumn {
  std::string_view name;
  unsigned told;
  bool is_address;  // who names it wants that address hidden; the others repeat one, or may
};

// Of every set and of `packets`. Only the columns of one table meet.
constexpr std::array kTellingColumns = {
    TellingColumn{"src_ip", kSourceIp, true},
    TellingColumn{"dst_ip", kDestinationIp, true},
    TellingColumn{"src_mac", kSourceMac, true},
    TellingColumn{"dst_mac", kDestinationMac, true},
    TellingColumn{"src_oui", kSourceMac, false},
    TellingColumn{"dst_oui", kDestinationMac, false},
    // netflowmeter, cicflowmeter
    TellingColumn{"flow_id", kBothIps, false},
    TellingColumn{"Flow ID", kBothIps, false},
    TellingColumn{"Src IP", kSourceIp, true},
    TellingColumn{"Dst IP", kDestinationIp, true},
    TellingColumn{"Source IP", kSourceIp, true},
    TellingColumn{"Destination IP", kDestinationIp, true},
    // The client of DHCP is the source; instances of mDNS carry their host's MAC or name.
    TellingColumn{"udps.dhcp_50", kSourceIp, false},
    TellingColumn{"udps.dhcp_addr", kSourceIp, false},
    TellingColumn{"udps.dhcp_oui", kSourceMac, false},
    TellingColumn{"udps.mdns_ptr", kSourceIp | kSourceMac, false},
    // packets; names under in-addr.arpa are addresses, and answers are those of later packets
    TellingColumn{"ip_src", kSourceIp, true},
    TellingColumn{"ip_dst", kDestinationIp, true},
    TellingColumn{"mac_src", kSourceMac, true},
    TellingColumn{"mac_dst", kDestinationMac, true},
    TellingColumn{"ip_src_int", kSourceIp, false},
    TellingColumn{"ip_dst_int", kDestinationIp, false},
    TellingColumn{"mac_src_int", kSourceMac, false},
    TellingColumn{"mac_dst_int", kDestinationMac, false},
    TellingColumn{"dns_query", kBothIps, false},
    TellingColumn{"dns_resp", kBothIps, false},
};

// `verb` and `rest`: what to do with them.
void warn(const std::vector<std::string>& columns, std::string_view verb, std::string_view rest) {
  if (!columns.empty()) {
    const bool is_one = columns.size() == 1;
    std::string message = join(columns, ", ");
    message +=
        is_one ? " still tells what --anonymize hides; " : " still tell what --anonymize hides; ";
    message.append(verb).append(is_one ? " it " : " them ").append(rest);
    log::warning(message);
  }
}

}  // namespace

void check_anonymization(const Schema& columns, const Anonymization& anonymization) {
  anonymized_columns(columns, anonymization.columns);
  const auto is_named = [&](std::string_view name) {
    return std::find(anonymization.columns.begin(), anonymization.columns.end(), name) !=
           anonymization.columns.end();
  };
  unsigned hidden = 0;
  for (const TellingColumn& column : kTellingColumns) {
    if (column.is_address && is_named(column.name)) {
      hidden |= column.told;
    }
  }
  std::vector<std::string> texts;
  std::vector<std::string> others;
  for (const TellingColumn& column : kTellingColumns) {
    const auto found = columns.find(std::string(column.name));
    if (found && (column.told & hidden) != 0 && !is_named(column.name)) {
      const bool is_text = columns.columns[*found].type == ColumnType::kText;
      (is_text ? texts : others).emplace_back(column.name);
    }
  }
  warn(texts, "name", "in --anonymize as well");
  warn(others, "leave", "out with --columns");
}

}  // namespace netml
