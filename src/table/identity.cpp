#include "netml/table/identity.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include "netml/core/text_format.hpp"

namespace netml {
namespace {

constexpr std::string_view kIdentity[] = {
    // Ours and NFStream's.
    "id", "flow_id", "expiration_id", "vlan_id", "tunnel_id", "timestamp", "end_reason", "src_ip",
    "dst_ip", "src_port", "dst_port", "src_mac", "dst_mac", "src_oui", "dst_oui", "label",
    "label_name", "time", "time_normed", "datetime", "row",
    // Published feature files.
    "source_ip", "destination_ip", "source_port", "destination_port", "srcip", "dstip", "sport",
    "dsport", "dport", "src_addr", "dst_addr", "attack_cat", "first_time", "last_time",
    "unnamed:_0", "id.orig_h", "id.orig_p",
    // Our per-packet table.
    "mac_src", "mac_dst", "ip_src", "ip_dst", "port_src", "port_dst", "ip_src_int", "ip_dst_int",
    "mac_src_int", "mac_dst_int", "id.resp_h", "id.resp_p"};

}  // namespace

bool is_identity_name(std::string_view name) {
  std::string plain = to_lower(trim(name));
  std::replace(plain.begin(), plain.end(), ' ', '_');
  return plain.empty() || plain.ends_with("_ns") || plain.ends_with("_seen_ms") ||
         std::find(std::begin(kIdentity), std::end(kIdentity), plain) != std::end(kIdentity);
}

bool begins_with_identity(std::span<const std::string> names) {
  constexpr std::string_view kPrefix[] = {"src_ip",   "src_port", "dst_ip",
                                          "dst_port", "protocol", "start_ns"};
  return names.size() >= std::size(kPrefix) &&
         std::equal(std::begin(kPrefix), std::end(kPrefix), names.begin());
}

bool begins_with_run(std::span<const std::string> names) {
  return names.size() > 1 && names[0] == "run" && is_identity_name(names[1]);
}

}  // namespace netml
