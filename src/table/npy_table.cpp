#include <algorithm>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"
#include "netml/table/npy.hpp"
#include "netml/table/regular_output.hpp"
#include "netml/table/table_budget.hpp"

#include "npy_format.hpp"

namespace netml {
namespace {

// Room for two 20-digit extents, so that the header keeps its length.
constexpr std::size_t kHeaderBytes = 128;
constexpr std::string_view kLabel = "label";

}  // namespace

std::vector<std::size_t> matrix_columns(const Schema& schema) {
  std::vector<std::size_t> columns;
  std::vector<std::size_t> labels;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const ColumnInfo& column = schema.columns[i];
    if (column.type == ColumnType::kList || column.type == ColumnType::kRealList ||
        column.type == ColumnType::kTextList) {
      throw UsageError("npy cannot hold the lists of column '" + column.name +
                       "'; use --format jsonl, or leave it out with --columns");
    }
    if (column.name == kLabel) {
      labels.push_back(i);
    } else if (!column.is_identity && column.type != ColumnType::kText) {
      columns.push_back(i);
    }
  }
  columns.insert(columns.end(), labels.begin(), labels.end());
  return columns;
}

NpyWriter::NpyWriter(OutputFile& file) : file_(file) {
  require_regular_output(file.path(), "npy", "because the row count stands in its header");
}

std::string NpyWriter::header() const {
  return npy_header("'<f8'",
                    "(" + std::to_string(rows_) + ", " + std::to_string(columns_.size()) + ")",
                    kHeaderBytes);
}

void NpyWriter::begin(const Schema& schema) {
  columns_ = matrix_columns(schema);
  values_.resize(columns_.size());
  file_.write(header());
}

void NpyWriter::row(std::span<const Cell> row) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    values_[i] = row[columns_[i]].number();
  }
  file_.write({reinterpret_cast<const char*>(values_.data()), values_.size() * sizeof(double)});
  ++rows_;
}

void NpyWriter::end() {
  file_.write_at(0, header());
}

bool looks_like_npy(std::string_view bytes) noexcept {
  return bytes.starts_with("\x93NUMPY");
}

Table read_npy(std::string_view bytes, const std::string& what, const Schema& described,
               std::uint64_t memory_limit) {
  const NpyArray array = parse_npy(bytes, what);
  const NpyField& field = array.fields.front();
  if (array.is_structured || array.shape.size() != 2 || field.kind == 'U' || field.kind == 'S') {
    throw DataError(what + ": not a table of numbers, which is an array of two dimensions");
  }
  const std::uint64_t rows = array.shape[0];
  const std::uint64_t columns = array.shape[1];
  if (rows > 0 && columns == 0) {
    throw DataError(what + ": has rows without columns");
  }
  if (!described.columns.empty() && described.columns.size() != columns) {
    throw DataError(what + ": has " + std::to_string(columns) + " columns, its description names " +
                    std::to_string(described.columns.size()));
  }
  const ColumnIndex index(described);
  for (std::size_t i = 0; i < described.size(); ++i) {
    if (index.find(described.columns[i].name) != i) {
      throw DataError(what + ": its description names the column '" +
                      printable(described.columns[i].name) + "' twice");
    }
  }
  TableBudget budget(what, memory_limit);
  budget.take(bytes.size());
  budget.take(std::max<std::uint64_t>(described.size(), rows == 0 ? 0 : columns),
              TableBudget::kColumnBytes);
  budget.take(array.count(), TableBudget::kNumberBytes);
  Schema schema = described;
  // Each column takes bytes in every row, so that the count is one that the file can hold.
  for (std::size_t i = schema.size(); rows > 0 && i < columns; ++i) {
    ColumnInfo column;
    column.name = "x" + std::to_string(i);
    schema.columns.push_back(std::move(column));
  }
  for (ColumnInfo& column : schema.columns) {
    column.type = ColumnType::kF64;
  }
  Table table(std::move(schema));
  table.reserve(static_cast<std::size_t>(rows));
  std::vector<Cell> row(rows == 0 ? 0 : static_cast<std::size_t>(columns));
  const char* at = array.values.data();
  for (std::uint64_t i = 0; i < rows; ++i) {
    for (Cell& cell : row) {
      cell = Cell::of(npy_number(field, at));
      at += array.record_width;
    }
    table.append(row);
  }
  return table;
}

}  // namespace netml
