// In place of sqlite_writer.cpp and sqlite_reader.cpp in a build without SQLite.
#include "netml/core/error.hpp"
#include "netml/table/sqlite_reader.hpp"
#include "netml/table/sqlite_writer.hpp"

namespace netml {
namespace {

[[noreturn]] void refuse() {
  throw UsageError("this build lacks SQLite; use --format csv, jsonl, npy or npz");
}

}  // namespace

class SqliteWriter::Impl {};

SqliteWriter::SqliteWriter(const std::string&, TextMode) {
  refuse();
}
SqliteWriter::~SqliteWriter() = default;
void SqliteWriter::begin(const Schema&) {}
void SqliteWriter::row(std::span<const Cell>) {}
bool SqliteWriter::commit(const RunRecord&) {
  return false;
}

bool sqlite_has_run(const std::string&, const std::string&) {
  refuse();
}

bool is_sqlite_of_netml(std::string_view) {
  return false;
}

bool is_sqlite_with_wal(std::string_view) {
  return false;
}

class SqliteReader::Impl {};

SqliteReader::SqliteReader(const std::string&) {
  refuse();
}
SqliteReader::~SqliteReader() = default;
const Schema& SqliteReader::schema() const {
  refuse();
}
void SqliteReader::read_runs(const std::function<void(const SqliteRun&)>&) {}
void SqliteReader::read_rows(const std::function<void(std::span<const Cell>)>&) {}

}  // namespace netml
