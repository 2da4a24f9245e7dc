#include "netml/table/csv_read.hpp"

#include <limits>
#include <optional>
#include <set>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"
#include "netml/table/csv_scanner.hpp"
#include "netml/table/identity.hpp"
#include "netml/table/table_budget.hpp"

namespace netml {
namespace {

constexpr std::size_t kMostColumns = 65536;

enum class CellKind {
  kMissing,
  kWhole,
  kBigWhole,
  kNegative,
  kReal,
  kNotFinite,
  kOutOfRange,
  kText
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view number_part(std::string_view cell) {
  cell = trim(cell);
  if (cell.size() > 1 && cell[0] == '+' && (is_digit(cell[1]) || cell[1] == '.')) {
    cell.remove_prefix(1);
  }
  return cell;
}

bool is_not_finite(std::string_view text) {
  if (text.size() > 9) {
    return false;
  }
  if (text[0] == '-' || text[0] == '+') {
    text.remove_prefix(1);
  }
  const std::string lower = to_lower(text);
  return lower == "nan" || lower == "inf" || lower == "infinity";
}

// A number by its characters that is too large or too small for a double.
bool is_out_of_range(std::string_view text) {
  return text.find_first_of("0123456789") != std::string_view::npos &&
         text.find_first_not_of("0123456789.eE+-") == std::string_view::npos &&
         text.find_first_of("eE.") != 0 && parse_double(text.substr(0, text.find_first_of("eE"))) &&
         text.find_last_of("0123456789") == text.size() - 1;
}

CellKind kind_of(std::string_view cell) {
  const std::string_view text = number_part(cell);
  if (text.empty()) {
    return CellKind::kMissing;
  }
  if (const auto whole = parse_u64(text)) {
    constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return *whole > kLargest ? CellKind::kBigWhole : CellKind::kWhole;
  }
  if (parse_i64(text)) {
    return CellKind::kNegative;
  }
  if (parse_double(text)) {
    return CellKind::kReal;
  }
  if (is_not_finite(text)) {
    return CellKind::kNotFinite;
  }
  return is_out_of_range(text) ? CellKind::kOutOfRange : CellKind::kText;
}

// Which kinds of cells a column has.
struct ColumnSurvey {
  bool keeps_text = false;  ///< numbers only where they are written as they stand here
  bool text = false;
  bool real = false;
  bool negative = false;
  bool big = false;
  bool whole = false;
  std::uint64_t first_text_line = 0;
  std::string first_text;        ///< as printed
  std::uint64_t text_bytes = 0;  ///< that the cells take as text
  bool changes_whole = false;    ///< a cell is written differently as a whole number
  bool changes_real = false;     ///< likewise as a double

  void add(CellKind kind, std::string_view cell, std::uint64_t line) {
    if (kind == CellKind::kText && !text) {
      first_text_line = line;
      first_text = printable(cell);
    }
    text = text || kind == CellKind::kText;
    text_bytes += TableBudget::text_bytes(cell.size());
    real = real || kind == CellKind::kReal || kind == CellKind::kOutOfRange;
    negative = negative || kind == CellKind::kNegative;
    big = big || kind == CellKind::kBigWhole;
    whole = whole || kind == CellKind::kWhole;
    if (keeps_text && kind != CellKind::kText) {
      compare(kind, trim(cell));
    }
  }

  void compare(CellKind kind, std::string_view cell) {
    if (kind == CellKind::kMissing || kind == CellKind::kNotFinite) {
      return;
    }
    const std::string_view digits = cell.substr(cell[0] == '-' ? 1 : 0);
    changes_whole = changes_whole || cell[0] == '+' || (digits[0] == '0' && cell.size() > 1);
    if (!changes_real) {
      const auto number = parse_double(number_part(cell));
      changes_real = !number || number_text(*number) != cell;
    }
  }

  /// Numbers and text: most likely a mark for a missing value.
  bool is_mixed() const { return text && (real || negative || big || whole); }

