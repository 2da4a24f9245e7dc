#include "netml/commands/extract.hpp"

#include <nlohmann/json.hpp>

#include "netml/commands/extraction.hpp"
#include "netml/commands/table_output.hpp"
#include "netml/core/error.hpp"
#include "netml/core/log.hpp"

namespace netml {

int run_extract(const ExtractCommand& command, const RunContext& context) {
  const TextMode text_mode =
      command.raw_text || command.recipe.preset == Preset::kNfstream ? TextMode::kRaw : TextMode::kSafe;
  const TableFormat format = choose_format(command.format, command.output);
  Extraction extraction(command.inputs, command.recipe, command.flow_limit);
  std::unique_ptr<TableOutput> output;
  Schema schema;
  const ExtractResult result = extraction.run([&](const Schema& columns, const Recipe& recipe) -> RowSink& {
    schema = columns;
    output = std::make_unique<TableOutput>(command.output, format, recipe, text_mode);
    output->sink().begin(columns);
    return output->sink();
  });
  require_usable(result);
  report_inputs(result);
  nlohmann::ordered_json summary = summary_of(result, result.exit_status());
  if (const Labeler* labeler = extraction.labeler()) {
    report_labels(*labeler);
    add_labels(summary, *labeler);
    if (labeler->matched() == 0 && labeler->unmatched() != 0 && !labeler->files().empty()) {
      log::warning(labeler->files().front().nothing_matched(labeler->first_ns(), labeler->last_ns()));
    }
  }
  if (!result.output_closed) {
    try {
      output->commit(schema);
    } catch (const BrokenPipe&) {
      summary["status"] = exit_status::kBrokenPipe;
      write_summary(context, summary);
      throw;
    }
  }
  write_summary(context, summary);
  return result.exit_status();
}

}  // namespace netml
