#include "netml/table/schema.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "netml/core/text_format.hpp"

#include "row_text.hpp"

namespace netml {
namespace {

std::string seconds_text(std::int64_t ns) {
  char text[kNumberRoom];
  return {text, write_billionths(text, ns)};
}

}  // namespace

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
    case ColumnType::kTextList:
      return "list of text";
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

ColumnIndex::ColumnIndex(const Schema& schema) {
  places_.reserve(schema.size());
  for (std::size_t i = 0; i < schema.size(); ++i) {
    places_.emplace_back(schema.columns[i].name, i);
  }
  std::sort(places_.begin(), places_.end());
}

std::optional<std::size_t> ColumnIndex::find(std::string_view name) const noexcept {
  const auto place =
      std::lower_bound(places_.begin(), places_.end(), std::pair(name, std::size_t{0}));
  return place != places_.end() && place->first == name ? std::optional(place->second)
                                                        : std::nullopt;
}

std::vector<std::string> Schema::names() const {
  std::vector<std::string> names;
  names.reserve(columns.size());
  for (const ColumnInfo& column : columns) {
    names.push_back(column.name);
  }
  return names;
}

namespace {

// The double nearest to value / 1000000, as its text reads back.
double millionths_as_double(std::int64_t value) noexcept {
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  if (value >= -kExact && value <= kExact) {
    return static_cast<double>(value) / 1e6;  // one rounding
  }
  char text[kNumberRoom];
  const char* end = write_millionths(text, value);
  double number = 0;
  std::from_chars(text, end, number);
  return number;
}

}  // namespace

bool Cell::fits(ColumnType type) const noexcept {
  switch (type) {
    case ColumnType::kU64:
      return kind == Kind::kU64 || kind == Kind::kMissing;
    case ColumnType::kI64:
      return kind == Kind::kI64 || kind == Kind::kMissing;
    case ColumnType::kF64:
      return kind <= Kind::kBillionths;
    case ColumnType::kText:
      return kind == Kind::kText || kind == Kind::kMissing;
    case ColumnType::kList:
      return kind == Kind::kList || kind == Kind::kMissing;
    case ColumnType::kRealList:
      return kind == Kind::kRealList || kind == Kind::kMissing;
    case ColumnType::kTextList:
      return kind == Kind::kTextList || kind == Kind::kMissing;
  }
  return false;
}

double Cell::number() const noexcept {
  switch (kind) {
    case Kind::kU64:
      return static_cast<double>(u64);
    case Kind::kI64:
      return static_cast<double>(i64);
    case Kind::kF64:
      return f64;
    case Kind::kMillionths:
      return millionths_as_double(i64);
    case Kind::kBillionths:
      return parse_double(seconds_text(i64)).value_or(0);
    default:
      return std::numeric_limits<double>::quiet_NaN();
  }
}

bool append_numeric(std::string& out, const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::kU64:
      append_number(out, cell.u64);
      return true;
    case Cell::Kind::kI64:
      append_number(out, cell.i64);
      return true;
    case Cell::Kind::kF64:
      append_number(out, cell.f64);
      return true;
    case Cell::Kind::kMillionths:
      append_millionths(out, cell.i64);
      return true;
    case Cell::Kind::kBillionths:
      out += seconds_text(cell.i64);
      return true;
    default:
      return false;
  }
}

}  // namespace netml
