#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include <zlib.h>

#include "netml/core/error.hpp"
#include "netml/core/output_file.hpp"
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

std::string cell_text(const Cell& cell) {
  std::string text;
  if (!append_numeric(text, cell) && cell.kind == Cell::Kind::kText) {
    text = cell.text;
  }
  return text;
}

// Fixed-width unicode values.
class TextArray {
 public:
  void add(std::string_view text) {
    values_.push_back(to_ucs4(text));
    width_ = std::max(width_, values_.back().size());
  }
  std::string descr() const { return "'<U" + std::to_string(width_) + "'"; }
  std::size_t width() const { return width_; }
  void append_to(std::string& out, std::size_t i) const {
    out += bytes_of(values_[i]);
    out.append((width_ - values_[i].size()) * sizeof(char32_t), '\0');
  }

 private:
  std::vector<std::u32string> values_;
  std::size_t width_ = 1;
};

}  // namespace

class NpzWriter::Writer {
 public:
  Writer(const std::string& path, NpzOptions options)
      : options_(std::move(options)),
        file_((require_regular_output(path, "npz", kWhyRegular), path)) {
    if (!file_.is_regular()) {
      throw UsageError(printable(path) + ": npz needs a regular file");
    }
  }

  void begin(const Schema& schema) {
    Schema keys;
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
        key_columns_.push_back(i);
        keys.columns.push_back(column);
      } else {
        matrix_columns_.push_back(i);
        matrix_names_.push_back(column.name);
      }
    }
    keys_ = Table(std::move(keys));
    key_row_.resize(key_columns_.size());
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
      const double label = row[*label_].number();
      labels_.push_back(std::isnan(label) ? -1 : static_cast<std::int64_t>(label));
    }
    for (std::size_t i = 0; i < key_columns_.size(); ++i) {
      key_row_[i] = row[key_columns_[i]];
    }
    keys_.append(key_row_);
    ++rows_;
  }

  void end() {
    finish_matrix();
    if (label_) {
      add_member(
          "y", "'<i8'", one_extent(rows_),
          {reinterpret_cast<const char*>(labels_.data()), labels_.size() * sizeof(std::int64_t)});
    }
    TextArray names;
    std::string bytes;
    for (const std::string& name : matrix_names_) {
      names.add(name);
    }
    for (std::size_t i = 0; i < matrix_names_.size(); ++i) {
      names.append_to(bytes, i);
    }
    add_member("columns", names.descr(), one_extent(matrix_names_.size()), bytes);
    if (!key_columns_.empty()) {
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

  void add_keys() {
    const std::size_t columns = key_columns_.size();
    std::vector<std::optional<TextArray>> texts(columns);
    std::string descr = "[";
    std::size_t width = 0;
    for (std::size_t i = 0; i < columns; ++i) {
      const ColumnInfo& column = keys_.schema().columns[i];
      bool is_text = column.type == ColumnType::kText;
      for (std::size_t r = 0; r < rows_ && !is_text; ++r) {
        is_text = keys_.cell(r, i).kind == Cell::Kind::kMissing;
      }
      std::string type = column.type == ColumnType::kU64   ? "'<u8'"
                         : column.type == ColumnType::kI64 ? "'<i8'"
                                                           : "'<f8'";
      if (is_text) {
        texts[i].emplace();
        for (std::size_t r = 0; r < rows_; ++r) {
          texts[i]->add(cell_text(keys_.cell(r, i)));
        }
        type = texts[i]->descr();
      }
      width += texts[i] ? texts[i]->width() * sizeof(char32_t) : sizeof(double);
      descr += (i == 0 ? "(" : ", (") + python_literal(column.name) + ", " + type + ")";
    }
    descr += "]";
    std::string bytes;
    bytes.reserve(static_cast<std::size_t>(rows_) * width);
    for (std::size_t r = 0; r < rows_; ++r) {
      for (std::size_t i = 0; i < columns; ++i) {
        if (texts[i]) {
          texts[i]->append_to(bytes, r);
        } else {
          const Cell cell = keys_.cell(r, i);
          bytes.append(reinterpret_cast<const char*>(&cell.u64), sizeof cell.u64);
        }
      }
    }
    add_member("keys", descr, one_extent(rows_), bytes);
  }

  NpzOptions options_;
  OutputFile file_;
  std::uint64_t offset_ = 0;
  std::vector<ZipMember> members_;
  ZipMember matrix_;
  std::vector<std::size_t> matrix_columns_, key_columns_;
  std::vector<std::string> matrix_names_;
  std::optional<std::size_t> label_;
  std::vector<double> values_;
  std::vector<std::int64_t> labels_;
  std::vector<Cell> key_row_;
  Table keys_;
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
