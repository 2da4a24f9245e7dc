#include <algorithm>
#include <iterator>

#include "netml/core/text_format.hpp"

#include "label_cells.hpp"

namespace netml {
namespace {

struct ProtocolName {
  std::string_view name;
  int number;
};

constexpr int kNotIp = -1;

// IANA's registry of protocol numbers by its keywords, and the other names that argus (the two
// Australian and Czech data sets), Zeek and Suricata give the same numbers. In order of name.
constexpr ProtocolName kNames[] = {{"3pc", 34},
                                   {"a/n", 107},
                                   {"aes-sp3-d", 96},
                                   {"ah", 51},
                                   {"any", kNotIp},
                                   {"argus", 13},
                                   {"aris", 104},
                                   {"arp", kNotIp},
                                   {"ax.25", 93},
                                   {"bbn-rcc", 10},
                                   {"bbn-rcc-mon", 10},
                                   {"bna", 49},
                                   {"br-sat-mon", 76},
                                   {"cbt", 7},
                                   {"cftp", 62},
                                   {"chaos", 16},
                                   {"compaq-peer", 110},
                                   {"cphb", 73},
                                   {"cpnx", 72},
                                   {"crtp", 126},
                                   {"crudp", 127},
                                   {"dccp", 33},
                                   {"dcn", 19},
                                   {"dcn-meas", 19},
                                   {"ddp", 37},
                                   {"ddx", 116},
                                   {"dgp", 86},
                                   {"dsr", 48},
                                   {"egp", 8},
                                   {"eigrp", 88},
                                   {"emcon", 14},
                                   {"encap", 98},
                                   {"esp", 50},
                                   {"etherip", 97},
                                   {"ethernet", 143},
                                   {"fc", 133},
                                   {"fire", 125},
                                   {"ggp", 3},
                                   {"gmtp", 100},
                                   {"gre", 47},
                                   {"hip", 139},
                                   {"hmp", 20},
                                   {"hopopt", 0},
                                   {"i-nlsp", 52},
                                   {"iatp", 117},
                                   {"ib", kNotIp},
                                   {"icmp", 1},
                                   {"icmp6", 58},
                                   {"icmpv6", 58},
                                   {"idpr", 35},
                                   {"idpr-cmtp", 38},
                                   {"idrp", 45},
                                   {"ifmp", 101},
                                   {"igmp", 2},
                                   {"igp", 9},
                                   {"il", 40},
                                   {"ip", 0},
                                   {"ipcomp", 108},
                                   {"ipcv", 71},
                                   {"ipip", 94},
                                   {"iplt", 129},
                                   {"ipnip", 4},
                                   {"ippc", 67},
                                   {"ipv4", 4},
                                   {"ipv6", 41},
                                   {"ipv6-frag", 44},
                                   {"ipv6-icmp", 58},
                                   {"ipv6-no", 59},
                                   {"ipv6-nonxt", 59},
                                   {"ipv6-opts", 60},
                                   {"ipv6-route", 43},
                                   {"ipx-in-ip", 111},
                                   {"ipx-n-ip", 111},
                                   {"ipx/spx", kNotIp},
                                   {"irtp", 28},
                                   {"isis", 124},
                                   {"iso-ip", 80},
                                   {"iso-tp4", 29},
                                   {"kryptolan", 65},
                                   {"l2tp", 115},
                                   {"larp", 91},
                                   {"leaf-1", 25},
                                   {"leaf-2", 26},
                                   {"llc", kNotIp},
                                   {"man", kNotIp},
                                   {"manet", 138},
                                   {"merit-inp", 32},
                                   {"mfe-nsp", 31},
                                   {"mhrp", 48},
                                   {"micp", 95},
                                   {"mobile", 55},
                                   {"mobility-header", 135},
                                   {"mpls-in-ip", 137},
                                   {"mtp", 92},
                                   {"mux", 18},
                                   {"narp", 54},
                                   {"netblt", 30},
                                   {"nsfnet-igp", 85},
                                   {"nvp", 11},
                                   {"nvp-ii", 11},
                                   {"ospf", 89},
                                   {"ospfigp", 89},
                                   {"pgm", 113},
                                   {"pim", 103},
                                   {"pipe", 131},
                                   {"pnni", 102},
                                   {"pri-enc", 99},
                                   {"prm", 21},
                                   {"ptp", 123},
                                   {"pup", 12},
                                   {"pvp", 75},
                                   {"qnx", 106},
                                   {"rarp", kNotIp},
                                   {"rdp", 27},
                                   {"rohc", 142},
                                   {"rsvp", 46},
                                   {"rsvp-e2e-ignore", 134},
                                   {"rtcp", 17},
                                   {"rtp", 17},
                                   {"rvd", 66},
                                   {"sat-expak", 64},
                                   {"sat-mon", 69},
                                   {"scc-sp", 96},
                                   {"sccopmce", 128},
                                   {"scps", 105},
                                   {"sctp", 132},
                                   {"sdrp", 42},
                                   {"secure-vmtp", 82},
                                   {"sep", 33},
                                   {"shim6", 140},
                                   {"skip", 57},
                                   {"sm", 122},
                                   {"smp", 121},
                                   {"snp", 109},
                                   {"sprite-rpc", 90},
                                   {"sps", 130},
                                   {"srp", 119},
                                   {"sscopmce", 128},
                                   {"st", 5},
                                   {"st2", 5},
                                   {"stp", 118},
                                   {"sun-nd", 77},
                                   {"swipe", 53},
                                   {"tcf", 87},
                                   {"tcp", 6},
                                   {"tlsp", 56},
                                   {"tp++", 39},
                                   {"trunk-1", 23},
                                   {"trunk-2", 24},
                                   {"ttp", 84},
                                   {"udp", 17},
                                   {"udplite", 136},
                                   {"udt", 17},
                                   {"unas", kNotIp},
                                   {"unknown_transport", kNotIp},
                                   {"uti", 120},
                                   {"vines", 83},
                                   {"visa", 70},
                                   {"vmtp", 81},
                                   {"vrrp", 112},
                                   {"wb-expak", 79},
                                   {"wb-mon", 78},
                                   {"wesp", 141},
                                   {"wsn", 74},
                                   {"xnet", 15},
                                   {"xns-idp", 22},
                                   {"xtp", 36},
                                   {"zero", 114}};

static_assert(std::is_sorted(std::begin(kNames), std::end(kNames),
                             [](const ProtocolName& x, const ProtocolName& y) {
                               return x.name < y.name;
                             }));

}  // namespace

std::optional<NamedProtocol> parse_label_protocol(std::string_view text) {
  if (const auto number = parse_whole(text, 255)) {
    return NamedProtocol{true, static_cast<std::uint8_t>(*number)};
  }
  const std::string name = to_lower(trim(text));
  const auto* const at = std::lower_bound(
      std::begin(kNames), std::end(kNames), name,
      [](const ProtocolName& known, const std::string& wanted) { return known.name < wanted; });
  if (at == std::end(kNames) || at->name != name) {
    return std::nullopt;
  }
  return at->number == kNotIp ? NamedProtocol{false, 0}
                              : NamedProtocol{true, static_cast<std::uint8_t>(at->number)};
}

}  // namespace netml
