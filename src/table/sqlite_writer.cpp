#include "netml/table/sqlite_writer.hpp"

#include <cerrno>
#include <cstring>
#include <optional>
#include <set>
#include <vector>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netml/core/error.hpp"
#include "netml/core/interrupt.hpp"
#include "netml/core/output_file.hpp"
#include "netml/table/regular_output.hpp"

#include "row_text.hpp"
#include "sqlite_database.hpp"

namespace netml {
namespace {

constexpr char kTables[] =
    "CREATE TABLE out.runs(run INTEGER PRIMARY KEY, key TEXT UNIQUE, is_complete INTEGER NOT NULL, "
    "status INTEGER NOT NULL, netml_version TEXT NOT NULL, inputs TEXT NOT NULL, "
    "options TEXT NOT NULL, recipe TEXT NOT NULL, packets_read INTEGER NOT NULL, "
    "rows_written INTEGER NOT NULL);"
    "CREATE TABLE out.columns(position INTEGER PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT "
    "NULL, unit TEXT NOT NULL, definition TEXT NOT NULL, source TEXT NOT NULL, "
    "is_identity INTEGER NOT NULL);";

bool exists(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0;
}

const char* sql_type(ColumnType type) {
  switch (type) {
    case ColumnType::kU64:
    case ColumnType::kI64:
      return "INTEGER";
    case ColumnType::kF64:
      return "REAL";
    default:
      return "TEXT";
  }
}

// True when the database `name` of a connection is ours, false when there is nothing in it. Throws
// OutputError for all else.
bool is_ours(SqliteDatabase& database, const std::string& name) {
  const std::int64_t id = database.number("PRAGMA " + name + ".application_id");
  if (id != kSqliteApplicationId) {
    if (id != 0 || database.number("SELECT count(*) FROM " + name + ".sqlite_master") != 0) {
      database.refuse("is a database of another program; write to another file");
    }
    return false;
  }
  const std::int64_t layout = database.number("PRAGMA " + name + ".user_version");
  if (layout != kSqliteLayout) {
    database.refuse("its tables are laid out in version " + std::to_string(layout) +
                    ", this netml writes version " + std::to_string(kSqliteLayout) +
                    "; write to another file");
  }
  return true;
}

void require_columns(SqliteDatabase& database, const std::string& name, const Schema& schema) {
  SqliteStatement present(database,
                          "SELECT name, type FROM " + name + ".columns ORDER BY position");
  const auto refuse = [&](const std::string& difference) {
    database.refuse("holds rows of other columns (" + difference +
                    "); write to another file, or give the --features and --columns of its runs");
  };
  std::size_t i = 0;
  for (; present.step(); ++i) {
    if (i == schema.size()) {
      refuse("'" + printable(present.text(0)) + "' is not among this run's");
    }
    const ColumnInfo& column = schema.columns[i];
    if (present.text(0) != column.name || present.text(1) != to_text(column.type)) {
      refuse("column " + std::to_string(i + 1) + " is '" + printable(present.text(0)) + "' (" +
             printable(present.text(1)) + "), this run has '" + printable(column.name) + "' (" +
             std::string(to_text(column.type)) + ")");
    }
  }
  if (i < schema.size()) {
    refuse("'" + printable(schema.columns[i].name) + "' is not among its own");
  }
}

// What a complete run with the key left in the database `name`.
bool has_complete_run(SqliteDatabase& database, const std::string& name, const std::string& key) {
  if (key.empty()) {
    return false;
  }
  SqliteStatement found(database,
                        "SELECT 1 FROM " + name + ".runs WHERE key = ?1 AND is_complete = 1");
  found.bind_text(1, key);
  return found.step();
}

// A descriptor for as long as it is needed.
class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) {
    do {
      number_ = open(path.c_str(), flags | O_CLOEXEC, 0666);
    } while (number_ < 0 && errno == EINTR);
  }
  ~Descriptor() {
    if (number_ >= 0) {
      close(number_);
    }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  bool is_open() const noexcept { return number_ >= 0; }
  // Some file systems cannot sync a folder.
  bool sync() const noexcept { return fsync(number_) == 0 || errno == EINVAL || errno == ENOTSUP; }

 private:
  int number_ = -1;
};

// A new file beside the one it is to become, gone again unless it does.
class NewFile {
 public:
  explicit NewFile(const std::string& path)
      : path_(path), name_(temporary_name(resolve_links(path))) {
    require(Descriptor(name_, O_RDWR | O_CREAT | O_EXCL).is_open());
    interrupt::remember_temporary(name_.c_str());
    is_there_ = true;
  }
  ~NewFile() { remove(); }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  const std::string& name() const noexcept { return name_; }

