#include "netml/commands/train.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <numeric>
#include <span>

#include <nlohmann/json.hpp>

#include "netml/commands/feature_file.hpp"
#include "netml/commands/report_output.hpp"
#include "netml/commands/run_summary.hpp"
#include "netml/core/error.hpp"
#include "netml/core/input_file.hpp"
#include "netml/core/interrupt.hpp"
#include "netml/core/progress.hpp"
#include "netml/core/quantile.hpp"
#include "netml/core/rng.hpp"
#include "netml/core/text_format.hpp"
#include "netml/flow/flow.hpp"
#include "netml/models/detector.hpp"

#include "calibration_rows.hpp"
#include "fold_rates.hpp"
#include "test_scores.hpp"
#include "train_options.hpp"
#include "training_card.hpp"
#include "training_memory.hpp"
#include "training_page.hpp"
#include "training_rows.hpp"

namespace netml {
namespace {

using nlohmann::json;

constexpr double kReportedFalseAlarmRate = 0.01;
constexpr std::uint64_t kReferenceStream = 102;
constexpr std::uint64_t kFlowModelStream = 103;
constexpr std::size_t kMostFlowModelRows = 5000;

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

std::vector<std::string> names_of(const Table& table, const std::vector<std::size_t>& columns) {
  std::vector<std::string> names;
  names.reserve(columns.size());
  for (const std::size_t column : columns) {
    names.push_back(valid_utf8(table.schema().columns[column].name));
  }
  return names;
}

// One training run, step by step.
class Trainer {
 public:
  Trainer(const Table& table, const TrainOptions& options)
      : table_(table), options_(options), entry_(find_model(options.algorithm)) {}

  TrainResult run(OutputGroup& files) {
    const interrupt::Indivisible model;
    check_train_options(options_);
    prepare_detector();
    choose_rows();
    check_memory();
    naming(options_.what, [&] { fit(); });
    calibrate();
    test(files);
    detector_.flow_model = flow_model();
    place_calibration();
    write(files);
    return std::move(result_);
  }

  // The same without test and file, on a few rows.
  std::unique_ptr<Detector> run_small() {
    prepare_detector();
    choose_rows();
    if (plan_.fit.size() > kMostFlowModelRows) {
      Rng rng(derive_seed(options_.seed, kFlowModelStream));
      std::vector<std::size_t> drawn =
          sample_without_replacement(plan_.fit.size(), kMostFlowModelRows, rng);
      std::sort(drawn.begin(), drawn.end());
      for (std::size_t& position : drawn) {
        position = plan_.fit[position];
      }
      plan_.fit = std::move(drawn);
    }
    check_memory();
    fit();
    calibrate();
    detector_.reference.keys = {""};  // it explains nothing
    detector_.reference.rows = select_rows(rows_, std::span(plan_.fit).first(1));
    return std::make_unique<Detector>(std::move(detector_));
  }
  /// The rows that calibrated it, in order of time.
  const std::vector<std::size_t>& calibration_rows_of_table() const { return plan_.calibration; }

 private:
  void prepare_detector() {
    detector_.params = train_params(options_, entry_);
    detector_.algorithm = entry_.name;
    detector_.model = entry_.make();
    detector_.seed = options_.seed;
    detector_.recipe_json = options_.recipe_json;
  }

  void choose_rows() {
    const auto label_column = find_label_column(table_, options_.label_column);
    labels_ = read_labels(table_, label_column);
    label_column_ = label_column;
    const std::vector<std::size_t> columns = naming(
        options_.what, [&] { return choose_columns(table_, options_.columns, label_column); });
    detector_.columns = names_of(table_, columns);
    result_.columns = detector_.columns;
    check_row_memory(table_, options_, columns.size());
    rows_ = to_matrix(table_, columns);
    plan_ = plan_rows(table_, rows_, labels_, detector_.columns, options_);
    if (!options_.test_scores.empty() && !plan_.is_labelled) {
      throw DataError(options_.what +
                      ": --test-scores takes labels; without them no flow is held out");
    }
    if (options_.asks_for_test && !plan_.is_labelled) {
      warn("--test-size and --split go with labels: without them no flow is held out");
    }
    result_.flows_unlabelled = plan_.unlabelled;
    result_.flows_missing = plan_.missing;
    result_.flows_fit = plan_.fit.size();
    result_.flows_train = plan_.fit.size() + plan_.calibration.size();
    result_.flows_test = plan_.test.size();
    if (plan_.unlabelled > 0) {
      warn(std::to_string(plan_.unlabelled) + " flows without a label were left out");
    }
    if (plan_.missing > 0) {
      warn(std::to_string(plan_.missing) + " flows with a missing value were left out");
    }
  }

