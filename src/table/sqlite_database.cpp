#include "sqlite_database.hpp"

#include <cstring>
#include <new>

#include <sqlite3.h>

#include "netml/core/error.hpp"
#include "netml/core/interrupt.hpp"
#include "netml/core/output_file.hpp"
#include "netml/core/pages.hpp"
#include "netml/core/text_format.hpp"

namespace netml {
namespace {

constexpr int kBusyMs = 60'000;
constexpr int kReaderBusyMs = 10'000;
constexpr int kLongestValue = 64 << 20;
constexpr int kStepsBetweenChecks = 10'000;
constexpr std::size_t kPlentyBytes = std::size_t{1} << 20;

// SQLite takes names that begin with "file:" for something else, and an empty one for none.
std::string file_name(const std::string& path) {
  return path.starts_with('/') ? path : "./" + path;
}

int length_of(std::string_view text) {
  return static_cast<int>(text.size());
}

// What a reader needs.
int may_read(void*, int action, const char* name, const char* value, const char*, const char*) {
  const bool is_allowed =
      action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_TRANSACTION ||
      (action == SQLITE_PRAGMA && (std::strcmp(name, "table_xinfo") == 0 ||
                                   (value == nullptr && std::strcmp(name, "user_version") == 0)));
  return is_allowed ? SQLITE_OK : SQLITE_DENY;
}

int is_interrupted(void*) {
  return interrupt::pending();
}

}  // namespace

SqliteDatabase::SqliteDatabase(const std::string& file, Mode mode, std::string path)
    : mode_(mode), path_(std::move(path)) {
  int code = SQLITE_OK;
  if (mode == Mode::kTemporary) {
    sqlite3_free(sqlite3_temp_directory);
    sqlite3_temp_directory = sqlite3_mprintf("%s", directory_of(file).c_str());
    code = sqlite3_open_v2("", &database_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  } else {
    code = sqlite3_open_v2(file_name(file).c_str(), &database_,
                           mode == Mode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE,
                           nullptr);
  }
  try {
    if (code != SQLITE_OK) {
      fail(code);
    }
    restrict();
  } catch (...) {
    sqlite3_close_v2(database_);
    throw;
  }
}

void SqliteDatabase::restrict() {
  sqlite3_busy_timeout(database_, kBusyMs);
  for (const auto& [option, value] : {std::pair{SQLITE_DBCONFIG_DEFENSIVE, 1},
                                      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                                      {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
                                      {SQLITE_DBCONFIG_ENABLE_VIEW, 0}}) {
    sqlite3_db_config(database_, option, value, nullptr);
  }
  if (mode_ == Mode::kReadOnly) {
    restrict_to_reading();
  }
}

void SqliteDatabase::restrict_to_reading() {
  run("PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0");
  sqlite3_busy_timeout(database_, kReaderBusyMs);
  sqlite3_limit(database_, SQLITE_LIMIT_LENGTH, kLongestValue);
  sqlite3_progress_handler(database_, kStepsBetweenChecks, is_interrupted, nullptr);
  sqlite3_set_authorizer(database_, may_read, nullptr);
}

SqliteDatabase::~SqliteDatabase() {
  sqlite3_close_v2(database_);
}

void SqliteDatabase::run(const std::string& sql) {
  const int code = sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    fail(code);
  }
}

void SqliteDatabase::attach(const std::string& file, const std::string& name) {
  SqliteStatement statement(*this, "ATTACH ?1 AS " + sql_name(name));
  const std::string known = file_name(file);
  statement.bind_text(1, known);
  statement.step();
}

std::int64_t SqliteDatabase::number(const std::string& sql) {
  SqliteStatement statement(*this, sql);
  return statement.step() ? statement.number(0) : 0;
}

std::int64_t SqliteDatabase::last_row() const {
  return sqlite3_last_insert_rowid(database_);
}

std::size_t SqliteDatabase::most_columns() const {
  return static_cast<std::size_t>(sqlite3_limit(database_, SQLITE_LIMIT_COLUMN, -1));
}

void SqliteDatabase::refuse(const std::string& why) const {
  if (mode_ == Mode::kReadOnly) {
    throw DataError(printable(path_) + ": " + why);
  }
  throw OutputError(printable(path_) + ": " + why);
}

void SqliteDatabase::fail_reading(int code) const {
  const std::string reason =
      printable(database_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database_));
  switch (code & 0xff) {
    case SQLITE_INTERRUPT:
      interrupt::check();
      break;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      refuse("a SQLite database that is damaged: " + reason);
    case SQLITE_READONLY:
      refuse(
          "a SQLite database with a journal beside it, of a run that was killed; the next run "
          "that writes to it, or sqlite3, puts it in order");
    default:
      break;
  }
  refuse("a SQLite database that cannot be read: " + reason);
}

void SqliteDatabase::fail(int code) const {
  switch (code & 0xff) {
    case SQLITE_NOMEM:
      if (mode_ == Mode::kReadOnly) {
        // A damaged file brings it to say so too.
        const Pages has_memory(kPlentyBytes);
        refuse("a SQLite database that is damaged: it takes more memory than SQLite gives");
      }
      throw std::bad_alloc();
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      refuse("another process keeps the database locked; try again when it is done");
    default:
      break;
  }
  if (mode_ == Mode::kReadOnly) {
    fail_reading(code);
  }
  if ((code & 0xff) == SQLITE_NOTADB) {
    refuse("is not a SQLite database; write to another file");
  }
  std::string reason = database_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database_);
  const int error_number = database_ == nullptr ? 0 : sqlite3_system_errno(database_);
  if (error_number != 0 && ((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN ||
                            (code & 0xff) == SQLITE_FULL)) {
    reason += std::string(" (") + std::strerror(error_number) + ")";
  }
  refuse("cannot write: " + printable(reason));
}

SqliteStatement::SqliteStatement(SqliteDatabase& database, const std::string& sql)
    : database_(database) {
  const int code =
      sqlite3_prepare_v2(database.database_, sql.data(), length_of(sql), &statement_, nullptr);
  if (code != SQLITE_OK) {
    database.fail(code);
  }
}

SqliteStatement::~SqliteStatement() {
  sqlite3_finalize(statement_);
}

void SqliteStatement::bind(int parameter, std::int64_t value) {
  sqlite3_bind_int64(statement_, parameter, value);
}
void SqliteStatement::bind(int parameter, double value) {
  sqlite3_bind_double(statement_, parameter, value);
}
void SqliteStatement::bind_text(int parameter, std::string_view value) {
  const int code =
      sqlite3_bind_text(statement_, parameter, value.data() == nullptr ? "" : value.data(),
                        length_of(value), SQLITE_STATIC);
  if (code != SQLITE_OK) {
    database_.fail(code);
  }
}
void SqliteStatement::bind_bytes(int parameter, std::string_view value) {
  const int code =
      sqlite3_bind_blob(statement_, parameter, value.data(), length_of(value), SQLITE_STATIC);
  if (code != SQLITE_OK) {
    database_.fail(code);
  }
}
void SqliteStatement::bind_null(int parameter) {
  sqlite3_bind_null(statement_, parameter);
}

bool SqliteStatement::step() {
  const int code = sqlite3_step(statement_);
  if (code != SQLITE_ROW && code != SQLITE_DONE) {
    database_.fail(code);
  }
  return code == SQLITE_ROW;
}

void SqliteStatement::reset() {
  sqlite3_reset(statement_);
}

std::string_view SqliteStatement::text(int column) const {
  const unsigned char* value = sqlite3_column_text(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return value == nullptr ? std::string_view{}
                          : std::string_view(reinterpret_cast<const char*>(value), size);
}

std::int64_t SqliteStatement::number(int column) const {
  return sqlite3_column_int64(statement_, column);
}

int SqliteStatement::columns() const {
  return sqlite3_column_count(statement_);
}

std::string_view SqliteStatement::name(int column) const {
  const char* name = sqlite3_column_name(statement_, column);
  if (name == nullptr) {
    throw std::bad_alloc();
  }
  return name;
}

Cell SqliteStatement::cell(int column) const {
  switch (sqlite3_column_type(statement_, column)) {
    case SQLITE_NULL:
      return Cell::missing();
    case SQLITE_INTEGER:
      return Cell::of(std::int64_t{sqlite3_column_int64(statement_, column)});
    case SQLITE_FLOAT:
      return Cell::of(sqlite3_column_double(statement_, column));
    default:
      return Cell::of(text(column));
  }
}

std::string sql_name(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    quoted += c;
    if (c == '"') {
      quoted += c;
    }
  }
  return quoted + '"';
}

}  // namespace netml
