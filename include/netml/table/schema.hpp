#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netml {

enum class ColumnType { kU64, kI64, kF64, kText, kList, kRealList, kTextList };

/// "u64", "i64", "f64", "text", "list of i64", "list of f64", "list of text".
std::string_view to_text(ColumnType type) noexcept;

/// What a column is called and means. `netml columns` and the metadata files print these.
struct ColumnInfo {
  std::string name;
  ColumnType type = ColumnType::kF64;
  std::string unit;        ///< "ns", "ms", "bytes", "packets", "" for none
  std::string definition;  ///< one sentence
  std::string source;      ///< the reference system, RFC or paper that defines it
  bool is_identity =
      false;  ///< addresses, ports, absolute times, labels, text: no model ever sees it
};

struct Schema {
  std::vector<ColumnInfo> columns;

  std::size_t size() const noexcept { return columns.size(); }
  std::optional<std::size_t> find(std::string_view name) const noexcept;
  std::vector<std::string> names() const;
};

/// The places of columns by their names; of equal names the first. For look-ups of many: names may
/// be chosen so that a hash would not help.
class ColumnIndex {
 public:
  /// Borrows the names: `schema` must outlive the object and stay as it is.
  explicit ColumnIndex(const Schema& schema);
  std::optional<std::size_t> find(std::string_view name) const noexcept;

 private:
  std::vector<std::pair<std::string_view, std::size_t>> places_;  ///< sorted
};

/// One value of a row. Text and lists are borrowed: they live until the row has been written.
struct Cell {
  enum class Kind : std::uint8_t {
    kMissing,
    kU64,
    kI64,
    kF64,
    kMillionths,
    kBillionths,
    kText,
    kList,
    kRealList,
    kTextList
  };

  Kind kind = Kind::kMissing;
  bool is_plain = false;  ///< text that every format writes as it is (plain())
  union {
    std::uint64_t u64;
    std::int64_t i64;
    double f64;
    std::string_view text;
    std::span<const std::int64_t> list;
    std::span<const double> reals;
    std::span<const std::string> texts;
  };

  Cell() noexcept : u64(0) {}
  explicit Cell(Kind cell_kind) noexcept : kind(cell_kind), u64(0) {}

  static Cell missing() noexcept { return {}; }
  static Cell of(std::uint64_t value) noexcept {
    Cell cell(Kind::kU64);
    cell.u64 = value;
    return cell;
  }
  static Cell of(std::int64_t value) noexcept {
    Cell cell(Kind::kI64);
    cell.i64 = value;
    return cell;
  }
  /// Not finite: missing.
  static Cell of(double value) noexcept {
    Cell cell(std::isfinite(value) ? Kind::kF64 : Kind::kMissing);
    cell.f64 = value;
    return cell;
  }
  /// value / 1000000, a real number that is written exactly: nanoseconds as milliseconds.
  static Cell millionths(std::int64_t value) noexcept {
    Cell cell(Kind::kMillionths);
    cell.i64 = value;
    return cell;
  }
  /// value / 1000000000, likewise: nanoseconds as seconds.
  static Cell billionths(std::int64_t value) noexcept {
    Cell cell(Kind::kBillionths);
    cell.i64 = value;
    return cell;
  }
  static Cell of(std::string_view value) noexcept {
    Cell cell(Kind::kText);
    cell.text = value;
    return cell;
  }
  /// Text of our own making, which no writer needs to look at.
  /// Requires: letters, digits, '.', ':', '_' and inner '-' only, and not empty.
  static Cell plain(std::string_view value) noexcept {
    Cell cell = of(value);
    cell.is_plain = true;
    return cell;
  }
  static Cell of(std::span<const std::int64_t> value) noexcept {
    Cell cell(Kind::kList);
    cell.list = value;
    return cell;
  }
  static Cell of(std::span<const double> value) noexcept {
    Cell cell(Kind::kRealList);
    cell.reals = value;
    return cell;
  }
  static Cell of(std::span<const std::string> value) noexcept {
    Cell cell(Kind::kTextList);
    cell.texts = value;
    return cell;
  }

  /// True when a column of that type can hold the cell: missing ones always, any number in kF64.
  bool fits(ColumnType type) const noexcept;

  /// The value as a double; NaN when it is missing or not a number.
  double number() const noexcept;
};

/// Appends a numeric cell in its shortest exact form. False, and nothing appended, for other kinds.
bool append_numeric(std::string& out, const Cell& cell);

}  // namespace netml
