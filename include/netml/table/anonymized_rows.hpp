#pragma once

#include <memory>
#include <string>
#include <vector>

#include "netml/core/pseudonyms.hpp"
#include "netml/table/row_sink.hpp"

namespace netml {

/// What --anonymize asks for.
struct Anonymization {
  std::vector<std::string> columns;  ///< empty: nothing
  PseudonymKey key{};
  bool has_own_key = false;  ///< which will serve again; else it is random
  PseudonymMode mode = PseudonymMode::kDigest;
};

/// Columns of text that hold the names, in any order. Throws UsageError: an unknown column (with a
/// suggestion), or one that does not hold text, naming those of the table that do.
std::vector<std::size_t> anonymized_columns(const Schema& schema,
                                            const std::vector<std::string>& names);

/// The same columns, of which these say in their definition what became of them.
Schema anonymized_schema(Schema schema, const std::vector<std::size_t>& columns);

/// Rows on their way to a sink, with the text of some columns replaced by pseudonyms. Missing
/// values stay missing. Rows are formatted on any thread as those of the sink are.
class AnonymizedRows final : public RowSink {
 public:
  /// `sink` must outlive the object.
  AnonymizedRows(RowSink& sink, Anonymization anonymization);
  ~AnonymizedRows() override;

  /// Throws UsageError (see anonymized_columns) and what the sink throws.
  void begin(const Schema& schema) override;
  /// What the sink was given. After begin().
  const Schema& schema() const noexcept { return schema_; }
  void row(std::span<const Cell> row) override;
  std::unique_ptr<RowFormat> row_format() const override;
  void lines(std::string_view text) override { sink_.lines(text); }
  void flush() override { sink_.flush(); }
  void end() override { sink_.end(); }

 private:
  class Replacer;

  RowSink& sink_;
  Anonymization anonymization_;
  std::vector<std::size_t> columns_;
  Schema schema_;
  std::unique_ptr<Replacer> replacer_;
};

}  // namespace netml
