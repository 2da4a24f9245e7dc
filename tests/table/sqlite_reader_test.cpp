#include "netml/table/sqlite_reader.hpp"

#include <csignal>
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netml/core/error.hpp"
#include "netml/core/interrupt.hpp"
#include "netml/table/sqlite_writer.hpp"

#include "support/damaged_bytes.hpp"
#include "support/sqlite_query.hpp"
#include "support/temp_folder.hpp"
#include "support/writer_output.hpp"

namespace netml {
namespace {

using test::sqlite_query;
using testing::HasSubstr;

using Row = std::vector<Cell>;

const Schema& schema() {
  static const Schema kSchema = [] {
    Schema one = test::schema_of({{"src_ip", ColumnType::kText},
                                  {"whole", ColumnType::kU64},
                                  {"real", ColumnType::kF64},
                                  {"list", ColumnType::kList}});
    one.columns[0].is_identity = true;
    return one;
  }();
  return kSchema;
}

void add_run(const std::string& path, const std::vector<Row>& rows, bool is_complete = true) {
  RunRecord run;
  run.netml_version = "9.9";
  run.inputs = R"([{"name":"a.pcap"}])";
  run.options = "{}";
  run.recipe = R"({"features":[]})";
  run.is_complete = is_complete;
  run.status = is_complete ? 0 : 130;
  run.packets_read = 7;
  SqliteWriter writer(path, TextMode::kSafe);
  writer.begin(schema());
  for (const Row& row : rows) {
    writer.row(row);
  }
  writer.end();
  ASSERT_TRUE(writer.commit(run));
}

Row row_of(std::string_view address, std::uint64_t whole, double real) {
  return {Cell::of(address), Cell::of(whole), Cell::of(real), Cell::missing()};
}

void execute(const std::string& path, const std::string& statements) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, statements.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(database);
  sqlite3_close(database);
}

// Everything that a reader has, as text; the message where it refuses.
std::string read_all(const std::string& path) {
  std::string text;
  try {
    SqliteReader reader(path);
    for (const ColumnInfo& column : reader.schema().columns) {
      text += column.name + " " + std::string(to_text(column.type)) +
              (column.is_identity ? " identity;" : ";");
    }
    reader.read_runs([&](const SqliteRun& run) {
      text += " run " + std::to_string(run.number) + " " + std::to_string(run.is_complete) + " " +
              std::to_string(run.status) + " " + std::string(run.netml_version) + " " +
              std::string(run.inputs) + std::string(run.recipe) + " " +
              std::to_string(run.packets_read) + " " + std::to_string(run.rows_written) + ";";
    });
    reader.read_rows([&](std::span<const Cell> cells) {
      text += " row";
      for (const Cell& cell : cells) {
        text += " " + (cell.kind == Cell::Kind::kMissing ? "none"
                       : cell.kind == Cell::Kind::kText  ? std::string(cell.text)
                       : cell.kind == Cell::Kind::kI64   ? std::to_string(cell.i64)
                       : cell.kind == Cell::Kind::kU64   ? std::to_string(cell.u64)
                                                         : number_text(cell.number()));
      }
    });
  } catch (const DataError& error) {
    EXPECT_EQ(std::strchr(error.what(), '\n'), nullptr);
    return error.what();
  }
  return text;
}

bool is_ours(const std::string& bytes) {
  return is_sqlite_of_netml(std::string_view(bytes).substr(0, kSqliteHeader));
}

TEST(SqliteReader, ReadsWhatTheWriterWrote) {
  const test::TempFolder folder;
  const std::string path = folder.path("t.db");
  const std::int64_t list[] = {-1, 2};
  add_run(path, {row_of("10.0.0.1", INT64_MAX, .5)});
  add_run(path, {{Cell::missing(), Cell::of(UINT64_MAX), Cell::of(2.0), Cell::of(std::span(list))}},
          false);
  EXPECT_TRUE(is_ours(test::slurp(path)));
  EXPECT_EQ(read_all(path),
            "src_ip text identity;whole u64;real f64;list list of i64;"
            " run 1 1 0 9.9 [{\"name\":\"a.pcap\"}]{\"features\":[]} 7 1;"
            " run 2 0 130 9.9 [{\"name\":\"a.pcap\"}]{\"features\":[]} 7 1;"
            " row 10.0.0.1 9223372036854775807 0.5 none"
            " row none 18446744073709551615 2 [-1,2]");
}

TEST(SqliteReader, KnowsAnotherProgramsDatabase) {
  const test::TempFolder folder;
  const std::string path = folder.write("t.db", "");
  sqlite_query(path, "CREATE TABLE flows(a)");
  EXPECT_FALSE(is_ours(test::slurp(path)));
  EXPECT_FALSE(is_ours(std::string("SQLite format 3\0", 16)));
  EXPECT_FALSE(is_ours(""));
}

TEST(SqliteReader, AnotherLayoutIsNamed) {
  const test::TempFolder folder;
  const std::string path = folder.path("t.db");
  add_run(path, {row_of("a", 1, 1)});
  sqlite_query(path, "PRAGMA user_version = 2");
  EXPECT_THAT(read_all(path), HasSubstr("t.db: its tables are laid out in version 2, this netml "
                                        "reads version 1"));
}

// Whoever may write a database may write any schema into it: nothing of that is run.
TEST(SqliteReader, SchemasOfSomebodyElse) {
  const std::pair<const char*, const char*> kCases[] = {
      {"ALTER TABLE flows RENAME TO f; CREATE VIEW flows AS SELECT 1", "without the tables"},
      {"DROP TABLE runs; CREATE VIRTUAL TABLE runs USING fts5(a)", "without the tables"},
      {"DROP TABLE columns", "without the tables"},
      {"ALTER TABLE flows ADD COLUMN more", "have other columns than it says"},
      {"ALTER TABLE flows RENAME COLUMN whole TO half", "have other columns than it says"},
      {"UPDATE columns SET type = 'x'", "whose table of columns netml did not write"},
      {"DROP TABLE flows; CREATE TABLE flows(run, src_ip AS (hex(zeroblob(9))), whole, real, "
       "list)",
       "with columns that are computed"}};
  for (const auto& [sql, message] : kCases) {
    const test::TempFolder folder;
    const std::string path = folder.path("t.db");
    add_run(path, {row_of("a", 1, 1)});
    for (const std::string& statement : split(sql, ';')) {
      sqlite_query(path, statement);
    }
    EXPECT_THAT(read_all(path), HasSubstr(message)) << sql;
  }
}

TEST(SqliteReader, DamagedDatabasesGiveOneLine) {
  const test::TempFolder folder;
  const std::string good = folder.path("good.db"), path = folder.path("t.db");
  add_run(good, std::vector<Row>(300, row_of("some text of an address", 5, .25)));
  const std::string bytes = test::slurp(good), all = read_all(good);
  int refused = 0;
  const auto try_on = [&](const std::string& damaged) {
    folder.write("t.db", damaged);
    refused += read_all(path).starts_with(path + ": ") ? 1 : 0;  // else some value is another one
  };
  test::for_each_damage(bytes, try_on);
  EXPECT_GT(refused, 5);
  EXPECT_EQ(read_all(good), all);
}

std::uint32_t big_endian(const char* bytes, int count) {
  std::uint32_t value = 0;
  for (int i = 0; i < count; ++i) {
    value = value * 256 + static_cast<unsigned char>(bytes[i]);
  }
  return value;
}

// An inner page of a table's tree with 200 children that are all one page.
std::string inner_page(std::size_t size, std::uint32_t child) {
  std::string page(size, '\0');
  const auto put = [&](std::size_t at, std::uint32_t value, int count) {
    for (int i = count - 1; i >= 0; --i, value /= 256) {
      page[at + static_cast<std::size_t>(i)] = static_cast<char>(value % 256);
    }
  };
  constexpr std::uint32_t kChildren = 200;
  const auto cell = static_cast<std::uint32_t>(size) - 5;
  page[0] = 5;
  put(3, kChildren, 2);
  put(5, cell, 2);
  put(8, child, 4);
  for (std::size_t i = 0; i < kChildren; ++i) {
    put(12 + 2 * i, cell, 2);
  }
  put(cell, child, 4);
  page[cell + 4] = 1;
  return page;
}

// 200^4 times the rows of a page, in a file of 100 pages.
// A row of 2^63 bytes, for which SQLite says that it is out of memory.
TEST(SqliteReader, ARowOfTheSchemaBeyondAllMemoryIsDamage) {
  const test::TempFolder folder;
  const std::string path = folder.path("t.db");
  add_run(path, {});
  execute(path, "DROP TABLE runs; PRAGMA page_size = 512; VACUUM");
  std::string bytes = test::slurp(path);
  const std::string last = "\"list\" TEXT)";
  const std::size_t at = bytes.find(last);
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at + last.size(), 9, std::string(9, '\xff'));
  folder.write("t.db", bytes);
  EXPECT_THAT(read_all(path), HasSubstr(": a SQLite database that is damaged: it takes more"));
}

