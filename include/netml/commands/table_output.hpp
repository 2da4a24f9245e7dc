#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "netml/core/output_file.hpp"
#include "netml/core/text_format.hpp"
#include "netml/features/recipe.hpp"
#include "netml/table/row_sink.hpp"
#include "netml/table/sqlite_writer.hpp"

namespace netml {

enum class TableFormat { kCsv, kJsonLines, kNpy, kNpz, kSqlite };

/// By --format, else by the suffix of the path, else CSV. Throws UsageError naming the formats.
TableFormat choose_format(const std::string& format, const std::string& path);

/// Throws UsageError where a path ends as files of other programs and formats do. `written`: what
/// the command writes.
void refuse_foreign_suffix(const std::string& path, const std::vector<std::string>& written);

/// Throws UsageError when the format needs a regular file and the path is none: known before any
/// packet is read.
void require_possible(const std::string& path, TableFormat format);

/// A feature table on its way to a file or stdout, with what belongs beside it.
class TableOutput {
 public:
  /// Opens the output. Throws UsageError when the format needs a file and there is none.
  TableOutput(const std::string& path, TableFormat format, const Recipe& recipe,
              TextMode text_mode);

  RowSink& sink() noexcept { return *sink_; }
  /// Completes the table; a CSV or NPY in a regular file gets its NAME-metadata.json. `run`: what a
  /// database keeps of it, its recipe aside. False, and nothing was added: a database holds this
  /// run already.
  bool commit(const Schema& schema, const RunRecord& run = {});

 private:
  Recipe recipe_;
  std::optional<OutputFile> file_;  ///< none for formats that write their own
  std::optional<OutputFile> description_;
  std::unique_ptr<RowSink> sink_;
  SqliteWriter* database_ = nullptr;  ///< the sink, when it is one
  bool is_matrix_ = false;
};

/// The files that a table under this name is made of: itself, and its description where it has one.
std::vector<std::string> table_files(const std::string& path, TableFormat format);

/// "features.csv" -> "features-metadata.json".
std::string metadata_path(const std::string& path);

/// W3C "CSV on the Web" description of a feature table of so many bytes, with the recipe. The words
/// serve for a matrix of numbers as well.
std::string csv_metadata(const std::string& path, std::uint64_t bytes, const Schema& schema,
                         const Recipe& recipe);

}  // namespace netml
