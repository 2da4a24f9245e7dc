#include "netml/table/sqlite_writer.hpp"

#include <cstring>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netml/core/error.hpp"

#include "support/damaged_bytes.hpp"
#include "support/sqlite_query.hpp"
#include "support/temp_folder.hpp"
#include "support/writer_output.hpp"

namespace netml {
namespace {

using test::sqlite_query;
using test::sqlite_value;
using testing::HasSubstr;

using Row = std::vector<Cell>;

const Schema& schema() {
  static const Schema kSchema = test::schema_of({{"text", ColumnType::kText},
                                                 {"whole", ColumnType::kU64},
                                                 {"signed", ColumnType::kI64},
                                                 {"real", ColumnType::kF64},
                                                 {"list", ColumnType::kList},
                                                 {"reals", ColumnType::kRealList}});
  return kSchema;
}

Row row_of(std::string_view text, std::uint64_t whole) {
  return {Cell::of(text), Cell::of(whole), Cell::of(std::int64_t{-1}),
          Cell::of(0.5),  Cell::missing(), Cell::missing()};
}

RunRecord record(const std::string& key, bool is_complete = true) {
  RunRecord run;
  run.key = key;
  run.netml_version = "0";
  run.inputs = run.options = run.recipe = "{}";
  run.is_complete = is_complete;
  return run;
}

bool write(const std::string& path, const std::vector<Row>& rows, const RunRecord& run,
           const Schema& columns = schema(), TextMode mode = TextMode::kSafe) {
  SqliteWriter writer(path, mode);
  writer.begin(columns);
  for (const Row& row : rows) {
    writer.row(row);
  }
  writer.end();
  return writer.commit(run);
}

std::string error_of(const std::string& path, const Schema& columns = schema()) {
  try {
    write(path, {}, record(""), columns);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(SqliteWriter, CellsKeepWhatTheyAre) {
  const test::TempFolder folder;
  const std::string path = folder.path("t.db");
  const std::int64_t list[] = {-1, 2};
  const double reals[] = {0.1, 2};
  const std::vector<Row> rows = {
      {Cell::of(std::string_view("a\"'b")), Cell::of(std::uint64_t{INT64_MAX}),
       Cell::of(std::int64_t{INT64_MIN}), Cell::of(0.1), Cell::of(std::span(list)),
       Cell::of(std::span(reals))},
      {Cell::missing(), Cell::of(std::uint64_t{UINT64_MAX}), Cell::missing(),
       Cell::millionths(1'499'083'690'807'570'001), Cell::of(std::span<const std::int64_t>()),
       Cell::missing()}};
  ASSERT_TRUE(write(path, rows, record("")));
  EXPECT_EQ(
      sqlite_query(path, "SELECT * FROM flows"),
      (std::vector<std::vector<std::string>>{
          {"1", "a\"'b", "9223372036854775807", "-9223372036854775808", "0.1", "[-1,2]", "[0.1,2]"},
          {"1", "NULL", "18446744073709551615", "NULL", "1499083690807.57", "[]", "NULL"}}));
  EXPECT_EQ(sqlite_query(path,
                         "SELECT typeof(text), typeof(whole), typeof(signed), typeof(real), "
                         "typeof(list) FROM flows"),
            (std::vector<std::vector<std::string>>{{"text", "integer", "integer", "real", "text"},
                                                   {"null", "blob", "null", "real", "text"}}));
  // The double nearest to 1499083690807.570001, of which the division has two roundings.
  EXPECT_EQ(sqlite_value(path, "SELECT real = 1499083690807.570001 FROM flows WHERE text IS NULL"),
            "1");
}

TEST(SqliteWriter, TextIsEncodedAsInCells) {
  const test::TempFolder folder;
  const std::string path = folder.path("t.db"), raw = folder.path("raw.db");
  const Schema one = test::schema_of({{"t", ColumnType::kText}});
  const std::vector<Row> rows = {{Cell::of(std::string_view("=1+1"))},
                                 {Cell::of(std::string_view("a\0b\x1b[2J\"", 8))},
                                 {Cell::of(std::string_view("\xff\xc3\xa9"))},
                                 {Cell::of(std::string_view(""))}};
  ASSERT_TRUE(write(path, rows, record(""), one));
  EXPECT_EQ(sqlite_query(path, "SELECT t FROM flows"),
            (std::vector<std::vector<std::string>>{
                {"'=1+1"}, {"a\\x00b\\x1b[2J\""}, {"\xef\xbf\xbd\xc3\xa9"}, {""}}));
  ASSERT_TRUE(write(raw, rows, record(""), one, TextMode::kRaw));
  EXPECT_EQ(sqlite_query(raw, "SELECT t FROM flows"),
            (std::vector<std::vector<std::string>>{
                {"=1+1"}, {std::string("a\0b\x1b[2J\"", 8)}, {"\xef\xbf\xbd\xc3\xa9"}, {""}}));
}

TEST(SqliteWriter, RunsAddUp) {
  const test::TempFolder folder;
  const std::string path = folder.path("t.db");
  EXPECT_TRUE(write(path, {row_of("a", 1)}, record("first")));
  EXPECT_TRUE(write(path, {row_of("b", 2), row_of("c", 3)}, record("second")));
  EXPECT_TRUE(write(path, {}, record("")));
  EXPECT_TRUE(write(path, {row_of("d", 4)}, record("")));  // a pipe is new each time
  EXPECT_EQ(sqlite_query(path, "SELECT run, text, whole FROM flows ORDER BY rowid"),
            (std::vector<std::vector<std::string>>{
                {"1", "a", "1"}, {"2", "b", "2"}, {"2", "c", "3"}, {"4", "d", "4"}}));
  EXPECT_EQ(
      sqlite_query(path, "SELECT run, key, rows_written FROM runs"),
      (std::vector<std::vector<std::string>>{
          {"1", "first", "1"}, {"2", "second", "2"}, {"3", "NULL", "0"}, {"4", "NULL", "1"}}));
  EXPECT_EQ(sqlite_query(path, "SELECT name, type FROM columns WHERE position < 3"),
            (std::vector<std::vector<std::string>>{{"text", "text"}, {"whole", "u64"}}));
  EXPECT_EQ(sqlite_value(path, "PRAGMA integrity_check"), "ok");
}

TEST(SqliteWriter, TheSameRunIsAddedOnce) {
  const test::TempFolder folder;
  const std::string path = folder.path("t.db");
  EXPECT_FALSE(sqlite_has_run(path, "key"));  // no file, and none is made
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_TRUE(write(path, {row_of("a", 1)}, record("key")));
  const std::string before = test::slurp(path);
  EXPECT_TRUE(sqlite_has_run(path, "key"));
  EXPECT_FALSE(sqlite_has_run(path, "other"));
  EXPECT_FALSE(sqlite_has_run(path, ""));
  EXPECT_FALSE(write(path, {row_of("a", 1)}, record("key")));
  EXPECT_TRUE(test::slurp(path) == before);
}

TEST(SqliteWriter, APartMakesRoomForTheWhole) {
  const test::TempFolder folder;
  const std::string path = folder.path("t.db");
  EXPECT_TRUE(write(path, {row_of("x", 1)}, record("other")));
  EXPECT_TRUE(write(path, {row_of("a", 1)}, record("key", false)));
  EXPECT_FALSE(sqlite_has_run(path, "key"));
  EXPECT_TRUE(write(path, {row_of("a", 1), row_of("b", 2)}, record("key")));
  EXPECT_TRUE(sqlite_has_run(path, "key"));
  EXPECT_EQ(sqlite_value(path, "SELECT group_concat(text, '') FROM flows"), "xab");
  EXPECT_EQ(sqlite_value(path, "SELECT count(*) FROM runs"), "2");
}

TEST(SqliteWriter, NothingAppearsWithoutCommit) {
  const test::TempFolder folder;
  {
    SqliteWriter writer(folder.path("t.db"), TextMode::kSafe);
    writer.begin(schema());
    writer.row(row_of("a", 1));
    writer.end();
  }
  EXPECT_EQ(folder.entries(), 0U);
  EXPECT_TRUE(write(folder.path("t.db"), {row_of("a", 1)}, record("")));
  const std::string before = test::slurp(folder.path("t.db"));
  {
    SqliteWriter writer(folder.path("t.db"), TextMode::kSafe);
    writer.begin(schema());
    writer.row(row_of("b", 2));
  }
  EXPECT_TRUE(test::slurp(folder.path("t.db")) == before);
  EXPECT_EQ(folder.entries(), 1U);
}

TEST(SqliteWriter, TwoThatBeginANewFileAreBothThere) {
  const test::TempFolder folder;
  const std::string path = folder.path("t.db");
  SqliteWriter first(path, TextMode::kSafe), second(path, TextMode::kSafe);
  first.begin(schema());
  second.begin(schema());
  first.row(row_of("a", 1));
  second.row(row_of("b", 2));
  EXPECT_TRUE(first.commit(record("one")));
  EXPECT_TRUE(second.commit(record("two")));
  EXPECT_EQ(sqlite_value(path, "SELECT group_concat(text, '') FROM flows"), "ab");
  EXPECT_EQ(folder.entries(), 1U);
}

TEST(SqliteWriter, AFileOfOtherContentIsLeftAlone) {
  const test::TempFolder folder;
  const std::string text = folder.write("text.db", std::string(5000, 'x'));
  EXPECT_THAT(error_of(text), HasSubstr("is not a SQLite database"));
  EXPECT_EQ(test::slurp(text), std::string(5000, 'x'));
  const std::string other = folder.write("other.db", "");
  sqlite_query(other, "CREATE TABLE theirs(x)");
  EXPECT_THAT(error_of(other), HasSubstr("is a database of another program"));
  EXPECT_THROW(sqlite_has_run(other, "key"), OutputError);
  const std::string columns = folder.path("columns.db");
  ASSERT_TRUE(write(columns, {}, record("")));
  EXPECT_THAT(error_of(columns, test::schema_of({{"text", ColumnType::kText}})),
              HasSubstr("'whole' is not among this run's"));
  EXPECT_THAT(error_of(columns, test::schema_of({{"text", ColumnType::kI64}})),
              HasSubstr("column 1 is 'text' (text), this run has 'text' (i64)"));
  Schema more = schema();
  more.columns.push_back({"more", ColumnType::kF64, "", "", "", false});
  EXPECT_THAT(error_of(columns, more), HasSubstr("'more' is not among its own"));
  sqlite_query(columns, "PRAGMA user_version = 2");
  EXPECT_THAT(error_of(columns), HasSubstr("version 2, this netml writes version 1"));
  EXPECT_NE(error_of(folder.path("")), "");
  EXPECT_NE(error_of(folder.path("absent/t.db")), "");
}

TEST(SqliteWriter, AnEmptyFileIsANewDatabase) {
  const test::TempFolder folder;
  const std::string path = folder.write("t.db", "");
  EXPECT_TRUE(write(path, {row_of("a", 1)}, record("")));
  EXPECT_EQ(sqlite_value(path, "SELECT count(*) FROM flows"), "1");
}

TEST(SqliteWriter, ColumnsThatATableCannotHave) {
  const test::TempFolder folder;
  const std::string path = folder.path("t.db");
  EXPECT_THROW(write(path, {}, record(""),
                     test::schema_of({{"Label", ColumnType::kText}, {"label", ColumnType::kU64}})),
               UsageError);
  EXPECT_THROW(write(path, {}, record(""), test::schema_of({{"run", ColumnType::kU64}})),
               UsageError);
  Schema wide;
  for (int i = 0; i < 40'000; ++i) {
    wide.columns.push_back({"c" + std::to_string(i), ColumnType::kF64, "", "", "", false});
  }
  EXPECT_THROW(write(path, {}, record(""), wide), UsageError);
  EXPECT_EQ(folder.entries(), 0U);
  // Names that SQL has other plans for.
  const Schema names = test::schema_of({{"select", ColumnType::kU64},
                                        {"a\"b; --", ColumnType::kU64},
                                        {"udps.x y", ColumnType::kU64}});
  const Cell one = Cell::of(std::uint64_t{1});
  EXPECT_TRUE(write(path, {{one, one, one}}, record(""), names));
  EXPECT_EQ(sqlite_value(path, "SELECT \"select\" + \"a\"\"b; --\" + \"udps.x y\" FROM flows"),
            "3");
}

TEST(SqliteWriter, NeedsARegularFile) {
  EXPECT_THROW(SqliteWriter("-", TextMode::kSafe), UsageError);
  EXPECT_THROW(SqliteWriter("/dev/null", TextMode::kSafe), UsageError);
  EXPECT_THROW(sqlite_has_run("/dev/null", "key"), UsageError);
}

// A database is somebody else's file, and nothing in it is believed: no crash, one line, and where
// a run was added all of it is there.
TEST(SqliteWriter, DamagedDatabases) {
  const test::TempFolder folder;
  const std::string good = folder.path("good.db"), path = folder.path("t.db");
  std::vector<Row> rows;
  for (std::uint64_t i = 0; i < 300; ++i) {
    rows.push_back(row_of("text " + std::to_string(i % 7), i));
    rows.back()[0] = Cell::of(std::string_view("some text"));
  }
  ASSERT_TRUE(write(good, rows, record("first")));
  const std::string bytes = test::slurp(good);
  int refused = 0, added = 0;
  const auto try_on = [&](const std::string& damaged) {
    folder.write("t.db", damaged);
    try {
      ASSERT_TRUE(write(path, {row_of("b", 1), row_of("c", 2)}, record("second")));
      ++added;
      EXPECT_EQ(sqlite_value(path, "SELECT rows_written FROM runs WHERE key = 'second'"), "2");
    } catch (const OutputError& error) {
      ++refused;
      EXPECT_EQ(std::strchr(error.what(), '\n'), nullptr);
    }
  };
  test::for_each_damage(bytes, try_on);
  EXPECT_GT(refused, 0);
  EXPECT_GT(added, 0);
}

// A schema of somebody else's making runs nothing of its own.
TEST(SqliteWriter, TriggersAreNotRun) {
  const test::TempFolder folder;
  const std::string path = folder.path("t.db");
  ASSERT_TRUE(write(path, {row_of("a", 1)}, record("first")));
  sqlite_query(path, "CREATE TRIGGER t AFTER INSERT ON flows BEGIN DELETE FROM flows; END");
  ASSERT_TRUE(write(path, {row_of("b", 2)}, record("second")));
  EXPECT_EQ(sqlite_value(path, "SELECT count(*) FROM flows"), "2");
}

}  // namespace
}  // namespace netml
