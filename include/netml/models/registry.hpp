#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netml/models/model.hpp"

namespace netml {

/// A model that can be asked for by name.
struct ModelEntry {
  std::string name;
  std::vector<std::string> aliases;
  std::string summary;  ///< one line
  std::string help;     ///< one paragraph
  ParamSchema schema;
  std::unique_ptr<Model> (*make)();
};

/// All models of this build, in the order in which help lists them.
std::span<const ModelEntry> model_entries();

/// By name or alias. Throws UsageError, which suggests the nearest name.
const ModelEntry& find_model(std::string_view name);
/// nullptr instead of an error.
const ModelEntry* find_model_or_null(std::string_view name);

/// For read_params.
AlgorithmNames algorithm_names(const ModelEntry& entry);

/// The parameters under `--preset netml`: netml's own defaults in place of ours.
void apply_netml_defaults(const ModelEntry& entry, ParamSchema& schema);

/// The text of `--help-algorithm` (models and parameters) and `--help-param` (parameters only).
/// `name`: of one algorithm; empty: of all.
std::string help_algorithm(const std::string& name = {});
std::string help_param(const std::string& name = {});

}  // namespace netml
