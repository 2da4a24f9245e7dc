#pragma once

#include <string>
#include <vector>

#include <sqlite3.h>

namespace netml::test {

/// Rows of a query on a database file: each value as text, "NULL" for none. One row with the error
/// when there is one.
inline std::vector<std::vector<std::string>> sqlite_query(const std::string& path,
                                                          const std::string& sql) {
  std::vector<std::vector<std::string>> rows;
  sqlite3* database = nullptr;
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr);
  code =
      code == SQLITE_OK ? sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr) : code;
  while (code == SQLITE_OK || code == SQLITE_ROW) {
    code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
      std::vector<std::string> row;
      for (int i = 0; i < sqlite3_column_count(statement); ++i) {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, i));
        row.emplace_back(
            text == nullptr
                ? "NULL"
                : std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, i))));
      }
      rows.push_back(std::move(row));
    }
  }
  if (code != SQLITE_DONE) {
    rows = {{sqlite3_errmsg(database)}};
  }
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return rows;
}

/// The only value of a query.
inline std::string sqlite_value(const std::string& path, const std::string& sql) {
  const auto rows = sqlite_query(path, sql);
  return rows.size() == 1 && rows[0].size() == 1 ? rows[0][0]
                                                 : std::to_string(rows.size()) + " rows";
}

}  // namespace netml::test