  ColumnType type() const {
    if (text) {
      return ColumnType::kText;
    }
    if (real || (negative && big) || !(negative || big || whole)) {
      return changes_real ? ColumnType::kText : ColumnType::kF64;
    }
    if (changes_whole) {
      return ColumnType::kText;
    }
    return negative ? ColumnType::kI64 : ColumnType::kU64;
  }
};

[[noreturn]] void refuse(const std::string& what, std::uint64_t line, const std::string& reason) {
  throw DataError(what + ": line " + std::to_string(line) + ": " + reason);
}

}  // namespace

std::string separator_hint(const std::vector<std::string>& names) {
  const bool is_one = names.size() == 1;
  const bool has_semicolon = is_one && names[0].find(';') != std::string::npos;
  return has_semicolon || (is_one && names[0].find('\t') != std::string::npos)
             ? std::string("; the header is one name with ") + (has_semicolon ? "';'" : "tabs") +
                   " in it: columns are separated by commas"
             : "";
}

namespace {

// The records of the file behind its header, each with as many cells as the header has.
class Records {
 public:
  Records(std::string_view bytes, const std::string& what)
      : what_(what), scanner_(CsvScanner::over(bytes)) {
    do {
      if (!scanner_.next()) {
        throw DataError(what + ": holds no header row");
      }
    } while (scanner_.is_blank());
    check_quotes();
    for (std::size_t i = 0; i < scanner_.size(); ++i) {
      if (scanner_[i].find('\0') != std::string_view::npos) {
        refuse(what_, scanner_.line(), "the header holds a NUL byte; this is not a CSV file");
      }
      names_.push_back(valid_utf8(trim(scanner_[i])));
    }
    if (names_.size() > kMostColumns) {
      throw DataError(what + ": more than " + std::to_string(kMostColumns) + " columns");
    }
  }

  const std::vector<std::string>& names() const { return names_; }
  const CsvScanner& record() const { return scanner_; }

  /// Line on which the record begins.
  std::uint64_t line() const noexcept { return scanner_.line(); }
  bool next() {
    do {
      if (!scanner_.next()) {
        return false;
      }
      // In a table of one column an empty line is a missing value, else it is nothing.
    } while (scanner_.is_blank() && names_.size() > 1);
    check_quotes();
    if (scanner_.size() != names_.size()) {
      refuse(what_, scanner_.line(),
             std::to_string(scanner_.size()) + " cells where the header has " +
                 std::to_string(names_.size()) + separator_hint(names_));
    }
    return true;
  }

 private:
  void check_quotes() const {
    if (!scanner_.problem().empty()) {
      refuse(what_, scanner_.line(), scanner_.problem());
    }
  }

