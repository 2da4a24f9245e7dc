#pragma once

#include <memory>

#include "netml/core/output_file.hpp"
#include "netml/core/text_format.hpp"
#include "netml/table/row_sink.hpp"

namespace netml {

/// How cells become CSV text.
enum class CsvDialect {
  kRfc4180,   ///< quotes where needed, doubled inside; missing values are empty cells
  kNfstream,  ///< NFStream's to_csv: all text quoted with \" inside, Python's number text
};

/// Comma-separated values with a header line, streaming. Lists are written as "[1, 2, 3]".
class CsvWriter final : public RowSink {
 public:
  /// `file` must outlive the writer; the caller commits it.
  CsvWriter(OutputFile& file, CsvDialect dialect, TextMode text_mode);

  void begin(const Schema& schema) override;
  void row(std::span<const Cell> row) override;
  std::unique_ptr<RowFormat> row_format() const override;
  void lines(std::string_view text) override;
  void flush() override;
  void end() override;

 private:
  OutputFile& file_;
  CsvDialect dialect_;
  TextMode text_mode_;
  std::unique_ptr<RowFormat> format_;
  CharBuffer line_;
};

}  // namespace netml
