#include "netml/table/anonymized_rows.hpp"

#include <algorithm>

#include "netml/core/error.hpp"
#include "netml/core/suggest.hpp"
#include "netml/core/text_format.hpp"

namespace netml {

std::vector<std::size_t> anonymized_columns(const Schema& schema,
                                            const std::vector<std::string>& names) {
  std::vector<std::string> texts;
  for (const ColumnInfo& column : schema.columns) {
    if (column.type == ColumnType::kText) {
      texts.push_back(column.name);
    }
  }
  const std::string choice =
      texts.empty() ? "this table has no text" : "those with text are " + join(texts, ", ");
  std::vector<std::size_t> columns;
  for (const std::string& name : names) {
    const auto found = schema.find(name);
    if (!found) {
      throw UsageError("--anonymize: unknown column '" + printable(name) + "'" +
                       did_you_mean(name, schema.names()) + "; " + choice);
    }
    if (schema.columns[*found].type != ColumnType::kText) {
      throw UsageError("--anonymize: column '" + printable(name) +
                       "' holds numbers, which can be left out with --columns but not replaced; " +
                       choice);
    }
    if (std::find(columns.begin(), columns.end(), *found) == columns.end()) {
      columns.push_back(*found);
    }
  }
  return columns;
}

Schema anonymized_schema(Schema schema, const std::vector<std::size_t>& columns) {
  for (const std::size_t i : columns) {
    schema.columns[i].definition += "; here a pseudonym (--anonymize)";
  }
  return schema;
}

// Puts pseudonyms into a copy of a row.
class AnonymizedRows::Replacer {
 public:
  Replacer(const Anonymization& anonymization, std::vector<std::size_t> columns)
      : pseudonyms_(anonymization.key, anonymization.mode),
        columns_(std::move(columns)),
        texts_(columns_.size()) {}

  // Valid until the next call.
  std::span<const Cell> replaced(std::span<const Cell> row) {
    cells_.assign(row.begin(), row.end());
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      Cell& cell = cells_[columns_[i]];
      if (cell.kind == Cell::Kind::kText && !cell.text.empty()) {
        texts_[i] = pseudonyms_.of(cell.text);
        cell = Cell::plain(texts_[i]);
      }
    }
    return cells_;
  }

 private:
  Pseudonyms pseudonyms_;
  std::vector<std::size_t> columns_;
  std::vector<std::string> texts_;
  std::vector<Cell> cells_;
};

namespace {

template <typename Replacer>
class AnonymizedFormat final : public RowFormat {
 public:
  AnonymizedFormat(std::unique_ptr<RowFormat> format, Replacer replacer)
      : format_(std::move(format)), replacer_(std::move(replacer)) {}

  void append(std::span<const Cell> row, CharBuffer& out) override {
    format_->append(replacer_->replaced(row), out);
  }

 private:
  std::unique_ptr<RowFormat> format_;
  Replacer replacer_;
};

}  // namespace

AnonymizedRows::AnonymizedRows(RowSink& sink, Anonymization anonymization)
    : sink_(sink), anonymization_(std::move(anonymization)) {}
AnonymizedRows::~AnonymizedRows() = default;

void AnonymizedRows::begin(const Schema& schema) {
  columns_ = anonymized_columns(schema, anonymization_.columns);
  replacer_ = std::make_unique<Replacer>(anonymization_, columns_);
  schema_ = anonymized_schema(schema, columns_);
  sink_.begin(schema_);
}

void AnonymizedRows::row(std::span<const Cell> row) {
  sink_.row(replacer_->replaced(row));
}

std::unique_ptr<RowFormat> AnonymizedRows::row_format() const {
  auto format = sink_.row_format();
  if (!format) {
    return nullptr;
  }
  auto replacer = std::make_unique<Replacer>(anonymization_, columns_);
  return std::make_unique<AnonymizedFormat<decltype(replacer)>>(std::move(format),
                                                                std::move(replacer));
}

}  // namespace netml
