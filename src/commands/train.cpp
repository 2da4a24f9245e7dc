#include "netml/commands/train.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include <nlohmann/json.hpp>

#include "netml/commands/feature_file.hpp"
#include "netml/core/error.hpp"
#include "netml/core/json_text.hpp"
#include "netml/core/output_file.hpp"
#include "netml/core/quantile.hpp"
#include "netml/core/rng.hpp"
#include "netml/core/suggest.hpp"
#include "netml/core/text_format.hpp"
#include "netml/models/detector.hpp"

#include "training_rows.hpp"

namespace netml {
namespace {

using nlohmann::json;

constexpr double kReportedFalseAlarmRate = 0.01;
constexpr double kNetmlContamination = 0.1;
constexpr std::uint64_t kReferenceStream = 102;

template <typename T, std::size_t kCount>
T parse_word(std::string_view text, const std::array<std::pair<std::string_view, T>, kCount>& words,
             const std::string& option) {
  std::vector<std::string> names;
  for (const auto& [name, value] : words) {
    if (name == text) {
      return value;
    }
    names.emplace_back(name);
  }
  throw UsageError(option + ": unknown value '" + printable(text) + "'" +
                   did_you_mean(text, names) + " (" + join(names, ", ") + ")");
}

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

void check_options(const TrainOptions& options) {
  if (options.output.empty()) {
    throw UsageError("the model file is not named; -o/--output (or -m/--model) is required");
  }
  if (!(options.test_size > 0 && options.test_size < 1)) {
    throw UsageError("--test-size " + number_text(options.test_size) + " is not between 0 and 1");
  }
  if (options.false_alarm_rate &&
      !(*options.false_alarm_rate > 0 && *options.false_alarm_rate < 1)) {
    throw UsageError("--false-alarm-rate " + number_text(*options.false_alarm_rate) +
                     " is not between 0 and 1");
  }
  if (options.preset_netml && options.false_alarm_rate && options.calibrate == nullptr) {
    throw UsageError(
        "--preset netml keeps no flows back for a --false-alarm-rate; give them with --calibrate");
  }
}

Params params_of(const TrainOptions& options, const ModelEntry& entry) {
  ParamSchema schema = entry.schema;
  if (options.preset_netml) {
    apply_netml_defaults(entry, schema);
  }
  return read_params(options.param, schema, algorithm_names(entry));
}

// One training run, step by step.
class Trainer {
 public:
  Trainer(const Table& table, const TrainOptions& options)
      : table_(table), options_(options), entry_(find_model(options.algorithm)) {}

  TrainResult run() {
    check_options(options_);
    prepare_detector();
    choose_rows();
    check_memory();
    fit();
    calibrate();
    test();
    write();
    return std::move(result_);
  }

 private:
  void prepare_detector() {
    detector_.params = params_of(options_, entry_);
    detector_.algorithm = entry_.name;
    detector_.model = entry_.make();
    detector_.seed = options_.seed;
    detector_.recipe_json = options_.recipe_json;
  }