TEST(SqliteReader, ATableOfMoreThanItsFileHasRoomForEnds) {
  const test::TempFolder folder;
  const std::string path = folder.path("t.db");
  add_run(path, std::vector<Row>(5000, row_of("some text of an address", 5, .25)));
  std::uint32_t page = static_cast<std::uint32_t>(std::stoul(
      test::sqlite_value(path, "SELECT rootpage FROM sqlite_master WHERE name = 'flows'")));
  const std::size_t size = std::stoul(test::sqlite_value(path, "PRAGMA page_size"));
  std::string bytes = test::slurp(path);
  const std::string root = bytes.substr((page - 1) * size, size);
  ASSERT_EQ(root[0], 5);
  for (std::size_t cell = 0; cell < 4; ++cell) {
    const std::uint32_t child =
        big_endian(root.data() + big_endian(root.data() + 12 + 2 * cell, 2), 4);
    bytes.replace((page - 1) * size, size, inner_page(size, child));
    page = child;
  }
  ASSERT_EQ(bytes[(page - 1) * size], 13);  // a leaf
  folder.write("t.db", bytes);
  EXPECT_EQ(read_all(path), path +
                                ": a SQLite database that is damaged: a table holds more than "
                                "there is room for");
}

// SQLite makes values up for columns that a row is too short for.
TEST(SqliteReader, ValuesThatTheFileDoesNotHoldEndIt) {
  const test::TempFolder folder;
  const std::string path = folder.path("t.db");
  add_run(path, {});
  std::string sql =
      "BEGIN; WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
      "INSERT INTO flows(run) SELECT 1 FROM n;";
  for (int i = 0; i < 200; ++i) {
    const std::string name = "c" + std::to_string(i);
    sql += "ALTER TABLE flows ADD COLUMN " + name + " REAL DEFAULT 1.5;";
    sql += "INSERT INTO columns SELECT " + std::to_string(100 + i) + ", '" + name +
           "', 'f64', unit, definition, source, 0 FROM columns LIMIT 1;";
  }
  execute(path, sql + "COMMIT");
  EXPECT_THAT(read_all(path), HasSubstr("a table holds more than there is room for"));
}

