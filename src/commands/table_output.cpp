#include "netml/commands/table_output.hpp"

#include <array>

#include <nlohmann/json.hpp>

#include "netml/commands/run_summary.hpp"
#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"
#include "netml/core/words.hpp"
#include "netml/table/csv_writer.hpp"
#include "netml/table/json_lines_writer.hpp"
#include "netml/table/npy.hpp"
#include "netml/table/npz.hpp"
#include "netml/table/regular_output.hpp"

namespace netml {
namespace {

struct FormatName {
  TableFormat format;
  const char* name;
  std::array<const char*, 3> suffixes;
};

constexpr FormatName kFormats[] = {
    {TableFormat::kCsv, "csv", {".csv"}},
    {TableFormat::kJsonLines, "jsonl", {".jsonl", ".ndjson"}},
    {TableFormat::kNpy, "npy", {".npy"}},
    {TableFormat::kNpz, "npz", {".npz"}},
    {TableFormat::kSqlite, "sqlite", {".sqlite", ".sqlite3", ".db"}},
};

bool has_suffix(const std::string& path, const char* suffix) {
  const std::string_view end(suffix);
  return path.size() > end.size() && std::string_view(path).substr(path.size() - end.size()) == end;
}

// https://www.w3.org/TR/tabular-data-primer/#datatypes
const char* csvw_type(ColumnType type) {
  switch (type) {
    case ColumnType::kU64:
      return "nonNegativeInteger";
    case ColumnType::kI64:
      return "integer";
    case ColumnType::kF64:
      return "double";
    default:
      return "string";
  }
}

}  // namespace

void refuse_foreign_suffix(const std::string& path, const std::vector<std::string>& written) {
  // Of tables, pages, archives and captures; those that are written are looked for before.
  constexpr const char* kForeign[] = {
      ".parquet", ".feather", ".arrow",  ".orc", ".avro", ".xlsx",   ".xls",    ".ods", ".h5",
      ".hdf5",    ".pkl",     ".pickle", ".mat", ".arff", ".json",   ".yaml",   ".yml", ".xml",
      ".html",    ".htm",     ".pdf",    ".gz",  ".xz",   ".zst",    ".bz2",    ".zip", ".pcap",
      ".pcapng",  ".netml",   ".npy",    ".npz", ".db",   ".sqlite", ".sqlite3"};
  const std::string name = to_lower(base_name(path));
  for (const char* suffix : kForeign) {
    if (has_suffix(name, suffix)) {
      throw UsageError(printable(path) + ": '" + suffix + "' is not among what is written here (" +
                       join(written, ", ") + ")" +
                       (std::string_view(suffix) == ".json" ? "; JSON Lines end in .jsonl" : ""));
    }
  }
}

TableFormat choose_format(const std::string& format, const std::string& path) {
  std::vector<std::string> names;
  for (const FormatName& known : kFormats) {
    if (format == known.name) {
      return known.format;
    }
    names.emplace_back(known.name);
    for (const char* suffix : known.suffixes) {
      if (format.empty() && suffix != nullptr && has_suffix(path, suffix)) {
        return known.format;
      }
    }
  }
  if (format.empty()) {
    refuse_foreign_suffix(path, names);
    return TableFormat::kCsv;
  }
  refuse_word(format, names, "--format");
}

void require_possible(const std::string& path, TableFormat format) {
  constexpr char kCount[] = "because the row count stands in its header";
  switch (format) {
    case TableFormat::kNpy:
      return require_regular_output(path, "npy", kCount);
    case TableFormat::kNpz:
      return require_regular_output(path, "npz", kCount);
    case TableFormat::kSqlite:
      return require_regular_output(path, "sqlite", "which it changes in place");
    case TableFormat::kCsv:
    case TableFormat::kJsonLines:
      return;
  }
}

namespace {

bool has_description(TableFormat format) {
  return format == TableFormat::kCsv || format == TableFormat::kNpy;
}

// The columns that stand in the file.
Schema described(const Schema& schema, bool is_matrix) {
  if (!is_matrix) {
    return schema;
  }
  Schema columns;
  for (const std::size_t i : matrix_columns(schema)) {
    columns.columns.push_back(schema.columns[i]);
    columns.columns.back().type = ColumnType::kF64;
  }
  return columns;
}

}  // namespace

TableOutput::TableOutput(const std::string& path, TableFormat format, const Recipe& recipe,
                         TextMode text_mode)
    : recipe_(recipe) {
  require_possible(path, format);
  switch (format) {
    case TableFormat::kCsv:
      file_.emplace(path);
      sink_ = std::make_unique<CsvWriter>(
          *file_, recipe.preset == Preset::kNfstream ? CsvDialect::kNfstream : CsvDialect::kRfc4180,
          text_mode);
      break;
    case TableFormat::kJsonLines:
      file_.emplace(path);
      sink_ = std::make_unique<JsonLinesWriter>(*file_);
      break;
    case TableFormat::kNpy:
      file_.emplace(path);
      is_matrix_ = true;
      sink_ = std::make_unique<NpyWriter>(*file_);
      break;
    case TableFormat::kSqlite: {
      auto writer = std::make_unique<SqliteWriter>(path, text_mode);
      database_ = writer.get();
      sink_ = std::move(writer);
      break;
    }
    case TableFormat::kNpz:
      sink_ = std::make_unique<NpzWriter>(path, NpzOptions{"label", recipe.to_json()});
      break;
  }
  if (has_description(format) && file_->is_regular()) {
    // Opened now, so that what forbids it is known before any packet is read.
    description_.emplace(metadata_path(path));
  }
}

bool TableOutput::commit(const Schema& schema, const RunRecord& run) {
  sink_->end();
  if (database_ != nullptr) {
    RunRecord record = run;
    record.netml_version = version();
    record.recipe = recipe_.to_json();
    return database_->commit(record);
  }
  if (!file_) {
    return true;
  }
  if (!description_) {
    file_->commit();
    return true;
  }
  // Both are on the disk before either takes its place: a full disk leaves both old files.
  description_->write(
      csv_metadata(file_->path(), file_->size(), described(schema, is_matrix_), recipe_));
  description_->prepare();
  file_->prepare();
  file_->commit();
  description_->commit();
  return true;
}

std::vector<std::string> table_files(const std::string& path, TableFormat format) {
  std::vector<std::string> files = {path};
  if (has_description(format) && !path.empty() && path != "-") {
    files.push_back(metadata_path(path));
  }
  return files;
}

std::string metadata_path(const std::string& path) {
  const std::size_t name = base_name(path).size();
  const std::size_t dot = path.rfind('.');
  const bool has_extension = dot != std::string::npos && dot > path.size() - name;
  return (has_extension ? path.substr(0, dot) : path) + "-metadata.json";
}

std::string csv_metadata(const std::string& path, std::uint64_t bytes, const Schema& schema,
                         const Recipe& recipe) {
  nlohmann::ordered_json metadata;
  metadata["@context"] = "http://www.w3.org/ns/csvw";
  metadata["url"] = valid_utf8(base_name(path));
  nlohmann::ordered_json columns = nlohmann::ordered_json::array();
  for (const ColumnInfo& column : schema.columns) {
    nlohmann::ordered_json entry;
    entry["name"] = column.name;
    entry["titles"] = column.name;
    entry["datatype"] = csvw_type(column.type);
    entry["dc:description"] = column.definition;
    entry["netml:unit"] = column.unit;
    entry["netml:source"] = column.source;
    entry["netml:identity"] = column.is_identity;
    columns.push_back(std::move(entry));
  }
  metadata["tableSchema"]["columns"] = std::move(columns);
  metadata["netml:version"] = version();
  metadata["netml:bytes"] = bytes;
  metadata["netml:recipe"] = nlohmann::ordered_json::parse(recipe.to_json());
  return metadata.dump(2) + "\n";
}

}  // namespace netml