  void choose_rows() {
    const auto label_column = find_label_column(table_, options_.label_column);
    labels_ = read_labels(table_, label_column);
    label_column_ = label_column;
    const std::vector<std::size_t> columns = choose_columns(table_, options_.columns, label_column);
    detector_.columns = names_of(table_, columns);
    result_.columns = detector_.columns;
    check_matrix_memory(columns.size());
    rows_ = to_matrix(table_, columns);
    plan_ = plan_rows(table_, rows_, labels_, detector_.columns, options_);
    if (!options_.test_scores.empty() && !plan_.is_labelled) {
      throw DataError(options_.what +
                      ": --test-scores takes labels; without them no flow is held out");
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

  // Raw and scaled rows, and what is taken from them.
  double matrix_bytes(std::size_t columns) const {
    return 3.0 * sizeof(double) * static_cast<double>(table_.row_count()) *
           static_cast<double>(columns);
  }

  void refuse_memory(double bytes, const std::string& remedy) const {
    if (bytes > static_cast<double>(options_.memory_limit_bytes)) {
      throw LimitError("training takes about " + number_text(std::ceil(bytes / 1048576)) +
                       " MiB, --memory-limit allows " +
                       std::to_string(options_.memory_limit_bytes >> 20) + "; " + remedy);
    }
  }

  void check_matrix_memory(std::size_t columns) const {
    refuse_memory(matrix_bytes(columns), "choose fewer --columns, fewer rows, or raise the limit");
  }

  void check_memory() const {
    refuse_memory(matrix_bytes(detector_.columns.size()) +
                      detector_.model->fit_bytes(plan_.fit.size(), detector_.columns.size(),
                                                 *detector_.params),
                  "lower max_rows with --param, choose fewer --columns, or raise the limit");
  }

  void fit() {
    const Stopwatch stopwatch;
    const Matrix raw = select_rows(rows_, plan_.fit);
    const Scaling scaling =
        options_.scale.value_or(options_.preset_netml ? Scaling::kNone : Scaling::kStandard);
    detector_.scaler = Scaler::fit(raw, scaling, detector_.columns);
    detector_.model->fit(detector_.scaler.transform(raw), *detector_.params, options_.seed,
                         detector_.fit);
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
      set_calibration(CalibrationSource::kSeparate, calibration_rows(*options_.calibrate));
    } else if (options_.preset_netml) {
      use_own_threshold();
      return;
    } else if (!plan_.calibration.empty()) {
      set_calibration(CalibrationSource::kHeldOut, select_rows(rows_, plan_.calibration));
    } else {
      refuse_missing_threshold();
      warn(
          "the model has no threshold: fewer than 10 flows to train on; it gives scores and the "
          "verdict "
          "unclassified");
      return;
    }
    detector_.calibrate(options_.false_alarm_rate);
    for (const std::string& warning : detector_.warnings) {
      result_.warnings.push_back(warning);
    }
    result_.alpha = detector_.alpha;
    result_.rate_bound = detector_.rate_bound;
    result_.threshold = detector_.threshold;
  }

  void refuse_missing_threshold() const {
    if (options_.false_alarm_rate) {
      throw DataError("a false-alarm rate of " + number_text(*options_.false_alarm_rate) +
                      " takes at least " +
                      std::to_string(Calibration::needed(*options_.false_alarm_rate)) +
                      " calibration flows; there are too few flows to keep any back");
    }
  }

  void set_calibration(CalibrationSource source, const Matrix& raw) {
    const Vector scores = detector_.raw_scores(raw);
    result_.flows_calibration = row_count(raw);
    detector_.calibration_source = source;
    detector_.calibration = Calibration({scores.begin(), scores.end()});
    if (row_count(raw) > Calibration::kMostScores) {
      result_.details.push_back("of " + std::to_string(row_count(raw)) + " calibration scores " +
                                std::to_string(Calibration::kMostScores) +
                                " evenly spaced order statistics were kept");
    }
  }

  // The normal rows of a table of their own.
  Matrix calibration_rows(const Table& table) {
    std::vector<std::size_t> columns;
    for (const std::string& name : detector_.columns) {
      const auto found = table.schema().find(name);
      if (!found) {
        throw DataError(options_.calibrate_what + ": column '" + printable(name) + "' is missing");
      }
      columns.push_back(*found);
    }
    // A table without the column holds what the option says: normal flows.
    const std::string& label = options_.label_column;
    const std::vector<RowLabel> labels =
        read_labels(table, table.schema().find(label.empty() ? "label" : label));
    const Matrix all = to_matrix(table, columns);
    std::vector<std::size_t> kept;
    std::size_t abnormal = 0;
    std::size_t missing = 0;
    for (std::size_t r = 0; r < row_count(all); ++r) {
      if (labels[r] == RowLabel::kAbnormal) {
        ++abnormal;
      } else if (is_finite_row(all, r)) {
        kept.push_back(r);
      } else if (options_.missing == MissingRule::kError) {
        refuse_missing_value(all, r, detector_.columns, options_.calibrate_what);
      } else {
        ++missing;
      }
    }
    if (missing > 0) {
      warn(options_.calibrate_what + ": " + std::to_string(missing) +
           " flows with a missing value were left out of the calibration");
    }
    if (abnormal > 0) {
      warn(options_.calibrate_what + ": " + std::to_string(abnormal) +
           " flows labelled abnormal were left out of the calibration");
    }
    if (kept.empty()) {
      throw DataError(options_.calibrate_what + ": no normal flow to calibrate with");
    }
    return select_rows(all, kept);
  }

  void use_own_threshold() {
    set_calibration(CalibrationSource::kTraining, select_rows(rows_, plan_.fit));
    result_.flows_calibration = 0;
    const auto own = detector_.model->own_threshold();
    detector_.threshold_rule = own ? ThresholdRule::kOwn : ThresholdRule::kQuantile;
    detector_.threshold =
        own ? *own : quantile_sorted(detector_.calibration.scores(), 1 - kNetmlContamination);
    detector_.warnings.push_back(
        "preset netml: the threshold is the method's own and p-values come from the training "
        "scores; no "
        "false-alarm rate is promised");
    result_.threshold = detector_.threshold;
  }

  void test() {
    if (plan_.test.empty()) {
      return;
    }
    const Stopwatch stopwatch;
    const std::vector<RowScore> answers = detector_.score(select_rows(rows_, plan_.test));
    result_.test_seconds = stopwatch.seconds();
    std::vector<double> scores;
    std::vector<int> labels;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      scores.push_back(answers[i].score);
      labels.push_back(labels_[plan_.test[i]] == RowLabel::kAbnormal ? 1 : 0);
    }
    result_.auc = roc_auc(scores, labels);
    result_.average_precision = average_precision(scores, labels);
    result_.tpr_at_fpr_001 = tpr_at_fpr(scores, labels, kReportedFalseAlarmRate);
    if (detector_.threshold) {
      result_.confusion = confusion(scores, labels, *detector_.threshold);
    }
    if (!options_.test_scores.empty()) {
      write_test_scores(answers, labels);
    }
  }

