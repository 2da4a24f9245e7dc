#include "netml/commands/extract.hpp"

#include <nlohmann/json.hpp>

#include "netml/commands/extraction.hpp"
#include "netml/commands/table_output.hpp"
#include "netml/core/error.hpp"
#include "netml/core/log.hpp"

namespace netml {
namespace {

// Rows on their way to the named output, opened when the columns are known.
class OutputRows final : public LabelledRows {
 public:
  OutputRows(const ExtractCommand& command, bool has_labels)
      : LabelledRows(has_labels),
        command_(command),
        format_(choose_format(command.format, command.output)),
        text_mode_(command.raw_text || command.recipe.preset == Preset::kNfstream
                       ? TextMode::kRaw
                       : TextMode::kSafe) {}

  void commit() { output_->commit(schema()); }

 protected:
  RowSink& open(const Schema&, const Recipe& recipe) override {
    output_ = std::make_unique<TableOutput>(command_.output, format_, recipe, text_mode_);
    return output_->sink();
  }

 private:
  const ExtractCommand& command_;
  TableFormat format_;
  TextMode text_mode_;
  std::unique_ptr<TableOutput> output_;
};

}  // namespace

int run_extract(const ExtractCommand& command, const RunContext& context) {
  require_distinct_files(command.inputs.files(), {command.output, context.summary_path});
  Extraction extraction(command.inputs, command.recipe, {command.flow_limit, context.threads});
  OutputRows rows(command, extraction.labeler() != nullptr);
  ExtractResult result = extraction.run(rows);
  require_usable(result);
  report_inputs(result);
  if (const Labeler* labeler = extraction.labeler()) {
    report_labels(*labeler);
    if (const std::string reason = labeler->nothing_matched(); !reason.empty()) {
      log::warning(reason);
    }
  }
  try {
    if (!rows.is_done()) {
      rows.commit();
    }
    result.output_closed = rows.is_done();
  } catch (const BrokenPipe&) {
    result.output_closed = true;
  }
  const int status = result.exit_status();
  nlohmann::ordered_json summary = summary_of(result, status);
  if (const Labeler* labeler = extraction.labeler()) {
    add_labels(summary, *labeler);
  }
  write_summary(context, summary);
  return status;
}

}  // namespace netml
