#include "netml/table/sqlite_reader.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

#include <sys/stat.h>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

#include "sqlite_database.hpp"

namespace netml {
namespace {

constexpr std::string_view kMagic = {"SQLite format 3\0", 16};
constexpr std::size_t kWriteVersionPlace = 18, kReadVersionPlace = 19;
constexpr std::size_t kApplicationIdPlace = 68;  // big-endian, sqlite.org/fileformat.html
// A row takes at least so many bytes of a file: two of its page's index, three of its cell.
constexpr std::uint64_t kLeastRowBytes = 5;
// Text of UTF-16 may grow by a half as UTF-8.
constexpr std::uint64_t kMostGrowth = 2;

std::uint64_t size_of_file(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

}  // namespace

bool is_sqlite_with_wal(std::string_view first_bytes) {
  constexpr char kWal = 2;
  return first_bytes.size() >= kSqliteHeader && first_bytes.starts_with(kMagic) &&
         (first_bytes[kWriteVersionPlace] == kWal || first_bytes[kReadVersionPlace] == kWal);
}

bool is_sqlite_of_netml(std::string_view first_bytes) {
  if (first_bytes.size() < kSqliteHeader || !first_bytes.starts_with(kMagic)) {
    return false;
  }
  std::int64_t id = 0;
  for (const char c : first_bytes.substr(kApplicationIdPlace, 4)) {
    id = id * 256 + static_cast<unsigned char>(c);
  }
  return id == kSqliteApplicationId;
}

class SqliteReader::Impl {
 public:
  explicit Impl(const std::string& path) : database_(path, SqliteDatabase::Mode::kReadOnly, path) {
    database_.run("BEGIN");
    const std::int64_t layout = database_.number("PRAGMA user_version");
    if (layout != kSqliteLayout) {
      database_.refuse("its tables are laid out in version " + std::to_string(layout) +
                       ", this netml reads version " + std::to_string(kSqliteLayout));
    }
    room_ = size_of_file(path);
    require_tables();
    read_columns();
  }

  const Schema& schema() const { return schema_; }
  void read_runs(const std::function<void(const SqliteRun&)>& run);
  void read_rows(const std::function<void(std::span<const Cell>)>& row);

 private:
  // What one walk through a table has met; pages may lead in circles.
  class Measure {
   public:
    explicit Measure(const Impl& reader) : reader_(reader) {}

    void add_row(std::uint64_t text_bytes = 0) {
      bytes_ += kLeastRowBytes + text_bytes;
      if (bytes_ > kMostGrowth * reader_.room_) {
        reader_.database_.refuse(
            "a SQLite database that is damaged: a table holds more than there is room for");
      }
    }

   private:
    const Impl& reader_;
    std::uint64_t bytes_ = 0;
  };

  void require_tables();
  void read_columns();
  void require_names(const SqliteStatement& rows) const;

  SqliteDatabase database_;
  std::uint64_t room_ = 0;
  Schema schema_;
};

// Tables, not views or what an extension makes up, and of values that are stored: what a column
// computes may take any time.
void SqliteReader::Impl::require_tables() {
  constexpr std::string_view kNames[] = {"columns", "runs", "flows"};
  std::size_t found = 0;
  Measure measure(*this);
  SqliteStatement entry(database_, "SELECT type, name, sql FROM sqlite_master");
  while (entry.step()) {
    measure.add_row(entry.text(2).size());
    const std::string_view name = entry.text(1);
    if (std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames) &&
        entry.text(0) == "table" && entry.text(2).starts_with("CREATE TABLE ")) {
      ++found;
    }
  }
  if (found != std::size(kNames)) {
    database_.refuse("a SQLite database without the tables that netml writes");
  }
  constexpr int kHidden = 6;  // sqlite.org/pragma.html#pragma_table_xinfo
  for (const std::string_view name : kNames) {
    SqliteStatement column(database_, "PRAGMA table_xinfo(" + sql_name(name) + ")");
    while (column.step()) {
      if (column.number(kHidden) != 0) {
        database_.refuse(
            "a SQLite database with columns that are computed, which netml writes "
            "none of");
      }
    }
  }
}

void SqliteReader::Impl::read_columns() {
  constexpr ColumnType kTypes[] = {ColumnType::kU64,     ColumnType::kI64,  ColumnType::kF64,
                                   ColumnType::kText,    ColumnType::kList, ColumnType::kRealList,
                                   ColumnType::kTextList};
  Measure measure(*this);
  SqliteStatement column(database_, "SELECT name, type, is_identity FROM columns");
  while (column.step()) {
    measure.add_row(column.text(0).size());
    const auto type = std::find_if(std::begin(kTypes), std::end(kTypes),
                                   [&](ColumnType one) { return to_text(one) == column.text(1); });
    if (type == std::end(kTypes) || schema_.size() == database_.most_columns()) {
      database_.refuse("a SQLite database whose table of columns netml did not write");
    }
    ColumnInfo info;
    info.name = column.text(0);
    info.type = *type;
    info.is_identity = column.number(2) != 0;
    schema_.columns.push_back(std::move(info));
  }
  if (schema_.columns.empty()) {
    database_.refuse("a SQLite database whose table of columns is empty");
  }
}

// The table of columns may say something else than the table of flows.
void SqliteReader::Impl::require_names(const SqliteStatement& rows) const {
  bool is_same = static_cast<std::size_t>(rows.columns()) == schema_.size() + 1;
  for (std::size_t i = 0; is_same && i < schema_.size(); ++i) {
    is_same = rows.name(static_cast<int>(i) + 1) == schema_.columns[i].name;
  }
  if (!is_same) {
    database_.refuse("a SQLite database whose flows have other columns than it says");
  }
}

void SqliteReader::Impl::read_runs(const std::function<void(const SqliteRun&)>& run) {
  SqliteStatement row(database_,
                      "SELECT run, is_complete, status, netml_version, inputs, recipe, "
                      "packets_read, rows_written FROM runs");
  Measure measure(*this);
  while (row.step()) {
    const SqliteRun one{row.number(0), row.number(1) != 0, row.number(2), row.text(3),
                        row.text(4),   row.text(5),        row.number(6), row.number(7)};
    measure.add_row(one.netml_version.size() + one.inputs.size() + one.recipe.size());
    run(one);
  }
}

void SqliteReader::Impl::read_rows(const std::function<void(std::span<const Cell>)>& row) {
  SqliteStatement rows(database_, "SELECT * FROM flows");
  require_names(rows);
  Measure measure(*this);
  std::vector<Cell> cells(schema_.size());
  while (rows.step()) {
    std::uint64_t text_bytes = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      cells[i] = rows.cell(static_cast<int>(i) + 1);
      if (cells[i].kind != Cell::Kind::kText) {
        continue;
      }
      text_bytes += cells[i].text.size();
      const auto large =
          schema_.columns[i].type == ColumnType::kU64 ? parse_u64(cells[i].text) : std::nullopt;
      cells[i] = large ? Cell::of(*large) : cells[i];
    }
    // A byte of its head for each value: what a row leaves out netml did not write.
    measure.add_row(cells.size() + text_bytes);
    row(cells);
  }
}

SqliteReader::SqliteReader(const std::string& path) : impl_(std::make_unique<Impl>(path)) {}
SqliteReader::~SqliteReader() = default;
const Schema& SqliteReader::schema() const {
  return impl_->schema();
}
void SqliteReader::read_runs(const std::function<void(const SqliteRun&)>& run) {
  impl_->read_runs(run);
}
void SqliteReader::read_rows(const std::function<void(std::span<const Cell>)>& row) {
  impl_->read_rows(row);
}

}  // namespace netml
