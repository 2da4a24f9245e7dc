#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netml/core/output_group.hpp"
#include "netml/dataset/scaler.hpp"
#include "netml/models/metrics.hpp"
#include "netml/table/table.hpp"

namespace netml {

enum class SplitKind {
  kRandom,  ///< seeded, stratified; under preset netml its own permutation
  kTime,    ///< the last ones by start_ns are tested
};
enum class TrainOn { kAuto, kAll, kNormal };
/// Which training rows are kept back for the calibration, in order of start_ns: see
/// docs/decisions/0013.
enum class HeldOut { kEveryFifth, kLastFifth };
enum class MissingRule { kError, kDrop };

// The words of the command line. Throw UsageError with a suggestion.
SplitKind parse_split_kind(std::string_view text);
TrainOn parse_train_on(std::string_view text);
MissingRule parse_missing_rule(std::string_view text);

/// Where and when the flows of a table's rows were.
struct RowPlaces {
  std::vector<std::int32_t> source;  ///< by number, from 0
  std::vector<std::int64_t> end_ns;  ///< capture clock at the last packet
};

struct TrainOptions {
  std::string output;  ///< the model file
  std::string algorithm = "ocsvm";
  std::string param;  ///< text, or the name of a file
  double test_size = 0.33;
  bool asks_for_test =
      false;  ///< the test was spoken of: without labels a warning says there is none
  SplitKind split = SplitKind::kRandom;
  std::string test_scores;            ///< CSV of the held-out flows; empty: none
  std::string report;                 ///< HTML page, and its JSON twin; empty: none
  TrainOn train_on = TrainOn::kAuto;  ///< auto: normal if labelled (preset netml: all), else all
  std::optional<Scaling> scale;       ///< unset: standard (preset netml: none)
  const Table* calibrate = nullptr;   ///< normal flows kept apart for the threshold
  std::optional<double> false_alarm_rate;
  MissingRule missing = MissingRule::kError;
  HeldOut held_out = HeldOut::kEveryFifth;
  std::uint64_t seed = 42;
  std::size_t threads = 1;  ///< to fit and score with; no result depends on it
  bool preset_netml = false;
  std::vector<std::string> columns;  ///< in any order; empty: every numeric one but identity
  /// Columns that tell of other flows. A model that sees any of them holds a small one that does
  /// not, beside it; a warning says where its parameters do not fit that.
  std::vector<std::string> context_columns;
  const RowPlaces* places = nullptr;            ///< of the table's rows; null: not known
  const RowPlaces* calibrate_places = nullptr;  ///< of those of `calibrate`
  std::string label_column;                     ///< empty: `label`, in any case, if there is one
  std::string what = "features";                ///< how messages call the table
  std::string calibrate_what = "calibration flows";
  std::string recipe_json;  ///< kept in the model
  std::string card_json;    ///< a JSON object: training files and what else the caller knows
  std::uint64_t memory_limit_bytes = std::uint64_t{2} << 30;
};

struct TrainResult {
  // Of the test part; nothing without labels, or with one class in it.
  std::optional<double> auc;
  std::optional<double> average_precision;
  std::optional<double> tpr_at_fpr_001;
  std::optional<Confusion> confusion;  ///< at the stored threshold

  double train_seconds = 0;
  std::optional<double> test_seconds;  ///< nothing without a test part

  std::size_t flows_train = 0;  ///< fitted and, unless they came apart, calibrated
  std::size_t flows_fit = 0;
  std::size_t flows_calibration = 0;
  std::size_t flows_test = 0;
  std::size_t flows_unlabelled = 0;  ///< left out for want of a label
  std::size_t flows_missing = 0;     ///< left out by MissingRule::kDrop

  std::vector<std::string> columns;  ///< what the model sees
  std::optional<double> threshold;
  std::optional<double> alpha;
  std::optional<double> rate_bound;
  std::vector<std::string> warnings;
  std::vector<std::string>
      details;  ///< for verbosity 2: parameters in force, values taken from the data
};

/// What can be wrong with the options whatever the table: algorithm and parameters. Throws as
/// train_table does.
void check_training(const TrainOptions& options);

/// Opens what a training run writes: model (mode 0600), test scores, report and its twin. Throws
/// OutputError.
void open_training_files(const TrainOptions& options, OutputGroup& files);

/// Splits, fits, calibrates, tests, and writes the model and what else was asked for into `files`,
/// which are still to be committed.
///
/// Labels: missing is unlabelled, 0 and the normal names of label_value are 0, all else 1; "No
/// Label" is unlabelled. With labels unlabelled rows are left out. Calibration without a table of
/// its own: every fifth of the (normal) training rows by start_ns where all rows carry it, else
/// a seeded fifth; below 10 (normal) rows none, and the model has no threshold. Under preset netml
/// all rows of the training part fit, labels unused. Throws UsageError (unknown columns,
/// algorithm), DataError (rows or parameters that do not fit), LimitError (memory), ModelError (a
/// model beyond what a model file may hold), OutputError, Interrupted.
TrainResult train_table(const Table& table, const TrainOptions& options, OutputGroup& files);

/// The table that netml prints: times in minutes, AUC in full or n/a. Ends with a line end.
std::string performance_table(const TrainResult& result);

/// {"metrics": {"auc", "average_precision", "tpr_at_fpr_0.01"}, "train_seconds", "test_seconds",
/// "flows": {"train", "test"}, …}: what `--summary` holds of a training run. JSON text.
std::string train_summary(const TrainResult& result);

/// `netml train`.
struct TrainCommandOptions {
  std::string feature;    ///< CSV or NPZ; "-" is CSV on stdin
  std::string calibrate;  ///< a table of normal flows; empty: none
  TrainOptions train;     ///< recipe, card and calibrate are filled in
};
/// Opens the files, reads the tables and trains; the files are still to be committed.
TrainResult run_train(const TrainCommandOptions& options, OutputGroup& files);

}  // namespace netml
