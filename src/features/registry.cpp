#include "netml/features/registry.hpp"

#include "column_block.hpp"
#include "registry_table.hpp"

namespace netml {
namespace {

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
    {"biflow", "biflow", 0, "41 direction-aware, log-scaled columns made for novelty detection",
     make_biflow_block},
    {"context", "context[:W[:L]]", 2,
     "how busy, spread out and unsuccessful the flow's source was from W s before to L s after the "
     "flow's end (60, 10)",
     make_context_block},
    {"early", "early[:N]", 1, "signed sizes and log gaps of the first N packets (10)",
     make_early_block},
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

std::vector<ColumnInfo> columns_of(const std::string& set) {
  Recipe recipe;
  recipe.sets = {set};
  recipe.representation.dim = 10;
  recipe.representation.sampling_s = 1;
  return make_block(set, recipe)->columns;
}

}  // namespace netml