  // False when another file has taken the name meanwhile. Only the last step can fail with the file
  // in its place.
  bool take_place() {
    const std::string target = resolve_links(path_);
    const Descriptor file(name_, O_RDWR);
    require(file.is_open() && file.sync());
    const Descriptor folder(directory_of(target), O_RDONLY | O_DIRECTORY);
    require(folder.is_open());
    if (renameat2(AT_FDCWD, name_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) != 0) {
      if (errno == EEXIST) {
        return false;
      }
      // Not every file system can refuse to replace.
      require((errno == EINVAL || errno == ENOSYS) && rename(name_.c_str(), target.c_str()) == 0);
    }
    is_there_ = false;
    interrupt::forget_temporary(name_.c_str());
    require(folder.sync());
    return true;
  }
  void remove() {
    if (is_there_) {
      unlink(name_.c_str());
      interrupt::forget_temporary(name_.c_str());
      is_there_ = false;
    }
  }

 private:
  void require(bool is_done) const {
    if (!is_done) {
      throw OutputError(printable(path_) + ": cannot write: " + std::string(strerror(errno)));
    }
  }

  std::string path_, name_;
  bool is_there_ = false;
};

}  // namespace

class SqliteWriter::Impl {
 public:
  Impl(const std::string& path, TextMode text_mode) : path_(path), text_mode_(text_mode) {
    require_regular_output(path, "sqlite", "which it changes in place");
  }

  void begin(const Schema& schema);
  void row(std::span<const Cell> row);
  bool commit(const RunRecord& run);

 private:
  void require_possible() const;
  void check_present() const;
  void bind(int parameter, const Cell& cell, std::string& text);
  void begin_tables();
  std::int64_t add_run(const RunRecord& run);
  bool add_to(const std::string& file, const RunRecord& run, bool is_new);

  std::string path_;
  TextMode text_mode_;
  Schema schema_;
  std::optional<NewFile> new_file_;  // where there is none yet
  std::optional<SqliteDatabase> database_;
  std::optional<SqliteStatement> insert_;
  std::vector<std::string> texts_;  // of the row that is bound
  std::int64_t rows_ = 0;
};

void SqliteWriter::Impl::require_possible() const {
  const std::size_t most = database_->most_columns() - 1;
  if (schema_.size() > most) {
    throw UsageError(printable(path_) + ": sqlite holds at most " + std::to_string(most) +
                     " columns, these are " + std::to_string(schema_.size()) +
                     "; use --format npz or csv, or choose with --columns");
  }
  std::set<std::string> names = {"run"};
  for (const ColumnInfo& column : schema_.columns) {
    if (!names.insert(to_lower(column.name)).second) {
      throw UsageError(printable(path_) + ": sqlite takes the column '" + printable(column.name) +
                       "' and another one for the same name; choose with --columns");
    }
  }
}

// What can be known before rows are gathered.
void SqliteWriter::Impl::check_present() const {
  const std::string target = resolve_links(path_);
  if (access(target.c_str(), W_OK) != 0 || access(directory_of(target).c_str(), W_OK | X_OK) != 0) {
    throw OutputError(printable(path_) + ": cannot write: " + std::string(strerror(errno)));
  }
  SqliteDatabase present(target, SqliteDatabase::Mode::kPresent, path_);
  if (is_ours(present, "main")) {
    require_columns(present, "main", schema_);
  }
}

void SqliteWriter::Impl::begin(const Schema& schema) {
  schema_ = schema;
  database_.emplace(resolve_links(path_), SqliteDatabase::Mode::kTemporary, path_);
  require_possible();
  if (exists(path_)) {
    check_present();
  } else {
    new_file_.emplace(path_);
  }
  database_->run("PRAGMA main.journal_mode = MEMORY; PRAGMA main.synchronous = OFF");
  std::string columns, values;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    columns += (i == 0 ? "c" : ", c") + std::to_string(i);
    values += i == 0 ? "?" : ", ?";
  }
  database_->run("CREATE TABLE main.waiting(" + columns + "); BEGIN");
  insert_.emplace(*database_, "INSERT INTO main.waiting VALUES(" + values + ")");
  texts_.resize(schema.size());
}

void SqliteWriter::Impl::bind(int parameter, const Cell& cell, std::string& text) {
  text.clear();
  switch (cell.kind) {
    case Cell::Kind::kMissing:
      insert_->bind_null(parameter);
      return;
    case Cell::Kind::kU64:
      if (cell.u64 <= static_cast<std::uint64_t>(INT64_MAX)) {
        insert_->bind(parameter, static_cast<std::int64_t>(cell.u64));
      } else {
        append_number(text, cell.u64);
        insert_->bind_bytes(parameter, text);
      }
      return;
    case Cell::Kind::kI64:
      insert_->bind(parameter, cell.i64);
      return;
    case Cell::Kind::kF64:
    case Cell::Kind::kMillionths:
    case Cell::Kind::kBillionths:
      insert_->bind(parameter, cell.number());
      return;
    case Cell::Kind::kText:
      append_cell_text(text, cell.text, text_mode_);
      break;
    case Cell::Kind::kList:
    case Cell::Kind::kRealList:
      text += '[';
      if (cell.kind == Cell::Kind::kList) {
        append_numbers(text, cell.list, ",");
      } else {
        append_numbers(text, cell.reals, ",");
      }
      text += ']';
      break;
    case Cell::Kind::kTextList:
      for (const std::string_view item : cell.texts) {
        text += text.empty() ? '[' : ',';
        append_json_text(text, item);
      }
      text += text.empty() ? "[]" : "]";
      break;
  }
  insert_->bind_text(parameter, text);
}

