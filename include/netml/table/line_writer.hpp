#pragma once

#include <memory>
#include <string>

#include "netml/core/output_file.hpp"
#include "netml/table/row_sink.hpp"

namespace netml {

/// A sink whose rows are lines of text, each of them formatted by itself; streaming.
class LineWriter : public RowSink {
 public:
  void begin(const Schema& schema) override;
  void row(std::span<const Cell> row) override;
  void lines(std::string_view text) override;
  void flush() override;
  void end() override;

 protected:
  /// `file` must outlive the writer; the caller commits it.
  explicit LineWriter(OutputFile& file) : file_(file) {}

 private:
  /// What stands before the first row. Called before row_format().
  virtual std::string header(const Schema& schema) = 0;

  OutputFile& file_;
  std::unique_ptr<RowFormat> format_;
  CharBuffer line_;
};

}  // namespace netml