  void check_memory() const { check_training_memory(table_, options_, plan_, detector_, entry_); }

  void fit() {
    const Stopwatch stopwatch;
    const Matrix raw = select_rows(rows_, plan_.fit);
    detector_.scaler = Scaler::fit(raw, scaling_of(options_), detector_.columns);
    const progress::FitScope scope;
    detector_.model->fit(
        detector_.scaler.transform(raw), *detector_.params,
        {.seed = options_.seed, .threads = options_.threads, .progress = progress::tell_fit},
        detector_.fit);
    interrupt::check();  // while it could not be asked
    result_.train_seconds = stopwatch.seconds();
    for (const std::string& warning : detector_.fit.warnings) {
      warn(warning);
    }
    detector_.quantiles = training_quantiles(raw);
    keep_reference_rows();
  }

  void keep_reference_rows() {
    Rng rng(derive_seed(options_.seed, kReferenceStream));
    const std::size_t count = std::min(plan_.fit.size(), ReferenceRows::kMost);
    std::vector<std::size_t> drawn = sample_without_replacement(plan_.fit.size(), count, rng);
    std::sort(drawn.begin(), drawn.end());
    for (std::size_t& position : drawn) {
      position = plan_.fit[position];
      detector_.reference.keys.push_back(row_key(table_, position));
    }
    detector_.reference.rows = select_rows(rows_, drawn);
  }

  void calibrate() {
    if (options_.calibrate != nullptr) {
      set_calibration(CalibrationSource::kSeparate, calibration_rows());
    } else if (options_.preset_netml) {
      use_own_threshold();
      return;
    } else if (!plan_.calibration.empty()) {
      set_calibration(CalibrationSource::kHeldOut, select_rows(rows_, plan_.calibration));
    } else {
      refuse_missing_threshold();
      warn(
          "the model has no threshold: fewer than 10 normal flows to train on; it gives scores and "
          "the verdict unclassified");
      return;
    }
    naming(options_.calibrate != nullptr ? options_.calibrate_what : options_.what,
           [&] { detector_.calibrate(options_.false_alarm_rate); });
    for (const std::string& warning : detector_.warnings) {
      result_.warnings.push_back(warning);
    }
    result_.alpha = detector_.alpha;
    result_.rate_bound = detector_.rate_bound;
    result_.threshold = detector_.threshold;
  }

  void refuse_missing_threshold() const {
    if (options_.false_alarm_rate) {
      throw DataError(options_.what + ": a false-alarm rate of " +
                      number_text(*options_.false_alarm_rate) + " takes at least " +
                      std::to_string(detector_.calibration_needed(*options_.false_alarm_rate)) +
                      " calibration flows; there are too few flows to keep any back");
    }
  }

  void set_calibration(CalibrationSource source, const Matrix& raw) {
    detector_.set_calibration(source, raw, options_.threads);
    result_.flows_calibration = row_count(raw);
    if (row_count(raw) > Calibration::kMostScores) {
      result_.details.push_back("of " + std::to_string(row_count(raw)) + " calibration scores " +
                                std::to_string(Calibration::kMostScores) +
                                " evenly spaced order statistics were kept");
    }
  }

  Matrix calibration_rows() {
    CalibrationRows read = read_calibration_rows(detector_.columns, options_);
    const auto warn_left_out = [&](std::size_t rows, const std::string& why) {
      if (rows > 0) {
        warn(options_.calibrate_what + ": " + std::to_string(rows) + " flows " + why +
             " were left out of the calibration");
      }
    };
    warn_left_out(read.unlabelled, "without a label");
    warn_left_out(read.missing, "with a missing value");
    warn_left_out(read.abnormal, "labelled abnormal");
    return std::move(read.rows);
  }

  void use_own_threshold() {
    set_calibration(CalibrationSource::kTraining, select_rows(rows_, plan_.fit));
    result_.flows_calibration = 0;
    const auto own = detector_.model->own_threshold();
    detector_.threshold_rule = own ? ThresholdRule::kOwn : ThresholdRule::kQuantile;
    detector_.threshold =
        own ? *own : quantile_sorted(detector_.calibration.scores(), Detector::kTrainingQuantile);
    detector_.warnings.push_back(
        std::string("preset netml: the threshold is ") +
        (own ? "the method's own" : "the 0.9-quantile of the training scores") +
        " and p-values come from the training scores; no false-alarm rate is promised");
    result_.threshold = detector_.threshold;
  }

