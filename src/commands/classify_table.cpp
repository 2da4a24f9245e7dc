#include "classify_table.hpp"

#include <nlohmann/json.hpp>

#include "netml/commands/feature_file.hpp"
#include "netml/commands/report_output.hpp"
#include "netml/core/error.hpp"
#include "netml/core/input_file.hpp"
#include "netml/core/interrupt.hpp"
#include "netml/core/log.hpp"
#include "netml/core/text_format.hpp"

#include "classify_outcome.hpp"
#include "model_columns.hpp"
#include "training_rows.hpp"

namespace netml {
namespace {

// A table whose columns stand in another order than the model's is another table.
std::vector<std::size_t> places_in(const Table& table, const Detector& detector,
                                   const std::string& what) {
  std::vector<std::size_t> places = find_model_columns(table, detector.columns, what);
  for (std::size_t i = 1; i < places.size(); ++i) {
    if (places[i] < places[i - 1]) {
      throw DataError(what + ": column '" + printable(detector.columns[i]) + "' stands before '" +
                      printable(detector.columns[i - 1]) +
                      "', in the model behind it; their order is part of the model");
    }
  }
  return places;
}

std::string label_text(const Table& table, std::size_t row, std::size_t column) {
  const Cell cell = table.cell(row, column);
  return cell.kind == Cell::Kind::kText ? std::string(cell.text) : std::string();
}

void score_rows(VerdictStage& stage, const Table& table, const std::vector<std::size_t>& places,
                const std::optional<std::size_t>& label_column) {
  const std::vector<RowLabel> labels = read_labels(table, label_column);
  std::vector<double> values(places.size());
  for (std::size_t row = 0; row < table.row_count() && !stage.is_done() && !stage.is_full();
       ++row) {
    if (interrupt::pending() != 0) {
      throw Interrupted{interrupt::pending()};
    }
    VerdictSubject subject;
    subject.row = row;
    if (labels[row] != RowLabel::kNone) {
      subject.label = labels[row] == RowLabel::kAbnormal ? 1 : 0;
      subject.label_name = label_text(table, row, *label_column);
    }
    for (std::size_t i = 0; i < places.size(); ++i) {
      values[i] = table.number(row, places[i]);
    }
    stage.add(std::move(subject), values);
  }
}

}  // namespace

int classify_table(const ClassifyCommand& command, const Detector& detector,
                   const RunContext& context) {
  StageOptions options = stage_options(command, context);
  options.memory_limit = command.memory_limit;
  const FeatureFile file = read_feature_file(command.table, options.memory_limit);
  for (const std::string& warning : file.warnings) {
    log::warning(warning);
  }
  const std::string what = input_name(command.table);
  const std::vector<std::size_t> places = places_in(file.table, detector, what);
  const auto label_column = find_label_column(file.table, command.label_column);
  OutputFile output(command.output);
  OutputGroup files;
  open_report(files, command.report);
  check_summary(context);
  try {
    const auto writer = make_row_verdict_writer(command, output, file.table);
    VerdictStage stage(detector, *writer, output, options);
    log_waiting(command);
    score_rows(stage, file.table, places, label_column);
    stage.finish();
    if (stage.is_done()) {
      throw BrokenPipe{};
    }
    if (stage.is_full()) {
      log::error(what + ": " + kVerdictsFull);
    }
    const int status = stage.is_full() ? exit_status::kLimitReached
                                       : final_status(exit_status::kOk, stage, command);
    nlohmann::ordered_json summary = summary_of_files({command.table}, status);
    summary["rows"] = file.table.row_count();
    add_outcome(summary, stage, label_column.has_value());
    log_outcome(command, stage, label_column.has_value());
    write_classify_report(files, command, detector, stage, &file.table);
    commit_verdicts(&output, files, context, summary);
    return status;
  } catch (const BrokenPipe&) {
    nlohmann::ordered_json summary = summary_of_files({command.table}, exit_status::kBrokenPipe);
    summary["rows"] = file.table.row_count();
    write_summary(context, summary);
    return exit_status::kBrokenPipe;
  }
}

}  // namespace netml
