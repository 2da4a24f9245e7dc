#include "netml/commands/extract.hpp"

#include <optional>

#include <nlohmann/json.hpp>

#include "netml/commands/extraction.hpp"
#include "netml/commands/run_files.hpp"
#include "netml/commands/table_output.hpp"
#include "netml/core/error.hpp"
#include "netml/core/log.hpp"
#include "netml/core/text_format.hpp"
#include "netml/table/regular_output.hpp"

#include "collected_run.hpp"
#include "hidden_columns.hpp"
#include "rotated_output.hpp"

namespace netml {
namespace {

// Rows on their way to the named output, opened when the columns are known.
class OutputRows final : public LabelledRows {
 public:
  OutputRows(const ExtractCommand& command, bool has_labels, const RunContext& context)
      : LabelledRows(has_labels, command.columns_with_labels),
        command_(command),
        context_(context),
        format_(choose_format(command.format, command.output)),
        text_mode_(command.raw_text || command.recipe.preset == Preset::kNfstream
                       ? TextMode::kRaw
                       : TextMode::kSafe) {
    require_possible(command.output, format_);
    if (command.rotate_rows != 0) {
      require_pieces();
    }
    if (!command.anonymization.columns.empty()) {
      // Said before any packet is read.
      const Schema columns = FeatureSet(command.recipe).schema();
      check_anonymization(has_labels ? with_label_columns(columns) : columns,
                          command.anonymization);
    }
  }

  TableFormat format() const noexcept { return format_; }
  // False: a database holds the run already.
  bool commit(const RunRecord& run) {
    if (pieces_) {
      pieces_->end();
      return true;
    }
    return output_->commit(anonymized_ ? anonymized_->schema() : schema(), run);
  }

 protected:
  RowSink& open(const Schema&, const Recipe& recipe) override {
    RowSink& sink = command_.rotate_rows != 0 ? open_pieces(recipe) : open_one(recipe);
    if (command_.anonymization.columns.empty()) {
      return sink;
    }
    anonymized_.emplace(sink, command_.anonymization);
    return *anonymized_;
  }

 private:
  void require_pieces() const {
    if (format_ == TableFormat::kSqlite) {
      throw UsageError(
          "--rotate: a database collects rows in one file; use csv, jsonl, npy or npz");
    }
    if (command_.output == "-") {
      throw UsageError(
          "--rotate: names its pieces after the output, which is standard output; give -o FILE");
    }
    require_regular_output(command_.output, "--rotate", "whose name its pieces take");
  }

  RowSink& open_one(const Recipe& recipe) {
    output_ = std::make_unique<TableOutput>(command_.output, format_, recipe, text_mode_);
    return output_->sink();
  }

  RowSink& open_pieces(const Recipe& recipe) {
    const auto lines = format_ == TableFormat::kCsv && text_mode_ == TextMode::kRaw
                           ? RotatedOutput::Lines::kMany
                           : RotatedOutput::Lines::kOnePerRow;
    pieces_.emplace(command_.output, Rotation{command_.rotate_rows, command_.keep_pieces}, lines,
                    [this, recipe](const std::string& path) {
                      require_distinct_files(context_, command_.inputs.files(),
                                             table_files(path, format_));
                      return std::make_unique<TableOutput>(path, format_, recipe, text_mode_);
                    });
    return *pieces_;
  }

  const ExtractCommand& command_;
  const RunContext& context_;
  TableFormat format_;
  TextMode text_mode_;
  std::unique_ptr<TableOutput> output_;
  std::optional<RotatedOutput> pieces_;
  std::optional<AnonymizedRows> anonymized_;
};

// The run as a database knows it; none for outputs that are written anew each time.
std::optional<CollectedRun> collected_run(const ExtractCommand& command, TableFormat format) {
  if (format != TableFormat::kSqlite) {
    return std::nullopt;
  }
  nlohmann::ordered_json more = {{"limit", command.flow_limit}, {"raw_text", command.raw_text}};
  if (!command.columns_with_labels.empty()) {
    more["columns"] = command.columns_with_labels;
  }
  if (!command.shard.is_all()) {
    more["shard"] = {command.shard.number, command.shard.count};
  }
  if (!command.anonymization.columns.empty()) {
    more["anonymize"] = describe(command.anonymization);
  }
  return CollectedRun(command.inputs, command.recipe, more);
}

void say_present(const std::string& path) {
  log::info(printable(path) +
            ": holds this run already, of the same bytes with the same options; "
            "nothing was added");
}

// A run of which nothing is to be done.
int skip_present_run(const ExtractCommand& command, const RunContext& context) {
  say_present(command.output);
  nlohmann::ordered_json summary = summary_of(ExtractResult(), exit_status::kOk);
  summary["already_in_output"] = true;
  write_summary(context, summary);
  return exit_status::kOk;
}

void report(const ExtractCommand& command, const ExtractResult& result, const Labeler* labeler) {
  report_inputs(result);
  report_evictions(result, command.recipe.policy);
  if (command.inputs.is_continuous) {
    report_order(result);
  }
  if (labeler == nullptr) {
    return;
  }
  report_labels(*labeler);
  if (const std::string reason = labeler->nothing_matched(); !reason.empty()) {
    log::warning(reason);
  }
}

// No output takes the place of what is read, nor of another.
void require_places(const ExtractCommand& command, const RunContext& context) {
  require_distinct_files(
      context, command.inputs.files(),
      table_files(command.output, choose_format(command.format, command.output)));
  require_one_standard_output(context, {{"--output", command.output}});
  if (command.rotate_rows == 0) {
    return;
  }
  std::vector<std::string> others = command.inputs.files();
  others.insert(others.end(), context.option_files.begin(), context.option_files.end());
  others.push_back(context.summary_path);
  for (const std::string& name : others) {
    if (!name.empty() && is_piece(name, command.output)) {
      throw UsageError(printable(name) + ": has the name of a piece that --rotate writes");
    }
  }
}

}  // namespace

int run_extract(const ExtractCommand& command, const RunContext& context) {
  require_places(command, context);
  Extraction extraction(command.inputs, command.recipe,
                        {command.flow_limit, context.threads, command.shard});
  OutputRows rows(command, extraction.labeler() != nullptr, context);
  const auto collected = collected_run(command, rows.format());
  if (collected && sqlite_has_run(command.output, collected->key())) {
    return skip_present_run(command, context);
  }
  check_summary(context);
  ExtractResult result = extraction.run(rows);
  require_usable(result);
  rows.idle();  // a reader that has gone away shows now
  if (!rows.is_done()) {
    report(command, result, extraction.labeler());
  }
  try {
    if (!rows.is_done() &&
        !rows.commit(collected ? collected->record(result, result.exit_status()) : RunRecord())) {
      say_present(command.output);
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
