#include <algorithm>

#include "netml/commands/columns.hpp"
#include "netml/commands/feature_file.hpp"
#include "netml/core/error.hpp"
#include "netml/core/input_file.hpp"
#include "netml/core/text_format.hpp"

#include "inspect_parts.hpp"
#include "value_range.hpp"

namespace netml {
namespace {

constexpr std::uint64_t kMostTableBytes = std::uint64_t{2} << 30;

ValueRange range_of(const Table& table, std::size_t column) {
  ValueRange range;
  for (std::size_t row = 0; row < table.row_count(); ++row) {
    range.add(table.cell(row, column));
  }
  return range;
}

bool has_known_name(const std::vector<ColumnInfo>& columns) {
  std::vector<std::string> names(columns.size());
  std::transform(columns.begin(), columns.end(), names.begin(),
                 [](const ColumnInfo& column) { return column.name; });
  return has_known_column(names);
}

}  // namespace

std::string inspect_table(const std::string& path) {
  const FeatureFile file = read_feature_file(path, kMostTableBytes);
  const std::vector<ColumnInfo>& columns = file.table.schema().columns;
  std::string text = input_name(path) + ": feature table, " +
                     std::to_string(file.table.row_count()) + " rows, " +
                     std::to_string(columns.size()) + " columns\n";
  bool is_table = !file.recipe_json.empty() || has_known_name(columns);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const ValueRange range = range_of(file.table, i);
    is_table = is_table || range.has_numbers();
    text += "  " + printable(columns[i].name) + "  " + std::string(to_text(columns[i].type)) +
            (columns[i].is_identity ? ", identity" : "") + range.text() + "\n";
  }
  if (!is_table) {
    throw DataError(input_name(path) +
                    ": neither a model nor a capture, and no feature table: no column has numbers "
                    "or a name that netml knows");
  }
  if (!file.recipe_json.empty()) {
    text += "recipe: " + printable_line(file.recipe_json) + "\n";
  }
  return text;
}

}  // namespace netml