TEST(SqliteReader, AWriteAheadLogIsKnownByTheHeader) {
  const test::TempFolder folder;
  const std::string path = folder.path("t.db");
  add_run(path, {});
  EXPECT_FALSE(is_sqlite_with_wal(test::slurp(path)));
  execute(path, "PRAGMA journal_mode = wal");
  EXPECT_TRUE(is_sqlite_with_wal(test::slurp(path)));
  EXPECT_TRUE(is_ours(test::slurp(path)));
}

TEST(SqliteReader, ASignalEndsIt) {
  const test::TempFolder folder;
  const std::string path = folder.path("t.db");
  add_run(path, std::vector<Row>(5000, row_of("a", 5, .25)));
  SqliteReader reader(path);
  interrupt::detail::pending_signal = SIGINT;
  EXPECT_THROW(reader.read_rows([](std::span<const Cell>) {}), Interrupted);
  interrupt::detail::pending_signal = 0;
}

// The reader of a database that a killed run has left behind cannot put it in order.
TEST(SqliteReader, AJournalBesideItIsSaid) {
  const test::TempFolder folder;
  const std::string path = folder.path("t.db");
  add_run(path, {row_of("a", 1, 1)});
  const std::string before = test::slurp(path);
  // The state between the change of the file and the end of its transaction.
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  sqlite3_exec(database,
               "PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN; "
               "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
               "INSERT INTO flows SELECT 1, 'some text', i, i, NULL FROM n",
               nullptr, nullptr, nullptr);
  const std::string changed = test::slurp(path), journal = test::slurp(path + "-journal");
  sqlite3_exec(database, "ROLLBACK", nullptr, nullptr, nullptr);
  sqlite3_close(database);
  ASSERT_NE(changed, before);
  folder.write("t.db", changed);
  folder.write("t.db-journal", journal);
  EXPECT_THAT(read_all(path), HasSubstr("with a journal beside it, of a run that was killed"));
  sqlite_query(path, "SELECT count(*) FROM flows");  // puts it in order
  EXPECT_THAT(read_all(path), HasSubstr(" row a 1 1 none"));
}

}  // namespace
}  // namespace netml
