#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "netml/commands/flow_rows.hpp"
#include "netml/core/output_file.hpp"
#include "netml/features/feature_set.hpp"
#include "netml/pipeline/extractor.hpp"
#include "netml/table/csv_writer.hpp"

#include "fuzz.hpp"

// Ways of flows into CSV text that stays in memory.
namespace netml::fuzz {

/// Keeps rows as CSV.
class CsvText final : public RowSink {
 public:
  explicit CsvText(CsvDialect dialect)
      : nowhere_("/dev/null"), writer_(nowhere_, dialect, TextMode::kSafe) {}

  void begin(const Schema&) override { format_ = writer_.row_format(); }
  void row(std::span<const Cell> row) override { format_->append(row, text_); }
  std::unique_ptr<RowFormat> row_format() const override { return writer_.row_format(); }
  void lines(std::string_view lines) override { text_.append(lines); }
  void end() override {}

  std::string_view text() const { return text_.view(); }

 private:
  OutputFile nowhere_;
  CsvWriter writer_;
  std::unique_ptr<RowFormat> format_;
  CharBuffer text_;
};

class CsvRows final : public LabelledRows {
 public:
  explicit CsvRows(CsvText& text) : LabelledRows(false), text_(text) {}

 private:
  RowSink& open(const Schema&, const Recipe&) override { return text_; }

  CsvText& text_;
};

/// The flows of an Extractor as CSV, measured and formatted by the thread that has them.
class CsvFlows final : public FlowConsumer {
 public:
  CsvFlows(const Recipe& recipe, CsvText& text) : recipe_(recipe), text_(text) {}

  std::unique_ptr<FlowFormatter> formatter() override {
    return std::make_unique<Formatter>(recipe_, text_.row_format());
  }
  void begin_input(std::size_t, std::int64_t) override {}
  void flow(const FlowView&) override { require(false, "a formatter is used where there is one"); }
  void lines(std::string_view text) override { text_.lines(text); }

 private:
  class Formatter final : public FlowFormatter {
   public:
    Formatter(const Recipe& recipe, std::unique_ptr<RowFormat> format)
        : features_(recipe), format_(std::move(format)), cells_(features_.schema().size()) {}
    void append(const FlowView& flow, CharBuffer& out) override {
      features_.read(flow, cells_);
      format_->append(cells_, out);
    }

   private:
    FeatureSet features_;
    std::unique_ptr<RowFormat> format_;
    std::vector<Cell> cells_;
  };

  const Recipe& recipe_;
  CsvText& text_;
};

}  // namespace netml::fuzz
