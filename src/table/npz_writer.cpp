#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <vector>

#include <zlib.h>

#include "netml/core/error.hpp"
#include "netml/core/output_file.hpp"
#include "netml/core/spool_file.hpp"
#include "netml/core/text_format.hpp"
#include "netml/table/npz.hpp"
#include "netml/table/regular_output.hpp"

#include "npy_format.hpp"
#include "zip_format.hpp"

namespace netml {
namespace {

// Room for two 20-digit extents, so that the header of X keeps its length.
constexpr std::size_t kMatrixHeader = 128;
constexpr char kWhyRegular[] = "because the row count stands in its header";

std::string_view bytes_of(const std::u32string& codes) {
  return {reinterpret_cast<const char*>(codes.data()), codes.size() * sizeof(char32_t)};
}

// A cell as a column of keys keeps it: of the column's type, or missing.
Cell key_cell(const Cell& cell, ColumnType type) {
  const bool keeps_kind =
      type == ColumnType::kText || type == ColumnType::kU64 || type == ColumnType::kI64;
  if (!keeps_kind) {
    return Cell::of(cell.number());
  }
  return cell.fits(type) ? cell : Cell::missing();
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0; });
}

std::size_t ucs4_length(std::string_view text) {
  return is_ascii(text) ? text.size() : to_ucs4(text).size();
}

void append_ucs4(std::string& out, std::string_view text, std::size_t width) {
  const std::u32string codes =
      is_ascii(text) ? std::u32string(text.begin(), text.end()) : to_ucs4(text);
  out += bytes_of(codes);
  out.append((width - codes.size()) * sizeof(char32_t), '\0');
}

// A column of keys. Where a number is missing somewhere all of them become text.
struct KeyColumn {
  std::size_t place;  ///< in a row
  std::string name;
  ColumnType type;
  bool is_text;
  std::size_t width = 1;  ///< of the longest as text

  std::string descr() const {
    return is_text                    ? "'<U" + std::to_string(width) + "'"
           : type == ColumnType::kU64 ? "'<u8'"
           : type == ColumnType::kI64 ? "'<i8'"
                                      : "'<f8'";
  }
  std::size_t bytes() const { return is_text ? width * sizeof(char32_t) : sizeof(double); }
};

// The keys of the rows, which wait for the end: only then it is known how wide they are.
class KeySpool {
 public:
  explicit KeySpool(const std::string& path) : file_(path) {}

  void add_column(const ColumnInfo& column, std::size_t place) {
    columns_.push_back({place, column.name, column.type, column.type == ColumnType::kText});
  }
  bool is_empty() const { return columns_.empty(); }

  void add(std::span<const Cell> row) {
    for (KeyColumn& column : columns_) {
      const Cell cell = key_cell(row[column.place], column.type);
      const char kind = static_cast<char>(cell.kind);
      file_.write({&kind, 1});
      if (cell.kind == Cell::Kind::kMissing) {
        column.is_text = true;
        continue;
      }
      if (cell.kind == Cell::Kind::kText) {
        const std::uint64_t length = cell.text.size();
        file_.write({reinterpret_cast<const char*>(&length), sizeof length});
        file_.write(cell.text);
        column.width = std::max(column.width, ucs4_length(cell.text));
        continue;
      }
      file_.write({reinterpret_cast<const char*>(&cell.u64), sizeof cell.u64});
      text_.clear();
      append_numeric(text_, cell);
      column.width = std::max(column.width, text_.size());
    }
  }

  std::string descr() const {
    std::string list = "[";
    for (const KeyColumn& column : columns_) {
      list += list.size() == 1 ? "(" : ", (";
      list += python_literal(column.name);
      list += ", ";
      list += column.descr();
      list += ")";
    }
    return list + "]";
  }
  std::size_t record_bytes() const {
    return std::accumulate(
        columns_.begin(), columns_.end(), std::size_t{0},
        [](std::size_t sum, const KeyColumn& column) { return sum + column.bytes(); });
  }

