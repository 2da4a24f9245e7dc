#pragma once

#include <memory>
#include <optional>
#include <string>

#include "netml/core/output_file.hpp"
#include "netml/core/text_format.hpp"
#include "netml/features/recipe.hpp"
#include "netml/table/row_sink.hpp"

namespace netml {

enum class TableFormat { kCsv, kJsonLines, kNpz };

/// By --format, else by the suffix of the path, else CSV. Throws UsageError naming the formats.
TableFormat choose_format(const std::string& format, const std::string& path);

/// A feature table on its way to a file or stdout, with what belongs beside it.
class TableOutput {
 public:
  /// Opens the output. Throws UsageError when the format needs a file and there is none.
  TableOutput(const std::string& path, TableFormat format, const Recipe& recipe,
              TextMode text_mode);

  RowSink& sink() noexcept { return *sink_; }
  /// Completes the table; a CSV in a regular file gets its NAME-metadata.json.
  void commit(const Schema& schema);

 private:
  Recipe recipe_;
  std::optional<OutputFile> file_;  ///< none for formats that write their own
  std::unique_ptr<RowSink> sink_;
  bool is_csv_ = false;
};

/// "features.csv" -> "features-metadata.json".
std::string metadata_path(const std::string& path);

/// W3C "CSV on the Web" description of a feature table, with the recipe.
std::string csv_metadata(const std::string& path, const Schema& schema, const Recipe& recipe);

}  // namespace netml
