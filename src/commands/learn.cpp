#include "netml/commands/learn.hpp"

#include <cstdio>
#include <optional>

#include <nlohmann/json.hpp>

#include "netml/commands/extraction.hpp"
#include "netml/commands/table_output.hpp"
#include "netml/core/error.hpp"
#include "netml/core/log.hpp"
#include "netml/core/sha256.hpp"
#include "netml/core/text_format.hpp"
#include "netml/table/table_sink.hpp"

namespace netml {
namespace {

// Rows in memory, and in a feature file too when one was asked for.
class LearnRows final : public LabelledRows {
 public:
  LearnRows(bool has_labels, const std::string& feature_output)
      : LabelledRows(has_labels), feature_output_(feature_output) {}

  void begin(const Schema& columns, const Recipe& resolved) override {
    recipe = resolved;
    LabelledRows::begin(columns, resolved);
    if (!feature_output_.empty()) {
      const TextMode text_mode =
          resolved.preset == Preset::kNfstream ? TextMode::kRaw : TextMode::kSafe;
      output_.emplace(feature_output_, choose_format("", feature_output_), resolved, text_mode);
      output_->sink().begin(schema());
    }
  }
  void row(const FlowRow& row) override {
    LabelledRows::row(row);
    first_ns = std::min(first_ns, row.flow.first_ns());
    last_ns = std::max(last_ns, row.flow.last_ns());
  }

  // The rows in memory also go to the feature file, which is complete only now.
  void commit_features() {
    if (!output_) {
      return;
    }
    std::vector<Cell> cells(schema().size());
    for (std::size_t i = 0; i < sink.table.row_count(); ++i) {
      for (std::size_t j = 0; j < cells.size(); ++j) {
        cells[j] = sink.table.cell(i, j);
      }
      output_->sink().row(cells);
    }
    output_->commit(schema());
  }

  Recipe recipe;
  TableSink sink;
  std::int64_t first_ns = INT64_MAX;
  std::int64_t last_ns = INT64_MIN;

 protected:
  RowSink& open(const Schema&, const Recipe&) override { return sink; }

 private:
  std::string feature_output_;
  std::optional<TableOutput> output_;
};

// What the model card says of the captures. Nothing of it depends on when or where it was learnt.
std::string card_of(const LearnCommand& command, const ExtractResult& result,
                    const LearnRows& rows) {
  nlohmann::ordered_json card;
  card["captures"] = nlohmann::ordered_json::array();
  for (const InputOutcome& input : result.inputs) {
    const std::size_t slash = input.path.rfind('/');
    const std::string name = slash == std::string::npos ? input.path : input.path.substr(slash + 1);
    nlohmann::ordered_json entry;
    entry["name"] = valid_utf8(name);
    const std::string digest = sha256_of_file(input.path);
    entry["sha256"] =
        digest.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(digest);
    card["captures"].push_back(std::move(entry));
  }
  card["packets"] = result.stats.packets_read;
  card["flows"] = result.stats.flows_written;
  card["flows_too_short"] = result.stats.flows_too_short;
  if (rows.first_ns <= rows.last_ns) {
    card["first_ns"] = rows.first_ns;
    card["last_ns"] = rows.last_ns;
  }
  card["labelled"] = command.inputs.has_labels();
  return card.dump();
}

// Normal flows from a capture of their own, measured with the settings that were fitted on the
// others.
Table calibration_table(const LearnCommand& command, const Recipe& recipe) {
  CaptureInputs inputs;
  inputs.plain = {command.calibrate};
  inputs.filter = command.inputs.filter;
  Extraction extraction(inputs, recipe);
  LearnRows rows(false, "");
  const ExtractResult result = extraction.run(rows);
  require_usable(result);
  report_inputs(result);
  return std::move(rows.sink.table);
}

void require_matches(const Labeler& labeler) {
  if (labeler.matched() == 0 && !labeler.files().empty()) {
    throw DataError(labeler.files().front().nothing_matched(labeler.first_ns(), labeler.last_ns()));
  }
}

void report_training(const TrainResult& result) {
  for (const std::string& detail : result.details) {
    log::detail(detail);
  }
  for (const std::string& warning : result.warnings) {
    log::warning(warning);
  }
  if (log::format() == log::Format::kJson) {
    log::info("training performance: " + train_summary(result));
  } else if (log::level() >= log::Level::kDefault) {
    std::fputs(performance_table(result).c_str(), stderr);
  }
}

}  // namespace

int finish_training(const TrainResult& result, const RunContext& context) {
  nlohmann::ordered_json summary;
  summary["status"] = exit_status::kOk;
  summary.update(nlohmann::ordered_json::parse(train_summary(result)));
  write_summary(context, summary);
  report_training(result);
  return exit_status::kOk;
}

int run_learn(const LearnCommand& command, const RunContext& context) {
  std::vector<std::string> inputs = command.inputs.files();
  inputs.push_back(command.calibrate);
  require_distinct_files(inputs, {command.train.output, command.feature_output,
                                  command.train.test_scores, context.summary_path});
  Extraction extraction(command.inputs, command.recipe);
  LearnRows rows(extraction.labeler() != nullptr, command.feature_output);
  const ExtractResult extracted = extraction.run(rows);
  require_usable(extracted);
  report_inputs(extracted);
  if (extracted.signal != 0) {
    // A model of half a capture is none.
    write_summary(context, summary_of(extracted, extracted.exit_status()));
    return extracted.exit_status();
  }
  if (const Labeler* labeler = extraction.labeler()) {
    report_labels(*labeler);
    require_matches(*labeler);
  }
  rows.commit_features();
  TrainOptions options = command.train;
  options.recipe_json = rows.recipe.to_json();
  options.card_json = card_of(command, extracted, rows);
  options.what =
      command.inputs.paths().size() == 1 ? printable(command.inputs.paths().front()) : "captures";
  Table calibration;
  if (!command.calibrate.empty()) {
    calibration = calibration_table(command, rows.recipe);
    options.calibrate = &calibration;
    options.calibrate_what = printable(command.calibrate);
  }
  const TrainResult trained = train_table(rows.sink.table, options);
  const int status = extracted.exit_status();
  nlohmann::ordered_json summary = summary_of(extracted, status);
  if (const Labeler* labeler = extraction.labeler()) {
    add_labels(summary, *labeler);
  }
  summary.update(nlohmann::ordered_json::parse(train_summary(trained)));
  write_summary(context, summary);
  report_training(trained);
  return status;
}

}  // namespace netml
