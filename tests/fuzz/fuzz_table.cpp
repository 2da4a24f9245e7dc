// A feature table, as `train` reads it. Input: one byte, the form of the rest:
//   0  the file's bytes (CSV, NPY or NPZ)
//   1  the description NAME-metadata.json, a NUL, the CSV or NPY
//   2  members of an NPZ, each: one byte (which name), two bytes (length), the .npy; the archive
//      around them is put right, because no mutation gets past its checksums

#include <cmath>

#include <zlib.h>

#include "netml/commands/feature_file.hpp"
#include "netml/dataset/matrix.hpp"
#include "netml/features/recipe.hpp"

#include "fuzz.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using fuzz::require;

// Small enough that inputs pass it.
constexpr std::uint64_t kMemoryLimit = std::uint64_t{1} << 20;

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) {
    out += static_cast<char>(i < 8 ? value >> (8 * i) : 0);
  }
}

// A stored archive (PKWARE APPNOTE 6.3), written apart from the product's own writer.
std::string archive_of(fuzz::Input& input) {
  constexpr const char* kNames[] = {"X.npy", "y.npy", "columns.npy", "keys.npy", "recipe.npy"};
  std::string file, directory;
  std::uint16_t members = 0;
  while (!input.is_empty() && members < 8) {
    const std::string name = kNames[input.u8() % std::size(kNames)];
    const std::string_view bytes = input.text(input.u16());
    std::string common;
    put(common, 20, 2);
    put(common, 0, 8);  // flags, method, time, date
    put(common, crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()), 4);
    put(common, bytes.size(), 4);
    put(common, bytes.size(), 4);
    put(common, name.size(), 2);
    put(common, 0, 2);  // extra
    put(directory, 0x02014b50, 4);
    put(directory, 20, 2);
    directory += common;
    put(directory, 0, 10);  // comment, disk, attributes
    put(directory, file.size(), 4);
    directory += name;
    put(file, 0x04034b50, 4);
    file += common;
    file += name;
    file += bytes;
    ++members;
  }
  const std::size_t offset = file.size();
  file += directory;
  put(file, 0x06054b50, 4);
  put(file, 0, 4);
  put(file, members, 2);
  put(file, members, 2);
  put(file, directory.size(), 4);
  put(file, offset, 4);
  put(file, 0, 2);
  return file;
}

void check_cell(const Cell& cell, ColumnType type) {
  switch (cell.kind) {
    case Cell::Kind::kMissing:
      return;
    case Cell::Kind::kU64:
      require(type == ColumnType::kU64, "a cell has its column's type");
      return;
    case Cell::Kind::kI64:
      require(type == ColumnType::kI64, "a cell has its column's type");
      return;
    case Cell::Kind::kF64:
      require(type == ColumnType::kF64 && std::isfinite(cell.f64), "a number is finite");
      return;
    case Cell::Kind::kText:
      require(type == ColumnType::kText, "a cell has its column's type");
      return;
    default:
      require(false, "tables that are read hold no lists");
  }
}

void check_table(const Table& table) {
  const std::vector<ColumnInfo>& columns = table.schema().columns;
  std::vector<std::size_t> all;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    require(table.schema().find(columns[c].name) == c, "column names are distinct",
            columns[c].name);
    all.push_back(c);
    for (std::size_t r = 0; r < table.row_count(); ++r) {
      check_cell(table.cell(r, c), columns[c].type);
    }
  }
  const Matrix matrix = to_matrix(table, all);
  require(row_count(matrix) == table.row_count(), "a matrix has the table's rows");
  require(column_count(matrix) == columns.size(), "a matrix has the table's columns");
}

void use(const FeatureFile& file) {
  check_table(file.table);
  for (const std::string& warning : file.warnings) {
    fuzz::require_message(warning);
  }
  if (file.recipe_json.empty()) {
    return;
  }
  try {
    const std::string text = Recipe::from_json(file.recipe_json, "recipe").to_json();
    require(Recipe::from_json(text, "again").to_json() == text, "a recipe survives its text");
  } catch (const DataError& error) {
    fuzz::require_refusal(error, ErrorKind::kData, "recipe");
  }
}

}  // namespace
}  // namespace netml

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace netml;
  static const test::TempFolder folder;
  fuzz::Input input(data, size);
  const std::uint8_t form = input.u8() % 3;
  const std::string metadata_path = folder.path("t-metadata.json");
  if (form == 1) {
    folder.write("t-metadata.json", std::string(input.text_to_nul()));
  } else {
    std::filesystem::remove(metadata_path);
  }
  const std::string path =
      folder.write("t.csv", form == 2 ? archive_of(input) : std::string(input.rest()));
  try {
    use(read_feature_file(path, kMemoryLimit));
  } catch (const LimitError& error) {
    fuzz::require_refusal(error, ErrorKind::kLimit, path + ": ");
  } catch (const InputError& error) {  // compressed, which is no table yet
    fuzz::require_refusal(error, ErrorKind::kInput, path + ": ");
  } catch (const DataError& error) {
    const std::string_view message = error.what();
    fuzz::require_refusal(
        error, ErrorKind::kData,
        message.substr(0, metadata_path.size()) == metadata_path ? metadata_path : path + ": ");
  }
  return 0;
}
