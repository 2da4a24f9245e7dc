// A database of rows, as `inspect` reads it. Input: the bytes of its file, which have no checksums.

#include <cmath>

#include "netml/core/error.hpp"
#include "netml/table/sqlite_reader.hpp"

#include "fuzz.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using fuzz::require;

void check_cell(const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::kMissing:
    case Cell::Kind::kI64:
    case Cell::Kind::kU64:
    case Cell::Kind::kText:
      return;
    case Cell::Kind::kF64:
      require(!std::isnan(cell.f64), "SQLite has no NaN");
      return;
    default:
      require(false, "lists are read as text");
  }
}

void read_all(const std::string& path) {
  SqliteReader reader(path);
  const std::size_t columns = reader.schema().columns.size();
  require(columns > 0, "a table has columns");
  std::size_t text = 0;
  reader.read_runs([&](const SqliteRun& run) {
    text += run.inputs.size() + run.recipe.size() + run.netml_version.size();
  });
  reader.read_rows([&](std::span<const Cell> row) {
    require(row.size() == columns, "a row has the columns of the schema");
    for (const Cell& cell : row) {
      check_cell(cell);
    }
  });
}

}  // namespace
}  // namespace netml

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace netml;
  static const test::TempFolder folder;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string_view head = bytes.substr(0, kSqliteHeader);
  if (!is_sqlite_of_netml(head) || is_sqlite_with_wal(head)) {
    return 0;
  }
  const std::string path = folder.write("t.sqlite", std::string(bytes));
  try {
    read_all(path);
  } catch (const DataError& error) {
    fuzz::require_refusal(error, ErrorKind::kData, path + ": ");
  }
  return 0;
}
