#include "netml/table/table.hpp"

namespace netml {
namespace {

Table::Values empty_column(ColumnType type) {
  switch (type) {
    case ColumnType::kU64:
      return std::vector<std::uint64_t>{};
    case ColumnType::kI64:
      return std::vector<std::int64_t>{};
    case ColumnType::kF64:
      return std::vector<double>{};
    case ColumnType::kText:
      return std::vector<std::string>{};
    case ColumnType::kList:
      return std::vector<std::vector<std::int64_t>>{};
    case ColumnType::kRealList:
      return std::vector<std::vector<double>>{};
    case ColumnType::kTextList:
      return std::vector<std::vector<std::string>>{};
  }
  return std::vector<double>{};
}

// A missing cell, or one of another type, leaves the type's empty value in its place.
struct Append {
  const Cell& cell;

  void operator()(std::vector<std::uint64_t>& column) const {
    column.push_back(cell.kind == Cell::Kind::kU64 ? cell.u64 : 0);
  }
  void operator()(std::vector<std::int64_t>& column) const {
    column.push_back(cell.kind == Cell::Kind::kI64 ? cell.i64 : 0);
  }
  void operator()(std::vector<double>& column) const {
    column.push_back(cell.kind == Cell::Kind::kMissing ? 0.0 : cell.number());
  }
  void operator()(std::vector<std::string>& column) const {
    column.emplace_back(cell.kind == Cell::Kind::kText ? cell.text : std::string_view{});
  }
  void operator()(std::vector<std::vector<std::int64_t>>& column) const {
    column.emplace_back();
    if (cell.kind == Cell::Kind::kList) {
      column.back().assign(cell.list.begin(), cell.list.end());
    }
  }
  void operator()(std::vector<std::vector<double>>& column) const {
    column.emplace_back();
    if (cell.kind == Cell::Kind::kRealList) {
      column.back().assign(cell.reals.begin(), cell.reals.end());
    }
  }
  void operator()(std::vector<std::vector<std::string>>& column) const {
    column.emplace_back();
    if (cell.kind == Cell::Kind::kTextList) {
      column.back().assign(cell.texts.begin(), cell.texts.end());
    }
  }
};

}  // namespace

Table::Table(Schema schema) : schema_(std::move(schema)), missing_(schema_.size()) {
  columns_.reserve(schema_.size());
  for (const ColumnInfo& column : schema_.columns) {
    columns_.push_back(empty_column(column.type));
  }
}

void Table::reserve(std::size_t rows) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::visit([rows](auto& values) { values.reserve(rows); }, columns_[i]);
    missing_[i].reserve(rows);
  }
}

void Table::append(std::span<const Cell> row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    std::visit(Append{row[i]}, columns_[i]);
    missing_[i].push_back(row[i].kind == Cell::Kind::kMissing ||
                          !row[i].fits(schema_.columns[i].type));
  }
  ++rows_;
}

Cell Table::cell(std::size_t row, std::size_t column) const {
  if (missing_[column][row]) {
    return Cell::missing();
  }
  return std::visit(
      [row](const auto& values) {
        using Value = typename std::decay_t<decltype(values)>::value_type;
        if constexpr (std::is_same_v<Value, std::string>) {
          return Cell::of(std::string_view(values[row]));
        } else if constexpr (std::is_same_v<Value, std::vector<std::int64_t>>) {
          return Cell::of(std::span<const std::int64_t>(values[row]));
        } else if constexpr (std::is_same_v<Value, std::vector<double>>) {
          return Cell::of(std::span<const double>(values[row]));
        } else if constexpr (std::is_same_v<Value, std::vector<std::string>>) {
          return Cell::of(std::span<const std::string>(values[row]));
        } else {
          return Cell::of(values[row]);
        }
      },
      columns_[column]);
}

}  // namespace netml
