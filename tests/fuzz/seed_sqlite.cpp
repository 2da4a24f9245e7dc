// Databases for the target sqlite: of our own writer, made small, and with what it never writes.

#include <stdexcept>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include "netml/table/sqlite_writer.hpp"

#include "seeds.hpp"
#include "support/temp_folder.hpp"
#include "support/writer_output.hpp"

namespace netml::fuzz {
namespace {

void add_run(const std::string& path, bool is_complete) {
  const Schema schema = test::schema_of({{"src_ip", ColumnType::kText},
                                         {"whole", ColumnType::kU64},
                                         {"real", ColumnType::kF64},
                                         {"list", ColumnType::kList}});
  RunRecord run;
  run.netml_version = "1";
  run.inputs = R"([{"name":"a.pcap"}])";
  run.options = "{}";
  run.recipe = R"({"features":["flow"]})";
  run.is_complete = is_complete;
  SqliteWriter writer(path, TextMode::kSafe);
  writer.begin(schema);
  const std::int64_t list[] = {-1, 2};
  const Cell first[] = {Cell::of(std::string_view("10.0.0.1")), Cell::of(std::uint64_t{7}),
                        Cell::of(.5), Cell::of(std::span(list))};
  const Cell second[] = {Cell::missing(), Cell::of(UINT64_MAX), Cell::of(-1e300), Cell::missing()};
  writer.row(first);
  writer.row(second);
  writer.end();
  writer.commit(run);
}

void execute(const std::string& path, const std::string& statements) {
  sqlite3* database = nullptr;
  const bool is_done =
      sqlite3_open(path.c_str(), &database) == SQLITE_OK &&
      sqlite3_exec(database, statements.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
  const std::string message = sqlite3_errmsg(database);
  sqlite3_close(database);
  if (!is_done) {
    throw std::runtime_error(statements + ": " + message);
  }
}

}  // namespace

void add_sqlite_seeds(Seeds& seeds) {
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"plain", ""},
      {"types", "UPDATE flows SET whole = 'text', real = x'00ff', list = 3"},
      {"view", "ALTER TABLE flows RENAME TO old; CREATE VIEW flows AS SELECT * FROM old"},
      {"no-columns", "DELETE FROM columns"},
      {"no-runs", "DROP TABLE runs"},
      {"wide", "ALTER TABLE flows ADD COLUMN more INTEGER"}};
  for (const auto& [name, change] : changes) {
    const test::TempFolder folder;
    const std::string path = folder.path("t.sqlite");
    add_run(path, true);
    add_run(path, false);
    execute(path, change + "; PRAGMA page_size = 512; VACUUM");
    seeds.add("sqlite", "own-" + name, test::slurp(path));
  }
}

}  // namespace netml::fuzz