  const std::string& what_;
  CsvScanner scanner_;
  std::vector<std::string> names_;
};

// nullopt: a number that no double holds.
std::optional<Cell> cell_of(std::string_view text, ColumnType type) {
  if (type == ColumnType::kText) {
    return text.empty() ? Cell::missing() : Cell::of(text);
  }
  const std::string_view number = number_part(text);
  switch (kind_of(text)) {
    case CellKind::kMissing:
    case CellKind::kNotFinite:
      return Cell::missing();
    case CellKind::kOutOfRange:
      return std::nullopt;
    default:
      break;
  }
  switch (type) {
    case ColumnType::kU64:
      return Cell::of(*parse_u64(number));
    case ColumnType::kI64:
      return Cell::of(*parse_i64(number));
    default:
      return Cell::of(*parse_double(number));
  }
}

// The columns that the table will have.
struct KeptColumns {
  std::vector<std::size_t> places;  ///< in the file
  Schema schema;                    ///< without types
};

// Of those with one name the first.
std::vector<std::size_t> distinct_places(const std::vector<std::string>& names,
                                         const std::string& what,
                                         std::vector<std::string>& warnings) {
  std::vector<std::size_t> places;
  std::set<std::string_view> seen;
  std::size_t nameless = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    nameless += names[i].empty() ? 1 : 0;
    if (seen.insert(names[i]).second) {
      places.push_back(i);
    } else if (!names[i].empty()) {
      warnings.push_back(what + ": column '" + printable(names[i]) +
                         "' stands twice; the first one is used");
    }
  }
  if (nameless > 1) {
    warnings.push_back(what + ": " + std::to_string(nameless) +
                       " columns have no name; the first of them is used");
  }
  return places;
}

KeptColumns kept_columns(const std::vector<std::string>& names, const Schema& described,
                         const std::string& what, std::vector<std::string>& warnings) {
  KeptColumns kept{distinct_places(names, what, warnings), {}};
  const ColumnIndex index(described);
  const bool has_run = begins_with_run(names);
  const bool begins_with_key = begins_with_identity(std::span(names).subspan(has_run ? 1 : 0));
  for (const std::size_t place : kept.places) {
    const std::string& name = names[place];
    ColumnInfo column;
    column.is_identity = is_identity_name(name) || (has_run && place == 0) ||
                         (begins_with_key && name == "protocol");
    if (const auto known = index.find(name)) {
      column = described.columns[*known];
    }
    column.name = name;
    kept.schema.columns.push_back(std::move(column));
  }
  return kept;
}

// Gives the columns their types and what follows from those; the number of rows.
std::size_t survey(KeptColumns& kept, Records& records, const std::string& what,
                   std::vector<std::string>& warnings, TableBudget& budget) {
  std::vector<ColumnSurvey> surveys(kept.places.size());
  for (std::size_t i = 0; i < surveys.size(); ++i) {
    const ColumnInfo& column = kept.schema.columns[i];
    // A label's number says which class it is, however it is written.
    surveys[i].keeps_text = column.is_identity && to_lower(column.name) != "label";
  }
  std::size_t rows = 0;
  while (records.next()) {
    ++rows;
    for (std::size_t i = 0; i < surveys.size(); ++i) {
      const std::string_view cell = records.record()[kept.places[i]];
      surveys[i].add(kind_of(cell), cell, records.line());
    }
  }
  for (std::size_t i = 0; i < surveys.size(); ++i) {
    ColumnInfo& column = kept.schema.columns[i];
    column.type = surveys[i].type();
    if (!column.is_identity && surveys[i].is_mixed()) {
      warnings.push_back(what + ": column '" + printable(column.name) + "' is not numeric: '" +
                         surveys[i].first_text + "' in line " +
                         std::to_string(surveys[i].first_text_line) + "; no model will see it");
    }
    column.is_identity = column.is_identity || column.type == ColumnType::kText;
    budget.take(column.type == ColumnType::kText ? surveys[i].text_bytes
                                                 : rows * TableBudget::kNumberBytes);
  }
  return rows;
}

}  // namespace

Table read_csv(std::string_view bytes, const std::string& what, std::vector<std::string>& warnings,
               const Schema& described, std::uint64_t memory_limit) {
  Records surveyed(bytes, what);
  TableBudget budget(what, memory_limit);
  budget.take(bytes.size());
  budget.take(surveyed.names().size(), TableBudget::kColumnBytes);
  KeptColumns kept = kept_columns(surveyed.names(), described, what, warnings);
  const std::size_t rows = survey(kept, surveyed, what, warnings, budget);
  Table table(std::move(kept.schema));
  table.reserve(rows);
  Records records(bytes, what);
  std::vector<Cell> row(kept.places.size());
  while (records.next()) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const ColumnInfo& column = table.schema().columns[i];
      const std::string_view text = records.record()[kept.places[i]];
      const std::optional<Cell> cell = cell_of(text, column.type);
      if (!cell) {
        refuse(what, records.line(),
               "column '" + printable(column.name) + "': " + printable(text) + " is out of range");
      }
      row[i] = *cell;
    }
    table.append(row);
  }
  return table;
}

}  // namespace netml
