// A small table: train, load the model, save it, load it again: the same bytes and the same scores.
// Input: one byte of options, one byte how many columns, then the values, two bytes each.
//   bit 0-2  scaling (modulo 5)      bit 3  labelled   bit 4  preset netml
//   bit 5    the raw score           bit 6  nu of 0.2  bit 7  every 16th value is missing

#include <cmath>

#include "netml/commands/train.hpp"
#include "netml/core/error.hpp"
#include "netml/models/detector.hpp"

#include "fuzz.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using fuzz::require;

constexpr std::size_t kMostRows = 80;

// Small whole numbers, so that rows repeat; the far ends of doubles; ordinary values.
double value_of(std::uint16_t code) {
  const int number = code & 0xfff;
  switch (code >> 12U) {
    case 0:
      return number % 4;
    case 1:
      return std::ldexp(number - 2048, 1010);
    case 2:
      return std::ldexp(number - 2048, -1060);
    case 3:
      return 1e15 + number;
    default:
      return (number - 2048) / 64.0;
  }
}

Table table_of(std::uint8_t options, fuzz::Input& input) {
  const std::size_t columns = 1 + input.u8() % 5;
  Schema schema;
  for (std::size_t i = 0; i < columns; ++i) {
    ColumnInfo column;
    column.name = "c" + std::to_string(i);
    schema.columns.push_back(column);
  }
  if ((options & 8U) != 0) {
    ColumnInfo label;
    label.name = "label";
    label.type = ColumnType::kU64;
    label.is_identity = true;
    schema.columns.push_back(label);
  }
  Table table(schema);
  std::vector<Cell> row(schema.size());
  while (!input.is_empty() && table.row_count() < kMostRows) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < columns; ++i) {
      const std::uint16_t code = input.u16();
      sum += code;
      row[i] =
          (options & 128U) != 0 && code % 16 == 15 ? Cell::missing() : Cell::of(value_of(code));
    }
    if ((options & 8U) != 0) {
      row.back() = sum % 11 == 0 ? Cell::missing() : Cell::of(std::uint64_t{sum % 5 == 0});
    }
    table.append(row);
  }
  return table;
}

TrainOptions options_of(std::uint8_t bits, const std::string& output) {
  TrainOptions options;
  options.output = output;
  options.preset_netml = (bits & 16U) != 0;
  if (!options.preset_netml || (bits & 7U) != 0) {
    options.scale = static_cast<Scaling>((bits & 7U) % 5);
  }
  options.param = (bits & 64U) != 0 ? "nu: 0.2" : "nu: 0.05";
  options.param += (bits & 32U) != 0 ? "\nscore: raw" : "";
  options.missing = (bits & 128U) != 0 ? MissingRule::kDrop : MissingRule::kError;
  return options;
}

// Every row of the table that the model can score, and how it was scored.
std::vector<RowScore> scores_of(const Detector& detector, const Table& table) {
  std::vector<std::size_t> columns;
  for (const std::string& name : detector.columns) {
    columns.push_back(*table.schema().find(name));
  }
  return detector.score(to_matrix(table, columns));
}

void require_same(const std::vector<RowScore>& a, const std::vector<RowScore>& b) {
  require(a.size() == b.size(), "every row has a score");
  for (std::size_t i = 0; i < a.size(); ++i) {
    require(a[i].score == b[i].score || (std::isnan(a[i].score) && std::isnan(b[i].score)),
            "the same model gives the same scores");
    require(a[i].verdict == b[i].verdict && a[i].p_value == b[i].p_value,
            "the same model gives the same verdicts");
    require(a[i].verdict == Verdict::kInvalid || std::isfinite(a[i].score), "scores are finite");
  }
}

TrainResult train(const Table& table, const TrainOptions& options) {
  OutputGroup files;
  TrainResult result = train_table(table, options, files);
  files.commit();
  return result;
}

void check(const Table& table, const TrainOptions& options) {
  const TrainResult result = train(table, options);
  for (const std::string& warning : result.warnings) {
    fuzz::require_message(warning);
  }
  const std::string bytes = test::slurp(options.output);
  const Detector first = load_detector(bytes, "first");
  const std::string again = save_detector(first);
  require(again == bytes, "load, save gives the same bytes");
  const Detector second = load_detector(again, "second");
  require_same(scores_of(first, table), scores_of(second, table));
  train(table, options);
  require(test::slurp(options.output) == bytes, "the same training gives the same bytes");
}

}  // namespace
}  // namespace netml

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace netml;
  static const test::TempFolder folder;
  fuzz::Input input(data, size);
  const std::uint8_t bits = input.u8();
  const Table table = table_of(bits, input);
  try {
    check(table, options_of(bits, folder.path("m.netml")));
  } catch (const DataError& error) {
    // Too few rows, a missing value, values that no scale can hold.
    fuzz::require_refusal(error, ErrorKind::kData, "");
  }
  return 0;
}
