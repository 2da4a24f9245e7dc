#include "netml/commands/feature_file.hpp"

#include <optional>

#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "netml/commands/table_output.hpp"
#include "netml/core/compression.hpp"
#include "netml/core/error.hpp"
#include "netml/core/input_file.hpp"
#include "netml/core/json_text.hpp"
#include "netml/core/sha256.hpp"
#include "netml/core/text_format.hpp"
#include "netml/table/csv_read.hpp"
#include "netml/table/npy.hpp"
#include "netml/table/npz.hpp"

namespace netml {
namespace {

constexpr std::size_t kLargestMetadata = std::size_t{16} << 20;

struct Metadata {
  std::string url;                     ///< the table that it describes
  std::optional<std::uint64_t> bytes;  ///< how long that was
  Schema described;
  std::string recipe_json;
};

bool exists(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

std::string text_or_empty(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

Metadata read_metadata(const std::string& path) {
  Metadata metadata;
  const std::string what = printable(path);
  const JsonDocument parsed =
      parse_json(read_file(path, kLargestMetadata), what, {16, kLargestMetadata});
  const nlohmann::json& document = *parsed;
  if (!document.is_object()) {
    throw DataError(what + ": not a description of a table");
  }
  metadata.url = text_or_empty(document, "url");
  if (const auto bytes = document.find("netml:bytes");
      bytes != document.end() && bytes->is_number_unsigned()) {
    metadata.bytes = bytes->get<std::uint64_t>();
  }
  const auto table = document.find("tableSchema");
  if (table != document.end() && table->is_object() && table->contains("columns") &&
      (*table)["columns"].is_array()) {
    for (const nlohmann::json& column : (*table)["columns"]) {
      const auto identity = column.is_object() ? column.find("netml:identity") : column.end();
      if (identity == column.end() || !identity->is_boolean()) {
        continue;  // not ours
      }
      ColumnInfo info;
      info.name = text_or_empty(column, "name");
      info.unit = text_or_empty(column, "netml:unit");
      info.definition = text_or_empty(column, "dc:description");
      info.source = text_or_empty(column, "netml:source");
      info.is_identity = identity->get<bool>();
      metadata.described.columns.push_back(std::move(info));
    }
  }
  const auto recipe = document.find("netml:recipe");
  if (recipe != document.end()) {
    if (!recipe->is_object()) {
      throw DataError(what + ": netml:recipe is not a mapping");
    }
    metadata.recipe_json = recipe->dump();
  }
  return metadata;
}

// The description beside a table of so many bytes, if it is its own: by its length, under whatever
// name, or by its name. A table that was changed since then is still taken as described: a column
// of labels may have been added.
Metadata metadata_beside(const std::string& path, std::size_t bytes,
                         std::vector<std::string>& warnings) {
  const std::string beside = metadata_path(path);
  if (path == "-" || !exists(beside)) {
    return {};
  }
  Metadata metadata = read_metadata(beside);
  if (metadata.bytes == bytes) {
    return metadata;
  }
  if (!metadata.url.empty() && metadata.url != valid_utf8(base_name(path))) {
    warnings.push_back(printable(beside) + ": describes '" + printable(metadata.url) +
                       "', not this table; it is left aside");
    return {};
  }
  if (metadata.bytes) {
    warnings.push_back(printable(path) + ": is not as long as when " + printable(beside) +
                       " was written; how its flows were cut is taken from there, and may not be "
                       "true any more");
  }
  return metadata;
}

void require_size(const std::string& path, std::uint64_t limit) {
  struct stat status {};
  if (path != "-" && stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
      static_cast<std::uint64_t>(status.st_size) > limit) {
    throw LimitError(printable(path) + ": " + std::to_string(status.st_size) +
                     " bytes are more than --memory-limit allows");
  }
}

}  // namespace

FeatureFile read_feature_file(const std::string& path, std::uint64_t memory_limit_bytes) {
  require_size(path, memory_limit_bytes);
  const std::string what = input_name(path);
  const std::string bytes = read_file(path, static_cast<std::size_t>(memory_limit_bytes));
  FeatureFile file;
  file.name = base_name(path);
  file.sha256 = sha256_hex(bytes);
  refuse_compressed(bytes, what);
  if (std::string_view(bytes).starts_with("SQLite format 3")) {
    throw DataError(what +
                    ": a SQLite database, which netml adds to but does not read; write its "
                    "rows as CSV: sqlite3 -header -csv FILE 'SELECT * FROM flows' > flows.csv");
  }
  if (trim(std::string_view(bytes).substr(0, 64)).starts_with('{')) {
    throw DataError(what +
                    ": JSON Lines, which netml writes but does not learn from; extract as "
                    "CSV or NPZ");
  }
  if (looks_like_npz(bytes)) {
    NpzFile npz = read_npz(bytes, what, memory_limit_bytes);
    file.table = std::move(npz.table);
    if (!npz.recipe.empty()) {
      parse_json(npz.recipe, what + ": recipe", {16, kLargestMetadata});
      file.recipe_json = std::move(npz.recipe);
    }
    return file;
  }
  Metadata metadata = metadata_beside(path, bytes.size(), file.warnings);
  file.recipe_json = std::move(metadata.recipe_json);
  file.table = looks_like_npy(bytes)
                   ? read_npy(bytes, what, metadata.described, memory_limit_bytes)
                   : read_csv(bytes, what, file.warnings, metadata.described, memory_limit_bytes);
  return file;
}

}  // namespace netml