  void write_test_scores(const std::vector<RowScore>& answers,
                         const std::vector<int>& labels) const {
    std::vector<std::size_t> identity;
    std::string line = "row";
    for (std::size_t i = 0; i < table_.schema().size(); ++i) {
      const ColumnInfo& column = table_.schema().columns[i];
      if (column.is_identity && i != label_column_ && column.type != ColumnType::kList) {
        identity.push_back(i);
        line += ',';
        append_csv_text(line, column.name, TextMode::kSafe);
      }
    }
    OutputFile file(options_.test_scores);
    file.write(line + ",label,score,p_value\n");
    for (std::size_t i = 0; i < answers.size(); ++i) {
      line = std::to_string(plan_.test[i]);
      for (const std::size_t column : identity) {
        line += ',';
        append_cell(line, table_.cell(plan_.test[i], column));
      }
      line += ',' + std::to_string(labels[i]) + ',' + number_text(answers[i].score) + ',';
      if (answers[i].p_value) {
        append_number(line, *answers[i].p_value);
      }
      file.write(line + '\n');
    }
    file.commit();
  }

  static void append_cell(std::string& line, const Cell& cell) {
    if (!append_numeric(line, cell) && cell.kind == Cell::Kind::kText) {
      append_csv_text(line, cell.text, TextMode::kSafe);
    }
  }

  // The training card: what the model was made of and how it did. No date, duration, host or path.
  std::string card() const {
    json card =
        options_.card_json.empty() ? json::object() : *parse_json(options_.card_json, "card", {10});
    const bool is_all = options_.train_on == TrainOn::kAll ||
                        (options_.train_on == TrainOn::kAuto && options_.preset_netml) ||
                        !plan_.is_labelled;
    std::size_t abnormal = 0;
    for (const std::size_t row : plan_.test) {
      abnormal += labels_[row] == RowLabel::kAbnormal ? 1 : 0;
    }
    card["flows"] = {{"given", table_.row_count()},
                     {"unlabelled", plan_.unlabelled},
                     {"missing", plan_.missing},
                     {"train", result_.flows_train},
                     {"fit", result_.flows_fit},
                     {"calibration", result_.flows_calibration},
                     {"test_normal", plan_.test.size() - abnormal},
                     {"test_abnormal", abnormal}};
    card["options"] = {{"test_size", options_.test_size},
                       {"split", options_.split == SplitKind::kTime ? "time" : "random"},
                       {"train_on", is_all ? "all" : "normal"},
                       {"missing", options_.missing == MissingRule::kDrop ? "drop" : "error"},
                       {"false_alarm_rate", or_null(options_.false_alarm_rate)},
                       {"preset", options_.preset_netml ? json("netml") : json()}};
    card["metrics"] = {{"auc", or_null(result_.auc)},
                       {"average_precision", or_null(result_.average_precision)},
                       {"tpr_at_fpr_0.01", or_null(result_.tpr_at_fpr_001)}};
    if (result_.confusion) {
      card["metrics"]["confusion"] = {{"true_positives", result_.confusion->true_positives},
                                      {"false_positives", result_.confusion->false_positives},
                                      {"true_negatives", result_.confusion->true_negatives},
                                      {"false_negatives", result_.confusion->false_negatives}};
    }
    card["notes"] = result_.details;
    return card.dump(-1, ' ', false, json::error_handler_t::replace);
  }

