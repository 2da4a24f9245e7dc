#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "netml/core/text_format.hpp"
#include "netml/table/row_sink.hpp"

namespace netml {

/// What a run says of itself in a database that collects many of them.
struct RunRecord {
  std::string key;  ///< equal for runs that write the same rows; empty: unlike any other run
  std::string netml_version;
  std::string inputs;   ///< JSON: names and digests
  std::string options;  ///< JSON: what decides the rows
  std::string recipe;   ///< JSON: the same, with what was fitted
  int status = 0;
  bool is_complete = true;  ///< false: a signal ended it; the same run, done again, replaces it
  std::uint64_t packets_read = 0;
};

/// Adds the rows of a run to a SQLite database, which other runs have begun or this one begins.
///
///   flows    `run`, then the columns of the table under their names
///   runs     a row for each run: what it read, its options, its recipe
///   columns  a row for each column of `flows`: position, name, type, unit, definition, source
///
/// Whole numbers are INTEGER, real ones REAL, text TEXT (by the rule of CSV cells), lists JSON
/// text, missing values NULL. A whole number above 2^63 - 1, which SQLite cannot hold, is a BLOB of
/// its digits. Rows wait in an unnamed file of the same folder, so that readers and other writers
/// are kept out for the time of one transaction only. A new database takes its name when it is
/// whole, a present one is changed by the transaction: readers see a run whole or not at all, and
/// a run that fails or is killed leaves no trace.
class SqliteWriter final : public RowSink {
 public:
  /// Throws UsageError when `path` is not a regular file (or a new one), or this build lacks
  /// SQLite.
  SqliteWriter(const std::string& path, TextMode text_mode);
  ~SqliteWriter() override;

  /// Throws UsageError for columns that a table cannot have (too many, names that differ by case
  /// only); OutputError when there is a file that holds anything else than such a table.
  void begin(const Schema& schema) override;
  void row(std::span<const Cell> row) override;
  void end() override {}
  /// After the last row. False, and nothing was added: a run with this key is there.
  /// Throws OutputError; then the file is as it was.
  bool commit(const RunRecord& run);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// True when the database holds a complete run with this key. False when there is no file. Throws
/// OutputError when there is one that a run could not be added to.
bool sqlite_has_run(const std::string& path, const std::string& key);

}  // namespace netml
