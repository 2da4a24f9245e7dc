#include "netml/models/registry.hpp"

#include <algorithm>
#include <array>

#include "netml/core/error.hpp"
#include "netml/core/suggest.hpp"
#include "netml/core/text_format.hpp"

#include "autoencoder.hpp"
#include "ensemble.hpp"
#include "gmm.hpp"
#include "isolation_forest.hpp"
#include "kde.hpp"
#include "knn.hpp"
#include "kres.hpp"
#include "ocsvm.hpp"
#include "pca.hpp"

namespace netml {
namespace {

// All names of the command line.
constexpr std::array<std::string_view, 12> kKnownNames = {
    "ocsvm", "kde",  "if",       "ae",      "gmm",         "pca",
    "knn",   "kres", "ensemble", "iforest", "autoencoder", "auto"};

// The estimators of scikit-learn and PyOD as netml calls them.
struct NetmlDefault {
  std::string_view model, param, text;
};
constexpr NetmlDefault kNetmlDefaults[] = {
    {"ocsvm", "nu", "0.5"},
    {"ocsvm", "gamma", "scale"},
    {"ocsvm", "score", "raw"},
    {"ocsvm", "max_rows", "0"},
    {"kde", "h", "1"},
    {"kde", "max_rows", "0"},
    // Its forest has our defaults (and the score the wrong way round).
    {"if", "n_estimators", "100"},
    {"if", "max_samples", "256"},
    // Its LeakyReLU has a slope of 1, which makes the network linear; it never stops early.
    {"ae", "hidden_units", "16"},
    {"ae", "code_units", "8"},
    {"ae", "activation", "identity"},
    {"ae", "weight_decay", "0.1"},
    {"ae", "batch_size", "32"},
    {"ae", "max_iter", "100"},
    {"ae", "validation_fraction", "0"},
    {"ae", "n_iter_no_change", "0"},
    {"ae", "score", "distance"},
    {"gmm", "k", "1"},
    {"gmm", "covariance", "full"},
    {"gmm", "reg", "1e-06"},
    {"pca", "score", "components"},
    {"pca", "standardize", "yes"},
};

std::vector<std::string> own_names(const ModelEntry& entry) {
  std::vector<std::string> names = {entry.name};
  names.insert(names.end(), entry.aliases.begin(), entry.aliases.end());
  return names;
}

// "if (also iforest)".
std::string title(const ModelEntry& entry) {
  return entry.name + (entry.aliases.empty() ? "" : " (also " + join(entry.aliases, ", ") + ")");
}

// `text` in lines of at most 100 characters, each behind `indent` spaces.
std::string wrapped(std::string_view text, std::size_t indent) {
  constexpr std::size_t kWidth = 100;
  std::string out, line;
  for (const std::string& word : split(text, ' ')) {
    if (!line.empty() && indent + line.size() + 1 + word.size() > kWidth) {
      out += std::string(indent, ' ') + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return out + std::string(indent, ' ') + line + "\n";
}

std::string param_lines(const ModelEntry& entry) {
  std::string out;
  for (const ParamSpec& spec : entry.schema) {
    out += "  " + spec.name + ": " + spec.default_text + "\n";
    out += wrapped(allowed_values(spec) + ". " + spec.help, 6);
  }
  return out;
}

}  // namespace

std::span<const ModelEntry> model_entries() {
  static const std::vector<ModelEntry> kEntries = [] {
    std::vector<ModelEntry> entries;
    for (const auto entry : {ocsvm_entry, kde_entry, isolation_forest_entry, autoencoder_entry,
                             gmm_entry, pca_entry, knn_entry, kres_entry}) {
      entries.push_back(entry());
    }
    entries.push_back(ensemble_entry(entries));
    return entries;
  }();
  return kEntries;
}

const ModelEntry* find_model_or_null(std::string_view name) {
  for (const ModelEntry& entry : model_entries()) {
    if (entry.name == name ||
        std::find(entry.aliases.begin(), entry.aliases.end(), name) != entry.aliases.end()) {
      return &entry;
    }
  }
  return nullptr;
}

const ModelEntry& find_model(std::string_view name) {
  if (const ModelEntry* entry = find_model_or_null(name)) {
    return *entry;
  }
  std::vector<std::string> known;
  for (const ModelEntry& entry : model_entries()) {
    const std::vector<std::string> names = own_names(entry);
    known.insert(known.end(), names.begin(), names.end());
  }
  throw UsageError("unknown algorithm '" + printable(name) + "'" + did_you_mean(name, known) +
                   " (" + join(known, ", ") + ")");
}

AlgorithmNames algorithm_names(const ModelEntry& entry) {
  AlgorithmNames names;
  names.own = own_names(entry);
  names.all.assign(kKnownNames.begin(), kKnownNames.end());
  return names;
}

void apply_netml_defaults(const ModelEntry& entry, ParamSchema& schema) {
  for (const NetmlDefault& value : kNetmlDefaults) {
    if (value.model != entry.name) {
      continue;
    }
    for (ParamSpec& spec : schema) {
      if (spec.name == value.param) {
        spec.default_text = value.text;
      }
    }
  }
}

namespace {

// One of them, or all.
std::span<const ModelEntry> entries_to_show(const std::string& name) {
  return name.empty() ? model_entries() : std::span(&find_model(name), 1);
}

}  // namespace

std::string help_algorithm(const std::string& name) {
  std::string out = "netml learn: model-training algorithms\n";
  for (const ModelEntry& entry : entries_to_show(name)) {
    out += "\n" + title(entry) + ": " + entry.summary + "\n" + wrapped(entry.help, 2) +
           "\n  parameters and their defaults:\n" + param_lines(entry);
  }
  return out;
}

std::string help_param(const std::string& name) {
  std::string out = "netml learn: model-training algorithms (params only)\n";
  for (const ModelEntry& entry : entries_to_show(name)) {
    out += "\n" + entry.name + ":\n" + param_lines(entry);
  }
  return out;
}

}  // namespace netml
