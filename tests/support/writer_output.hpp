#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "netml/core/output_file.hpp"
#include "netml/table/schema.hpp"

#include "support/capture_writer.hpp"

namespace netml::test {

inline std::string file_content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

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
  const TemporaryFolder folder;
  {
    OutputFile file(folder.file("out"));
    auto writer = make(file);
    writer.begin(schema);
    for (const std::vector<Cell>& row : rows) {
      writer.row(row);
    }
    writer.end();
    file.commit();
  }
  return file_content(folder.file("out"));
}

}  // namespace netml::test
