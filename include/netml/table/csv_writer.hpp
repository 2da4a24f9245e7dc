#pragma once

#include <string>
#include <vector>

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
  void flush() override;
  void end() override;

 private:
  char* write_cell(char* out, const Cell& cell);
  /// Makes room for `count` more characters behind `out`; the place to go on.
  char* make_room(char* out, std::size_t count);
  char* copy(char* out, std::string_view text);

  OutputFile& file_;
  CsvDialect dialect_;
  TextMode text_mode_;
  std::size_t row_room_ = 0;
  std::vector<char> line_;  ///< the line so far; numbers are written in place
  std::string text_;        ///< an encoded text cell or list on its way into the line
};

}  // namespace netml
