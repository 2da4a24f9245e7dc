#pragma once

#include <memory>
#include <string>
#include <vector>

#include "netml/core/output_file.hpp"
#include "netml/table/row_sink.hpp"

namespace netml {

/// One JSON object per row, streaming. Missing values are null, lists are arrays.
class JsonLinesWriter final : public RowSink {
 public:
  /// `file` must outlive the writer; the caller commits it.
  explicit JsonLinesWriter(OutputFile& file);

  void begin(const Schema& schema) override;
  void row(std::span<const Cell> row) override;
  std::unique_ptr<RowFormat> row_format() const override;
  void lines(std::string_view text) override;
  void flush() override;
  void end() override;

 private:
  OutputFile& file_;
  std::vector<std::string> keys_;  ///< `"name":` ready to write
  std::unique_ptr<RowFormat> format_;
  CharBuffer line_;
};

}  // namespace netml