void SqliteWriter::Impl::row(std::span<const Cell> row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    bind(static_cast<int>(i + 1), row[i], texts_[i]);
  }
  insert_->step();
  insert_->reset();
  ++rows_;
}

void SqliteWriter::Impl::begin_tables() {
  database_->run("PRAGMA out.application_id = " + std::to_string(kSqliteApplicationId) +
                 "; PRAGMA out.user_version = " + std::to_string(kSqliteLayout) + ";" + kTables);
  std::string columns = "run INTEGER NOT NULL REFERENCES runs(run)";
  SqliteStatement insert(*database_, "INSERT INTO out.columns VALUES(?, ?, ?, ?, ?, ?, ?)");
  for (std::size_t i = 0; i < schema_.size(); ++i) {
    const ColumnInfo& column = schema_.columns[i];
    columns += ", " + sql_name(column.name) + " " + sql_type(column.type);
    insert.bind(1, static_cast<std::int64_t>(i + 1));
    insert.bind_text(2, column.name);
    insert.bind_text(3, to_text(column.type));
    insert.bind_text(4, column.unit);
    insert.bind_text(5, column.definition);
    insert.bind_text(6, column.source);
    insert.bind(7, std::int64_t{column.is_identity});
    insert.step();
    insert.reset();
  }
  database_->run("CREATE TABLE out.flows(" + columns + ")");
}

// The run's row. A part of the same run that a signal left there makes room.
std::int64_t SqliteWriter::Impl::add_run(const RunRecord& run) {
  if (!run.key.empty()) {
    for (const char* sql :
         {"DELETE FROM out.flows WHERE run IN (SELECT run FROM out.runs WHERE key = ?1)",
          "DELETE FROM out.runs WHERE key = ?1"}) {
      SqliteStatement remove(*database_, sql);
      remove.bind_text(1, run.key);
      remove.step();
    }
  }
  SqliteStatement insert(*database_,
                         "INSERT INTO out.runs VALUES(NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (run.key.empty()) {
    insert.bind_null(1);
  } else {
    insert.bind_text(1, run.key);
  }
  insert.bind(2, std::int64_t{run.is_complete});
  insert.bind(3, std::int64_t{run.status});
  insert.bind_text(4, run.netml_version);
  insert.bind_text(5, run.inputs);
  insert.bind_text(6, run.options);
  insert.bind_text(7, run.recipe);
  insert.bind(8, static_cast<std::int64_t>(run.packets_read));
  insert.bind(9, rows_);
  insert.step();
  return database_->last_row();
}

bool SqliteWriter::Impl::add_to(const std::string& file, const RunRecord& run, bool is_new) {
  database_->attach(file, "out");
  // A new file is nobody's until it is whole. A present one is in place when the journal is gone
  // and the folder knows.
  database_->run(is_new ? "PRAGMA out.journal_mode = MEMORY; PRAGMA out.synchronous = OFF"
                        : "PRAGMA out.synchronous = EXTRA");
  database_->run("BEGIN IMMEDIATE");
  if (is_ours(*database_, "out")) {
    require_columns(*database_, "out", schema_);
    if (has_complete_run(*database_, "out", run.key)) {
      database_->run("ROLLBACK; DETACH out");
      return false;
    }
  } else {
    begin_tables();
  }
  const std::int64_t number = add_run(run);
  database_->run("INSERT INTO out.flows SELECT " + std::to_string(number) +
                 ", * FROM main.waiting ORDER BY rowid; COMMIT; DETACH out");
  return true;
}

bool SqliteWriter::Impl::commit(const RunRecord& run) {
  insert_.reset();
  database_->run("COMMIT");
  if (new_file_) {
    add_to(new_file_->name(), run, true);
    if (new_file_->take_place()) {
      return true;
    }
    new_file_->remove();
  }
  return add_to(resolve_links(path_), run, false);
}

SqliteWriter::SqliteWriter(const std::string& path, TextMode text_mode)
    : impl_(std::make_unique<Impl>(path, text_mode)) {}
SqliteWriter::~SqliteWriter() = default;
void SqliteWriter::begin(const Schema& schema) {
  impl_->begin(schema);
}
void SqliteWriter::row(std::span<const Cell> row) {
  impl_->row(row);
}
bool SqliteWriter::commit(const RunRecord& run) {
  return impl_->commit(run);
}

bool sqlite_has_run(const std::string& path, const std::string& key) {
  require_regular_output(path, "sqlite", "which it changes in place");
  if (!exists(path)) {
    return false;
  }
  SqliteDatabase database(resolve_links(path), SqliteDatabase::Mode::kPresent, path);
  return is_ours(database, "main") && has_complete_run(database, "main", key);
}

}  // namespace netml
