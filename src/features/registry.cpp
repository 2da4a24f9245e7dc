#include "netml/features/registry.hpp"

#include <algorithm>

#include "column_block.hpp"
#include "registry_table.hpp"

namespace netml {
namespace {

constexpr char kCicflowmeter[] = "cicflowmeter";

constexpr SetEntry kSets[] = {
    {"flow", "flow", 0,
     "addresses, times, packets and bytes per direction (NFStream's core attributes)",
     make_flow_block},
    {"statistics", "statistics", 0,
     "sizes, inter-arrival times and TCP flags (NFStream's 48 statistics)", make_statistics_block},
    {"splt", "splt[:N]", 1, "direction, size and time of the first N packets (10)",
     make_splt_block},
    {"udps.splt", "udps.splt[:N[:ACCOUNTING]]", 2,
     "the same by another accounting (NFStream's SPLT plugin)", make_splt_plugin_block},
    {"dhcp", "dhcp", 0, "what DHCP clients say of themselves (NFStream's DHCP plugin)",
     make_dhcp_block},
    {"mdns", "mdns", 0, "names in the PTR answers of multicast DNS (NFStream's MDNS plugin)",
     make_mdns_block},
    {"ja4", "ja4", 0, "fingerprints of TLS clients and servers, over TCP and QUIC (JA4, JA4S)",
     make_ja4_block},
    {"wavelet", "wavelet[:LEVELS]", 1,
     "wavelet statistics of bytes over time (NFStream's WFPlugin)", make_wavelet_block},
    {"biflow", "biflow", 0, "41 direction-aware, log-scaled columns made for novelty detection",
     make_biflow_block},
    {"context", "context[:W[:L]]", 2,
     "how busy, spread out and unsuccessful the flow's source was from W s before to L s after the "
     "flow's end (60, 10)",
     make_context_block},
    {"early", "early[:N]", 1, "signed sizes and log gaps of the first N packets (10)",
     make_early_block},
    {"netflowmeter", "netflowmeter", 0, "NetFlowMeter's 114 columns, correct",
     make_netflowmeter_block},
    {"netflowmeter-all", "netflowmeter-all", 0, "the same and the 230 that NTLFlowLyzer adds",
     make_netflowmeter_all_block},
    {kCicflowmeter, "cicflowmeter[:2017|:2018|:extended]", 1,
     "CICFlowMeter's columns, correct, by its names of today, 2018 or 2017, or with the ten of its "
     "corrected fork",
     make_cicflowmeter_block},
    {"iat", "iat", 0, "times between packets (Python netml)", make_representation_block},
    {"size", "size", 0, "packet sizes (Python netml)", make_representation_block},
    {"iat_size", "iat_size", 0, "both, interleaved (Python netml)", make_representation_block},
    {"stats", "stats", 0, "twelve statistics (Python netml)", make_representation_block},
    {"samp_num", "samp_num", 0, "packets per time slot (Python netml)", make_representation_block},
    {"samp_size", "samp_size", 0, "bytes per time slot (Python netml)", make_representation_block},
};

}  // namespace

std::span<const SetEntry> set_entries() {
  return kSets;
}

const std::vector<FeatureSetInfo>& feature_sets() {
  static const std::vector<FeatureSetInfo> sets = [] {
    std::vector<FeatureSetInfo> list;
    for (const SetEntry& entry : kSets) {
      list.push_back({entry.name, entry.syntax, entry.summary});
    }
    return list;
  }();
  return sets;
}

const std::vector<std::string>& context_column_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const ColumnInfo& column : columns_of("context")) {
      list.push_back(column.name);
    }
    return list;
  }();
  return names;
}

bool is_representation(const std::string& set) {
  for (const SetEntry& entry : kSets) {
    if (set == entry.name) {
      return entry.make == make_representation_block;
    }
  }
  return false;
}

bool has_own_label(const std::vector<std::string>& sets) {
  return std::any_of(sets.begin(), sets.end(), [](const std::string& set) {
    return set.substr(0, set.find(':')) == kCicflowmeter;
  });
}

namespace {

// Everything that is fitted as the pages of documentation have it.
Recipe recipe_to_describe(const std::string& set) {
  Recipe recipe;
  recipe.sets = {set};
  recipe.representation.dim = 10;
  recipe.representation.sampling_s = 1;
  return recipe;
}

}  // namespace

std::vector<ColumnInfo> columns_of(const std::string& set) {
  return make_block(set, recipe_to_describe(set))->columns;
}

std::vector<ColumnInfo> header_columns() {
  const std::string set = "iat";
  Recipe recipe = recipe_to_describe(set);
  const std::size_t without = make_block(set, recipe)->columns.size();
  recipe.representation.header = true;
  std::vector<ColumnInfo> columns = make_block(set, recipe)->columns;
  columns.resize(columns.size() - without);
  return columns;
}

}  // namespace netml