  void write() {
    for (const std::string& warning : result_.warnings) {
      if (std::find(detector_.warnings.begin(), detector_.warnings.end(), warning) ==
          detector_.warnings.end()) {
        detector_.warnings.push_back(warning);
      }
    }
    detector_.card_json = card();
    for (const DerivedValue& value : detector_.fit.derived) {
      result_.details.push_back(value.name + " = " + number_text(value.value) + " (" + value.rule +
                                ")");
    }
    write_file(options_.output, save_detector(detector_), FileMode::kPrivate);
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
};

// round(seconds / 60, 4) as Python prints it.
std::string minutes_text(std::optional<double> seconds) {
  if (!seconds) {
    return "n/a";
  }
  char rounded[64];
  const auto end =
      std::to_chars(rounded, rounded + sizeof rounded, *seconds / 60, std::chars_format::fixed, 4);
  std::string text;
  append_python_repr(text, parse_double({rounded, end.ptr}).value_or(0));
  return text;
}

}  // namespace

SplitKind parse_split_kind(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, SplitKind>, 2> kWords = {
      {{"random", SplitKind::kRandom}, {"time", SplitKind::kTime}}};
  return parse_word(text, kWords, "--split");
}

TrainOn parse_train_on(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, TrainOn>, 3> kWords = {
      {{"all", TrainOn::kAll}, {"normal", TrainOn::kNormal}, {"auto", TrainOn::kAuto}}};
  return parse_word(text, kWords, "--train-on");
}

MissingRule parse_missing_rule(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, MissingRule>, 2> kWords = {
      {{"error", MissingRule::kError}, {"drop", MissingRule::kDrop}}};
  return parse_word(text, kWords, "--missing");
}

void check_training(const TrainOptions& options) {
  check_options(options);
  params_of(options, find_model(options.algorithm));
}

TrainResult train_table(const Table& table, const TrainOptions& options) {
  return Trainer(table, options).run();
}

std::string performance_table(const TrainResult& result) {
  const std::array<std::string, 3> titles = {"train time (m)", "test time (m)",
                                             "model score (auc)"};
  std::array<std::string, 3> values = {minutes_text(result.train_seconds),
                                       minutes_text(result.test_seconds), "n/a"};
  if (result.auc) {
    values[2].clear();
    append_python_repr(values[2], *result.auc);
  }
  std::string border = "+", header = "|", row = "|";
  for (std::size_t i = 0; i < titles.size(); ++i) {
    const std::size_t width = std::max(titles[i].size(), values[i].size());
    border += std::string(width + 2, '-') + "+";
    header += " " + titles[i] + std::string(width - titles[i].size(), ' ') + " |";
    row += " " + values[i] + std::string(width - values[i].size(), ' ') + " |";
  }
  constexpr std::string_view kTitle = "training performance";
  std::string top = border;
  top.replace(1, kTitle.size(), kTitle);
  return top + "\n" + header + "\n" + border + "\n" + row + "\n" + border + "\n";
}

std::string train_summary(const TrainResult& result) {
  const json summary = {{"metrics",
                         {{"auc", or_null(result.auc)},
                          {"average_precision", or_null(result.average_precision)},
                          {"tpr_at_fpr_0.01", or_null(result.tpr_at_fpr_001)}}},
                        {"train_seconds", result.train_seconds},
                        {"test_seconds", or_null(result.test_seconds)},
                        {"flows",
                         {{"train", result.flows_train},
                          {"test", result.flows_test},
                          {"fit", result.flows_fit},
                          {"calibration", result.flows_calibration},
                          {"unlabelled", result.flows_unlabelled},
                          {"missing", result.flows_missing}}},
                        {"threshold", or_null(result.threshold)},
                        {"alpha", or_null(result.alpha)},
                        {"rate_bound", or_null(result.rate_bound)}};
  return summary.dump();
}

TrainResult run_train(const TrainCommandOptions& options) {
  TrainOptions train = options.train;
  const FeatureFile features = read_feature_file(options.feature, train.memory_limit_bytes);
  train.what = options.feature == "-" ? "standard input" : printable(options.feature);
  train.recipe_json = features.recipe_json;
  json card;
  card["files"] = json::array({{{"name", features.name},
                                {"sha256", features.sha256},
                                {"rows", features.table.row_count()}}});
  FeatureFile calibration;
  if (!options.calibrate.empty()) {
    calibration = read_feature_file(options.calibrate, train.memory_limit_bytes);
    train.calibrate = &calibration.table;
    train.calibrate_what = printable(options.calibrate);
    card["calibration_files"] = json::array({{{"name", calibration.name},
                                              {"sha256", calibration.sha256},
                                              {"rows", calibration.table.row_count()}}});
  }
  train.card_json = card.dump(-1, ' ', false, json::error_handler_t::replace);
  TrainResult result = train_table(features.table, train);
  result.warnings.insert(result.warnings.begin(), features.warnings.begin(),
                         features.warnings.end());
  return result;
}

}  // namespace netml
