#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "netml/table/schema.hpp"

namespace netml {

/// How many first bytes of a file is_sqlite_of_netml() takes.
inline constexpr std::size_t kSqliteHeader = 100;

/// Whether a file that begins so is a database that SqliteWriter has begun, going by the number
/// that it leaves there. False in a build without SQLite.
bool is_sqlite_of_netml(std::string_view first_bytes);

/// Whether such a file has a write-ahead log, which netml does not leave. Whoever only reads it
/// would make files beside it.
bool is_sqlite_with_wal(std::string_view first_bytes);

/// A run of such a database. Text is borrowed until the next one.
struct SqliteRun {
  std::int64_t number = 0;
  bool is_complete = true;  ///< false: a signal ended it
  std::int64_t status = 0;
  std::string_view netml_version;
  std::string_view inputs;  ///< JSON, as RunRecord has it
  std::string_view recipe;
  std::int64_t packets_read = 0;
  std::int64_t rows_written = 0;
};

/// What SqliteWriter wrote, for those who show it. Reads only; one transaction from construction
/// to destruction, so that a run that ends meanwhile waits with its own. Nothing in the file is
/// trusted: nothing of its schema runs, memory does not grow with it, and reading ends where tables
/// hold more than the file can.
///
/// All members throw DataError `<path>: …` for a file that is damaged or not laid out as such a
/// database, and Interrupted.
class SqliteReader {
 public:
  explicit SqliteReader(const std::string& path);
  ~SqliteReader();
  SqliteReader(const SqliteReader&) = delete;
  SqliteReader& operator=(const SqliteReader&) = delete;

  /// The columns of a row; without the number of its run.
  const Schema& schema() const;
  /// Each run, in the order in which they were added.
  void read_runs(const std::function<void(const SqliteRun&)>& run);
  /// Each row; its cells live until the call returns. Whole numbers are I64 where they fit, lists
  /// are text.
  void read_rows(const std::function<void(std::span<const Cell>)>& row);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace netml
