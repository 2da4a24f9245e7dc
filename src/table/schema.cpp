#include "netml/table/schema.hpp"

#include <cmath>
#include <limits>

namespace netml {

std::string_view to_text(ColumnType type) noexcept {
  switch (type) {
    case ColumnType::kU64:
      return "u64";
    case ColumnType::kI64:
      return "i64";
    case ColumnType::kF64:
      return "f64";
    case ColumnType::kText:
      return "text";
    case ColumnType::kList:
      return "list of i64";
    case ColumnType::kRealList:
      return "list of f64";
  }
  return "";
}

std::optional<std::size_t> Schema::find(std::string_view name) const noexcept {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == name) {
      return i;
    }
  }
  return std::nullopt;
}

std::vector<std::string> Schema::names() const {
  std::vector<std::string> names;
  names.reserve(columns.size());
  for (const ColumnInfo& column : columns) {
    names.push_back(column.name);
  }
  return names;
}

Cell Cell::of(std::uint64_t value) noexcept {
  Cell cell;
  cell.kind = Kind::kU64;
  cell.u64 = value;
  return cell;
}

Cell Cell::of(std::int64_t value) noexcept {
  Cell cell;
  cell.kind = Kind::kI64;
  cell.i64 = value;
  return cell;
}

Cell Cell::of(double value) noexcept {
  Cell cell;
  if (std::isfinite(value)) {
    cell.kind = Kind::kF64;
    cell.f64 = value;
  }
  return cell;
}

Cell Cell::of(std::string_view value) noexcept {
  Cell cell;
  cell.kind = Kind::kText;
  cell.text = value;
  return cell;
}

Cell Cell::of(std::span<const std::int64_t> value) noexcept {
  Cell cell;
  cell.kind = Kind::kList;
  cell.list = value;
  return cell;
}

Cell Cell::of(std::span<const double> value) noexcept {
  Cell cell;
  cell.kind = Kind::kRealList;
  cell.reals = value;
  return cell;
}

double Cell::number() const noexcept {
  switch (kind) {
    case Kind::kU64:
      return static_cast<double>(u64);
    case Kind::kI64:
      return static_cast<double>(i64);
    case Kind::kF64:
      return f64;
    default:
      return std::numeric_limits<double>::quiet_NaN();
  }
}

}  // namespace netml