  void begin_reading() { file_.begin_reading(); }
  /// The record of the next row.
  void read(std::string& record) {
    record.clear();
    for (const KeyColumn& column : columns_) {
      const Cell cell = read_cell();
      if (column.is_text) {
        if (cell.kind != Cell::Kind::kText) {
          text_.clear();
          append_numeric(text_, cell);
        }
        append_ucs4(record, text_, column.width);
      } else {
        record.append(reinterpret_cast<const char*>(&cell.u64), sizeof cell.u64);
      }
    }
  }

 private:
  // A text is left in text_.
  Cell read_cell() {
    char kind = 0;
    file_.read(&kind, 1);
    Cell cell(static_cast<Cell::Kind>(kind));
    if (cell.kind == Cell::Kind::kMissing) {
      return cell;
    }
    std::uint64_t value = 0;
    file_.read(reinterpret_cast<char*>(&value), sizeof value);
    if (cell.kind == Cell::Kind::kText) {
      text_.resize(static_cast<std::size_t>(value));
      file_.read(text_.data(), text_.size());
      cell.text = text_;
    } else {
      cell.u64 = value;
    }
    return cell;
  }

  std::vector<KeyColumn> columns_;
  SpoolFile file_;
  std::string text_;
};

}  // namespace

class NpzWriter::Writer {
 public:
  Writer(const std::string& path, NpzOptions options)
      : options_(std::move(options)),
        file_((require_regular_output(path, "npz", kWhyRegular), path)),
        labels_(path),
        keys_(path) {
    if (!file_.is_regular()) {
      throw UsageError(printable(path) + ": npz needs a regular file");
    }
  }

  void begin(const Schema& schema) {
    for (std::size_t i = 0; i < schema.size(); ++i) {
      const ColumnInfo& column = schema.columns[i];
      if (column.type == ColumnType::kList || column.type == ColumnType::kRealList ||
          column.type == ColumnType::kTextList) {
        throw UsageError("npz cannot hold the lists of column '" + column.name +
                         "'; use --format jsonl, or leave it out with --columns");
      }
      if (column.name == options_.label_column) {
        label_ = i;
      } else if (column.is_identity || column.type == ColumnType::kText) {
        keys_.add_column(column, i);
      } else {
        matrix_columns_.push_back(i);
        matrix_names_.push_back(column.name);
      }
    }
    matrix_.name = "X.npy";
    write(zip_local_header(matrix_));
    write(matrix_header());
  }

  void row(std::span<const Cell> row) {
    values_.clear();
    for (const std::size_t i : matrix_columns_) {
      values_.push_back(row[i].number());
    }
    const std::string_view bytes(reinterpret_cast<const char*>(values_.data()),
                                 values_.size() * sizeof(double));
    write(bytes);
    rows_crc_ = zip_crc(rows_crc_, bytes);
    if (label_) {
      const double number = row[*label_].number();
      const std::int64_t label = std::isnan(number) ? -1 : static_cast<std::int64_t>(number);
      labels_.write({reinterpret_cast<const char*>(&label), sizeof label});
    }
    keys_.add(row);
    ++rows_;
  }

  void end() {
    finish_matrix();
    if (label_) {
      add_labels();
    }
    add_names();
    if (!keys_.is_empty()) {
      add_keys();
    }
    std::u32string recipe = to_ucs4(options_.recipe);
    recipe.resize(std::max<std::size_t>(recipe.size(), 1));
    add_member("recipe", "'<U" + std::to_string(recipe.size()) + "'", "()", bytes_of(recipe));
    write(zip_directory(members_, offset_));
    file_.commit();
  }

 private:
  void write(std::string_view bytes) {
    file_.write(bytes);
    offset_ += bytes.size();
  }

  static std::string one_extent(std::uint64_t count) { return "(" + std::to_string(count) + ",)"; }

