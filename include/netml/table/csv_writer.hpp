#pragma once

#include <memory>
#include <string>

#include "netml/core/text_format.hpp"
#include "netml/table/line_writer.hpp"

namespace netml {

/// How cells become CSV text.
enum class CsvDialect {
  kRfc4180,   ///< quotes where needed, doubled inside; missing values are empty cells
  kNfstream,  ///< NFStream's to_csv: all text quoted with \" inside, Python's number text
};

/// Comma-separated values with a header line, streaming. Lists are written as "[1, 2, 3]", those of
/// text as a;b;c with a backslash before an inner semicolon or backslash.
class CsvWriter final : public LineWriter {
 public:
  /// `file` must outlive the writer; the caller commits it.
  CsvWriter(OutputFile& file, CsvDialect dialect, TextMode text_mode);

  std::unique_ptr<RowFormat> row_format() const override;

 private:
  std::string header(const Schema& schema) override;

  CsvDialect dialect_;
  TextMode text_mode_;
};

}  // namespace netml
