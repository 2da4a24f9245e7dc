#pragma once

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
  void flush() override;
  void end() override;

 private:
  OutputFile& file_;
  std::vector<std::string> keys_;  ///< `"name":` ready to write
  std::string line_;
};

}  // namespace netml