  std::string matrix_header() const {
    return npy_header(
        "'<f8'", "(" + std::to_string(rows_) + ", " + std::to_string(matrix_columns_.size()) + ")",
        kMatrixHeader);
  }

  // Puts row count, size and checksum where begin() left room for them.
  void finish_matrix() {
    const std::string header = matrix_header();
    const std::uint64_t rows_bytes = rows_ * matrix_columns_.size() * sizeof(double);
    matrix_.size = header.size() + rows_bytes;
    matrix_.crc = static_cast<std::uint32_t>(
        crc32_combine(zip_crc(0, header), rows_crc_, static_cast<z_off_t>(rows_bytes)));
    file_.write_at(0, zip_local_header(matrix_) + header);
    members_.push_back(matrix_);
  }

  void add_member(const std::string& name, std::string_view descr, std::string_view shape,
                  std::string_view values) {
    const std::string header = npy_header(descr, shape);
    ZipMember member;
    member.name = name + ".npy";
    member.size = header.size() + values.size();
    member.crc = zip_crc(zip_crc(0, header), values);
    member.offset = offset_;
    write(zip_local_header(member));
    write(header);
    write(values);
    members_.push_back(member);
  }

  // A member whose values come row by row: `next` gives those of the next one.
  template <typename Next>
  void add_member_of_pieces(const std::string& name, std::string_view descr, std::size_t bytes_each,
                            Next next) {
    const std::string header = npy_header(descr, one_extent(rows_));
    ZipMember member;
    member.name = name + ".npy";
    member.size = header.size() + rows_ * bytes_each;
    member.crc = zip_crc(0, header);
    member.offset = offset_;
    write(zip_local_header(member));
    write(header);
    for (std::uint64_t i = 0; i < rows_; ++i) {
      const std::string_view piece = next();
      write(piece);
      member.crc = zip_crc(member.crc, piece);
    }
    file_.write_at(static_cast<std::size_t>(member.offset), zip_local_header(member));
    members_.push_back(member);
  }

  void add_names() {
    std::size_t width = 1;
    for (const std::string& name : matrix_names_) {
      width = std::max(width, ucs4_length(name));
    }
    std::string bytes;
    for (const std::string& name : matrix_names_) {
      append_ucs4(bytes, name, width);
    }
    add_member("columns", "'<U" + std::to_string(width) + "'", one_extent(matrix_names_.size()),
               bytes);
  }

  void add_labels() {
    labels_.begin_reading();
    char label[sizeof(std::int64_t)];
    add_member_of_pieces("y", "'<i8'", sizeof label, [&] {
      labels_.read(label, sizeof label);
      return std::string_view(label, sizeof label);
    });
  }

  void add_keys() {
    keys_.begin_reading();
    std::string record;
    add_member_of_pieces("keys", keys_.descr(), keys_.record_bytes(), [&] {
      keys_.read(record);
      return std::string_view(record);
    });
  }

  NpzOptions options_;
  OutputFile file_;
  std::uint64_t offset_ = 0;
  std::vector<ZipMember> members_;
  ZipMember matrix_;
  std::vector<std::size_t> matrix_columns_;
  std::vector<std::string> matrix_names_;
  std::optional<std::size_t> label_;
  std::vector<double> values_;
  SpoolFile labels_;
  KeySpool keys_;
  std::uint64_t rows_ = 0;
  std::uint32_t rows_crc_ = 0;
};

NpzWriter::NpzWriter(const std::string& path, NpzOptions options)
    : writer_(std::make_unique<Writer>(path, std::move(options))) {}
NpzWriter::~NpzWriter() = default;
void NpzWriter::begin(const Schema& schema) {
  writer_->begin(schema);
}
void NpzWriter::row(std::span<const Cell> row) {
  writer_->row(row);
}
void NpzWriter::end() {
  writer_->end();
}

}  // namespace netml