  void test(OutputGroup& files) {
    if (plan_.test.empty()) {
      return;
    }
    const Stopwatch stopwatch;
    tested_.rows = plan_.test;
    tested_.answers = detector_.score(select_rows(rows_, plan_.test), options_.threads);
    result_.test_seconds = stopwatch.seconds();
    std::vector<double> scores;
    std::vector<int>& labels = tested_.labels;
    for (std::size_t i = 0; i < plan_.test.size(); ++i) {
      scores.push_back(tested_.answers[i].score);
      labels.push_back(labels_[plan_.test[i]] == RowLabel::kAbnormal ? 1 : 0);
    }
    result_.auc = roc_auc(scores, labels);
    result_.average_precision = average_precision(scores, labels);
    result_.tpr_at_fpr_001 = tpr_at_fpr(scores, labels, kReportedFalseAlarmRate);
    if (detector_.has_verdicts()) {
      result_.confusion = confusion(tested_.answers, labels);
    }
    if (!options_.test_scores.empty()) {
      write_test_scores(files.file(options_.test_scores),
                        {table_, label_column_, plan_.test, tested_.answers, labels});
    }
  }

  // Null where nobody knows who the flows are of, where the model sees nothing of single flows, or
  // where its parameters do not fit what is left of the columns and rows.
  std::unique_ptr<Detector> flow_model() {
    const auto tells_of_others = [&](const std::string& name) {
      return std::find(options_.context_columns.begin(), options_.context_columns.end(), name) !=
             options_.context_columns.end();
    };
    TrainOptions small = options_;
    small.columns.clear();
    std::remove_copy_if(detector_.columns.begin(), detector_.columns.end(),
                        std::back_inserter(small.columns), tells_of_others);
    if (options_.places == nullptr || small.columns.empty()) {
      return nullptr;
    }
    small.test_scores.clear();
    small.held_out = HeldOut::kLastFifth;  // its scores are added up over windows of time
    Trainer trainer(table_, small);
    try {
      std::unique_ptr<Detector> model = trainer.run_small();
      latest_rows_ = trainer.calibration_rows_of_table();
      return model;
    } catch (const DataError& error) {  // of fewer columns and rows than the model was fitted on
      warn(std::string("the small model for --by-source was left out: ") + error.what());
      return nullptr;
    }
  }

  // The latest flows, which the model that adds up flows of a source was not fitted on, and their
  // scores by it.
  void place_calibration() {
    const bool is_separate = options_.calibrate != nullptr;
    const RowPlaces* places = is_separate ? options_.calibrate_places : options_.places;
    if (places == nullptr || detector_.calibration_source == CalibrationSource::kTraining ||
        detector_.calibration.is_empty() || !detector_.flow_model) {
      return;
    }
    const Detector& scoring = *detector_.flow_model;
    std::vector<std::size_t> rows = latest_rows_;
    Matrix values;
    if (is_separate) {
      values = read_calibration_rows(scoring.columns, options_).rows;
      if (row_count(values) != places->source.size()) {
        return;  // some were left out: places are not known
      }
      rows.resize(row_count(values));
      std::iota(rows.begin(), rows.end(), std::size_t{0});
    } else {
      values = to_matrix(table_, places_of(scoring.columns));
      values = select_rows(values, rows);
    }
    const Vector scores = scoring.raw_scores(values, options_.threads);
    SourceCalibration& kept = detector_.source_calibration;
    std::vector<std::size_t> order(rows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return places->end_ns[rows[a]] < places->end_ns[rows[b]];
    });
    const std::size_t most = std::min(order.size(), SourceCalibration::kMost);
    order.erase(order.begin(), order.end() - static_cast<std::ptrdiff_t>(most));
    std::map<std::int32_t, std::int32_t> numbers;
    for (const std::size_t i : order) {
      const auto next = static_cast<std::int32_t>(numbers.size());
      kept.source.push_back(numbers.emplace(places->source[rows[i]], next).first->second);
      kept.end_ns.push_back(
          time_difference(places->end_ns[rows[i]], places->end_ns[rows[order.front()]]));
      kept.score.push_back(scores[static_cast<Eigen::Index>(i)]);
    }
  }

  std::vector<std::size_t> places_of(const std::vector<std::string>& names) const {
    const ColumnIndex index(table_.schema());
    std::vector<std::size_t> places;
    places.reserve(names.size());
    for (const std::string& name : names) {
      places.push_back(*index.find(name));
    }
    return places;
  }

