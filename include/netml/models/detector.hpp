#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netml/dataset/matrix.hpp"
#include "netml/dataset/scaler.hpp"
#include "netml/models/conformal.hpp"
#include "netml/models/metrics.hpp"
#include "netml/models/model.hpp"
#include "netml/models/registry.hpp"

namespace netml {

enum class Verdict {
  kNormal,
  kAnomaly,
  kInvalid,       ///< the row has a value that is missing or not finite: no score
  kUnclassified,  ///< the model has no threshold
};
/// "normal", "anomaly", "invalid", "unclassified".
std::string_view to_text(Verdict verdict) noexcept;

/// Where the threshold of a model comes from.
enum class ThresholdRule {
  kNone,       ///< too few rows: scores only
  kConformal,  ///< held-out calibration scores and alpha; promises a false-alarm rate
  kOwn,        ///< the method's own (preset netml, OCSVM: f < 0)
  kQuantile,   ///< the 0.9-quantile of the training scores (preset netml, the others)
  kFixed,      ///< a number that the user gave (classify --threshold; never in a file)
};
std::string_view to_text(ThresholdRule rule) noexcept;

/// Which scores p-values are taken from.
enum class CalibrationSource { kNone, kHeldOut, kSeparate, kTraining };
std::string_view to_text(CalibrationSource source) noexcept;

/// Training rows kept for explanations: raw values and who they were.
struct ReferenceRows {
  static constexpr std::size_t kMost = 1000;
  Matrix rows;                    ///< [r × columns], not scaled
  std::vector<std::string> keys;  ///< one line each, safe to print; empty where unknown
};

/// Quantiles of each column over the training rows.
struct TrainingQuantiles {
  static constexpr double kLevels[] = {0, .01, .05, .25, .5, .75, .95, .99, 1};
  static constexpr std::size_t kCount = 9;
  Matrix values;  ///< [9 × columns], not scaled
};
/// Requires: finite rows, at least one.
TrainingQuantiles training_quantiles(const Matrix& rows);

/// The calibration flows in time, for what is usual of a source (`classify --by-source`). Sources
/// are numbers and times begin at 0: nobody can be recognised. All lists have the same length.
struct SourceCalibration {
  static constexpr std::size_t kMost = 10000;
  std::vector<std::int32_t> source;
  std::vector<std::int64_t> end_ns;
  std::vector<double> score;  ///< by the flow model, which was not fitted on them
};

/// One row's answer.
struct RowScore {
  double score = 0;               ///< greater = more novel; NaN when invalid
  std::optional<double> p_value;  ///< absent without calibration scores, and when invalid
  Verdict verdict = Verdict::kUnclassified;
};

/// How verdicts agree with labels (0 normal, 1 abnormal; one per answer): anomalies are flagged.
Confusion confusion(std::span<const RowScore> answers, std::span<const int> labels);

/// Everything that a model file holds: from a flow's features to a verdict.
///
/// Plain data to fill in, then save() or score(). After load() every field has been checked.
class Detector {
 public:
  static constexpr double kTrainingQuantile = 0.9;  ///< of ThresholdRule::kQuantile

  std::string algorithm;
  std::uint64_t seed = 0;
  std::vector<std::string> columns;  ///< names in the order of the matrix
  std::string recipe_json;  ///< how the rows were measured; JSON text, opaque here; may be empty
  std::string card_json;    ///< training card; a JSON object as text; may be empty
  Scaler scaler;
  std::unique_ptr<Model> model;
  std::optional<Params> params;
  FitReport fit;
  CalibrationSource calibration_source = CalibrationSource::kNone;
  Calibration calibration;  ///< of an ensemble: its own score; its members have theirs
  ThresholdRule threshold_rule = ThresholdRule::kNone;
  /// A row is an anomaly when its score is above. Nothing for an ensemble with a rate.
  std::optional<double> threshold;
  std::optional<double> alpha;  ///< with kConformal: the false-alarm rate
  std::optional<double>
      rate_bound;  ///< with kConformal: upper bound on the true rate, confidence 0.95
  TrainingQuantiles quantiles;
  ReferenceRows reference;
  std::vector<std::string> warnings;  ///< what `inspect` and reports repeat
  /// Of a model from captures: a small one without the columns that tell of other flows of the
  /// source, for what adds flows of a source up. Null: trained on a table, there are no other
  /// columns, or its parameters do not fit so few rows.
  std::unique_ptr<Detector> flow_model;
  SourceCalibration source_calibration;  ///< of flow_model; empty where there is none

  /// The scores of `rows` (as measured, all finite) become the calibration scores, those of an
  /// ensemble's members too.
  void set_calibration(CalibrationSource source, const Matrix& rows, std::size_t threads = 1);
  /// How many models share the false-alarm rate: the members of an ensemble, else 1.
  std::size_t members() const noexcept;
  /// How many calibration scores a false-alarm rate takes.
  std::size_t calibration_needed(double rate) const;
  /// Whether rows get a verdict. An ensemble has a rate and no threshold: its verdict comes from
  /// the p-values of its members.
  bool has_verdicts() const noexcept { return threshold || alpha; }

  /// Sets threshold, alpha and bound from the calibration scores (see choose_alpha); the warning
  /// of a default that gave way is added to `warnings`.
  void calibrate(std::optional<double> asked_alpha);
  /// With kConformal: the bound on the true rate, confidence 0.95.
  double conformal_rate_bound() const;
  /// Another rate for this run (classify --false-alarm-rate). Throws like choose_alpha, and
  /// DataError for a model without calibration scores.
  void use_alpha(double asked);
  /// Another threshold for this run (classify --threshold).
  void use_threshold(double score);

  /// Scores rows as they were measured (not scaled). Requires: the model's columns.
  std::vector<RowScore> score(const Matrix& rows, std::size_t threads = 1) const;
  /// The model's scores of rows that are all finite.
  Vector raw_scores(const Matrix& rows, std::size_t threads = 1) const;

 private:
  std::vector<RowScore> score_scaled(const Matrix& rows, std::size_t threads) const;
};

/// The bytes of a model file. No date, no thread count, no path: the same detector gives the same
/// bytes.
std::string save_detector(const Detector& detector);

/// No model file is larger.
inline constexpr std::size_t kMostModelBytes = std::size_t{1} << 32;

/// Reads a model file's bytes; nothing in them is trusted. Throws ModelError naming file and field.
/// Takes at most four times the file's size in memory besides a constant.
Detector load_detector(std::string_view bytes, const std::string& what);

}  // namespace netml
