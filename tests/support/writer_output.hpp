#pragma once

#include <memory>
#include <string>
#include <vector>

#include "netml/core/output_file.hpp"
#include "netml/table/row_sink.hpp"

#include "support/temp_folder.hpp"

namespace netml::test {

inline Schema schema_of(const std::vector<std::pair<std::string, ColumnType>>& columns) {
  Schema schema;
  for (const auto& [name, type] : columns) {
    schema.columns.push_back({name, type, "", "", "", false});
  }
  return schema;
}

/// What the writer that `make(OutputFile&)` returns makes of the rows.
template <typename Make>
std::string written(const Schema& schema, const std::vector<std::vector<Cell>>& rows, Make make) {
  const TempFolder folder;
  {
    OutputFile file(folder.path("out"));
    auto writer = make(file);
    writer.begin(schema);
    for (const std::vector<Cell>& row : rows) {
      writer.row(row);
    }
    writer.end();
    file.commit();
  }
  return slurp(folder.path("out"));
}

/// The same with rows that are formatted first, by two formats in turn, and written as lines.
template <typename Make>
std::string written_as_lines(const Schema& schema, const std::vector<std::vector<Cell>>& rows,
                             Make make) {
  const TempFolder folder;
  {
    OutputFile file(folder.path("out"));
    auto writer = make(file);
    writer.begin(schema);
    const std::unique_ptr<RowFormat> formats[] = {writer.row_format(), writer.row_format()};
    CharBuffer text;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      formats[i % 2]->append(rows[i], text);
    }
    writer.lines(text.view());
    writer.end();
    file.commit();
  }
  return slurp(folder.path("out"));
}

}  // namespace netml::test
