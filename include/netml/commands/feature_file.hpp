#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netml/table/table.hpp"

namespace netml {

/// A feature table that was read from a file.
struct FeatureFile {
  Table table;
  std::string recipe_json;  ///< from the CSV's metadata file or the NPZ; empty when there is none
  std::string name;         ///< without folders; "-" for stdin
  std::string sha256;       ///< of the file's bytes
  std::vector<std::string> warnings;
};

/// Reads a CSV ("-" is stdin), NPY or NPZ, recognised by its first bytes. The `NAME-metadata.json`
/// of a CSV or NPY, where it lies beside it, gives the recipe, the names of a matrix's columns and
/// which of them are identity. Throws InputError,
/// DataError; LimitError when the file is larger than the limit.
FeatureFile read_feature_file(const std::string& path, std::uint64_t memory_limit_bytes);

}  // namespace netml
