#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "netml/table/schema.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace netml {

/// A prepared statement.
class SqliteStatement {
 public:
  SqliteStatement(class SqliteDatabase& database, const std::string& sql);
  ~SqliteStatement();
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  /// Parameters count from 1. Text and bytes are borrowed until the next step() has returned.
  void bind(int parameter, std::int64_t value);
  void bind(int parameter, double value);
  void bind_text(int parameter, std::string_view value);
  void bind_bytes(int parameter, std::string_view value);
  void bind_null(int parameter);
  /// True while there is a row.
  bool step();
  /// Ready for another round; what was bound stays.
  void reset();
  /// Columns of the row count from 0; valid until the next step().
  std::string_view text(int column) const;
  std::int64_t number(int column) const;
  int columns() const;
  /// As the query names it.
  std::string_view name(int column) const;
  /// As it is stored: a whole number, a real one, text, nothing. Bytes are text.
  Cell cell(int column) const;

 private:
  SqliteDatabase& database_;
  sqlite3_stmt* statement_ = nullptr;
};

/// "netm", by which a file is known for ours, and the layout of its tables.
inline constexpr std::int64_t kSqliteApplicationId = 0x6e65746d;
inline constexpr std::int64_t kSqliteLayout = 1;

/// A connection. Nothing in a file that it opens is trusted: no triggers, views or functions of the
/// schema are run. Every member throws `<path>: …`, with `path` as typed: DataError under
/// kReadOnly, else OutputError; and std::bad_alloc.
class SqliteDatabase {
 public:
  enum class Mode { kTemporary, kPresent, kReadOnly };
  /// kTemporary: an unnamed file in the folder of `file`, gone with the connection. kReadOnly: only
  /// SELECT, of values of at most 64 MiB; throws Interrupted when a signal asks to stop.
  SqliteDatabase(const std::string& file, Mode mode, std::string path);
  ~SqliteDatabase();
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  void run(const std::string& sql);
  /// Makes a file known as `name`.
  void attach(const std::string& file, const std::string& name);
  /// The number that a query of one value gives.
  std::int64_t number(const std::string& sql);
  std::int64_t last_row() const;
  /// Most columns of a table.
  std::size_t most_columns() const;
  [[noreturn]] void fail(int code) const;
  [[noreturn]] void refuse(const std::string& why) const;

 private:
  friend class SqliteStatement;
  void restrict();
  void restrict_to_reading();
  [[noreturn]] void fail_reading(int code) const;

  sqlite3* database_ = nullptr;
  Mode mode_;
  std::string path_;
};

/// `name` as an identifier.
std::string sql_name(std::string_view name);

}  // namespace netml
