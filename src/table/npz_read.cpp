#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <vector>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"
#include "netml/table/identity.hpp"
#include "netml/table/npz.hpp"
#include "netml/table/table_budget.hpp"

#include "npy_format.hpp"
#include "zip_format.hpp"

namespace netml {
namespace {

class NpzReader {
 public:
  NpzReader(std::string_view bytes, const std::string& what, std::uint64_t memory_limit)
      : what_(what), budget_(what, memory_limit), entries_(read_zip(bytes, what)) {
    budget_.take(bytes.size());
  }

  NpzFile read() {
    const auto x = member("X");
    if (!x || x->is_structured || x->shape.size() != 2 || is_text(x->fields[0])) {
      throw DataError(what_ + ": the archive holds no table of numbers named 'X'");
    }
    matrix_ = *x;
    rows_ = static_cast<std::size_t>(matrix_.shape[0]);
    if (rows_ > 0 && matrix_.shape[1] == 0) {
      throw DataError(what_ + ": 'X' has rows without columns");
    }
    names_ = member("columns");
    if (names_ && (names_->is_structured || !is_text(names_->fields[0]) ||
                   names_->shape.size() != 1 || names_->shape[0] != matrix_.shape[1])) {
      throw DataError(what_ + ": 'columns' does not name each column of 'X'");
    }
    labels_ = per_row("y");
    keys_ = per_row("keys");
    if (labels_ && (labels_->is_structured || is_text(labels_->fields[0]))) {
      throw DataError(what_ + ": 'y' does not hold numbers");
    }
    if (keys_ && !keys_->is_structured) {
      keys_.reset();  // somebody else's idea of keys
    }
    Table table(schema());
    take_cells(table.schema());
    table.reserve(rows_);
    return {fill(std::move(table)), recipe()};
  }

 private:
  static bool is_text(const NpyField& field) { return field.kind == 'U' || field.kind == 'S'; }

  std::optional<NpyArray> member(const std::string& name) const {
    for (const ZipEntry& entry : entries_) {
      if (entry.name == name + ".npy") {
        return parse_npy(entry.bytes, what_ + ": member '" + name + "'");
      }
    }
    return std::nullopt;
  }

  std::optional<NpyArray> per_row(const std::string& name) const {
    auto array = member(name);
    if (array && (array->shape.size() != 1 || array->shape[0] != rows_)) {
      throw DataError(what_ + ": '" + name + "' does not have one value for each row of 'X'");
    }
    return array;
  }

  // Without names each column takes bytes in every row; either way the file can hold as many.
  std::size_t column_count() const {
    return rows_ == 0 && !names_ ? 0 : static_cast<std::size_t>(matrix_.shape[1]);
  }

  std::vector<std::string> column_names() const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < column_count(); ++i) {
      names.push_back(
          names_ ? npy_text(names_->fields[0], names_->values.data() + i * names_->record_width)
                 : "x" + std::to_string(i));
    }
    return names;
  }

  static ColumnType type_of(const NpyField& field) {
    switch (field.kind) {
      case 'u':
      case 'b':
        return ColumnType::kU64;
      case 'i':
        return ColumnType::kI64;
      case 'f':
        return ColumnType::kF64;
      default:
        return ColumnType::kText;
    }
  }

  Schema schema() {
    budget_.take((keys_ ? keys_->fields.size() : 0) + column_count() + (labels_ ? 1 : 0),
                 TableBudget::kColumnBytes);
    Schema schema;
    const auto add = [&](const std::string& name, ColumnType type, bool is_identity) {
      budget_.take(2, name.size());  // here, and where the names are read
      ColumnInfo column;
      column.name = name;
      column.type = type;
      column.is_identity = is_identity || is_identity_name(name);
      schema.columns.push_back(std::move(column));
    };
    if (keys_) {
      for (const NpyField& field : keys_->fields) {
        add(field.name, type_of(field), true);
      }
    }
    matrix_begin_ = schema.size();
    for (const std::string& name : column_names()) {
      add(name, ColumnType::kF64, false);
    }
    matrix_end_ = schema.size();
    if (labels_) {
      add("label", ColumnType::kI64, true);
    }
    std::set<std::string_view> seen;
    for (const ColumnInfo& column : schema.columns) {
      if (!seen.insert(column.name).second) {
        throw DataError(what_ + ": column '" + printable(column.name) + "' stands twice");
      }
    }
    return schema;
  }

  // All but what long texts take beside their cells, which is counted as they come.
  void take_cells(const Schema& schema) {
    for (const ColumnInfo& column : schema.columns) {
      budget_.take(rows_, column.type == ColumnType::kText ? TableBudget::text_bytes(0)
                                                           : TableBudget::kNumberBytes);
    }
  }

  Table fill(Table table) {
    std::vector<Cell> row(table.schema().size());
    std::vector<std::string> texts(matrix_begin_);
    for (std::size_t r = 0; r < rows_; ++r) {
      for (std::size_t i = 0; i < matrix_begin_; ++i) {
        row[i] =
            key_cell(keys_->fields[i], keys_->values.data() + r * keys_->record_width, texts[i]);
        budget_.take(TableBudget::text_bytes(texts[i].size()) - TableBudget::text_bytes(0));
      }
      const char* values =
          matrix_.values.data() + r * (matrix_end_ - matrix_begin_) * matrix_.record_width;
      for (std::size_t i = matrix_begin_; i < matrix_end_; ++i) {
        row[i] = Cell::of(npy_number(matrix_.fields[0], values));
        values += matrix_.record_width;
      }
      if (labels_) {
        const double label =
            npy_number(labels_->fields[0], labels_->values.data() + r * labels_->record_width);
        row.back() = std::isfinite(label) && label >= 0 && label <= 1e9
                         ? Cell::of(static_cast<std::int64_t>(label))
                         : Cell::missing();
      }
      table.append(row);
    }
    return table;
  }

  static Cell key_cell(const NpyField& field, const char* record, std::string& text) {
    switch (type_of(field)) {
      case ColumnType::kU64:
        return Cell::of(npy_u64(field, record));
      case ColumnType::kI64:
        return Cell::of(npy_i64(field, record));
      case ColumnType::kF64:
        return Cell::of(npy_number(field, record));
      default:
        text = npy_text(field, record);
        return text.empty() ? Cell::missing() : Cell::of(std::string_view(text));
    }
  }

  std::string recipe() const {
    const auto array = member("recipe");
    if (!array || array->is_structured || !array->shape.empty() || !is_text(array->fields[0])) {
      return "";
    }
    return npy_text(array->fields[0], array->values.data());
  }

  const std::string& what_;
  TableBudget budget_;
  std::vector<ZipEntry> entries_;
  NpyArray matrix_;
  std::optional<NpyArray> names_, labels_, keys_;
  std::size_t rows_ = 0;
  std::size_t matrix_begin_ = 0, matrix_end_ = 0;
};

}  // namespace

bool looks_like_npz(std::string_view bytes) noexcept {
  return bytes.substr(0, 4) == std::string_view("PK\x03\x04", 4) ||
         bytes.substr(0, 4) == std::string_view("PK\x05\x06", 4);
}

NpzFile read_npz(std::string_view bytes, const std::string& what, std::uint64_t memory_limit) {
  return NpzReader(bytes, what, memory_limit).read();
}

}  // namespace netml