  void write(OutputGroup& files) {
    for (const std::string& warning : result_.warnings) {
      if (std::find(detector_.warnings.begin(), detector_.warnings.end(), warning) ==
          detector_.warnings.end()) {
        detector_.warnings.push_back(warning);
      }
    }
    detector_.card_json = training_card(options_, plan_, labels_, result_);
    for (const DerivedValue& value : detector_.fit.derived) {
      result_.details.push_back(value.name + " = " + number_text(value.value) + " (" + value.rule +
                                ")");
    }
    files.file(options_.output, FileMode::kPrivate).write(model_bytes());
    write_page(files);
    interrupt::check();
  }

  // What no command would read must not replace a model that they do.
  std::string model_bytes() const {
    std::string bytes = save_detector(detector_);
    const std::string what = printable(options_.output) + ": is not written, nobody could read it";
    if (bytes.size() > kMostModelBytes) {
      throw ModelError(what + ": larger than " + std::to_string(kMostModelBytes) + " bytes");
    }
    static_cast<void>(load_detector(bytes, what));
    return bytes;
  }

  // The page shows the held-out flows, or, where there are none, those of the calibration.
  void write_page(OutputGroup& files) {
    if (options_.report.empty()) {
      return;
    }
    ScoredPart part = tested_;
    if (part.rows.empty() && !plan_.calibration.empty()) {
      part.rows = plan_.calibration;
      part.answers = detector_.score(select_rows(rows_, part.rows), options_.threads);
      part.labels.assign(part.rows.size(), plan_.is_labelled ? 0 : -1);
    }
    write_training_page(files, options_, {table_, rows_, detector_, part, fold_rates()});
  }

  std::optional<FoldRates> fold_rates() {
    std::vector<std::size_t> training = plan_.fit;
    training.insert(training.end(), plan_.calibration.begin(), plan_.calibration.end());
    sort_by_time(table_, training);
    try {
      return alert_rates_by_fold(select_rows(rows_, training), detector_, entry_, options_);
    } catch (const DataError& error) {  // of fewer rows than the model was fitted on
      warn(std::string("the report has no alert rates fold by fold: ") + error.what());
      return std::nullopt;
    }
  }

  void warn(const std::string& text) { result_.warnings.push_back(text); }

  const Table& table_;
  const TrainOptions& options_;
  const ModelEntry& entry_;
  Detector detector_;
  TrainResult result_;
  std::optional<std::size_t> label_column_;
  std::vector<RowLabel> labels_;
  Matrix rows_;
  RowPlan plan_;
  ScoredPart tested_;
  std::vector<std::size_t> latest_rows_;  ///< that calibrated the flow model
};

}  // namespace

void open_training_files(const TrainOptions& options, OutputGroup& files) {
  files.file(options.output, FileMode::kPrivate);
  if (!options.test_scores.empty()) {
    files.file(options.test_scores);
  }
  open_report(files, options.report);
}

TrainResult train_table(const Table& table, const TrainOptions& options, OutputGroup& files) {
  return Trainer(table, options).run(files);
}

TrainResult run_train(const TrainCommandOptions& options, OutputGroup& files) {
  TrainOptions train = options.train;
  open_training_files(train, files);
  check_input(options.calibrate);
  const FeatureFile features = read_feature_file(options.feature, train.memory_limit_bytes);
  train.what = input_name(options.feature);
  train.recipe_json = features.recipe_json;
  json card;
  card["files"] = json::array({{{"name", features.name},
                                {"sha256", features.sha256},
                                {"rows", features.table.row_count()}}});
  FeatureFile calibration;
  if (!options.calibrate.empty()) {
    const std::uint64_t held = table_bytes(features.table);
    calibration = read_feature_file(
        options.calibrate, train.memory_limit_bytes - std::min(train.memory_limit_bytes, held));
    train.calibrate = &calibration.table;
    train.calibrate_what = input_name(options.calibrate);
    card["calibration_files"] = json::array({{{"name", calibration.name},
                                              {"sha256", calibration.sha256},
                                              {"rows", calibration.table.row_count()}}});
  }
  train.card_json = card.dump(-1, ' ', false, json::error_handler_t::replace);
  TrainResult result = train_table(features.table, train, files);
  result.warnings.insert(result.warnings.begin(), features.warnings.begin(),
                         features.warnings.end());
  return result;
}

}  // namespace netml
