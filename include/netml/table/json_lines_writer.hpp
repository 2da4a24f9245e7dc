#pragma once

#include <memory>
#include <string>
#include <vector>

#include "netml/table/line_writer.hpp"

namespace netml {

/// One JSON object per row, streaming. Missing values are null, lists are arrays.
class JsonLinesWriter final : public LineWriter {
 public:
  /// `file` must outlive the writer; the caller commits it.
  explicit JsonLinesWriter(OutputFile& file) : LineWriter(file) {}

  std::unique_ptr<RowFormat> row_format() const override;

 private:
  std::string header(const Schema& schema) override;

  std::vector<std::string> keys_;  ///< `"name":` ready to write
};

}  // namespace netml
