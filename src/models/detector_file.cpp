#include <algorithm>
#include <cmath>
#include <set>

#include <nlohmann/json.hpp>

#include "netml/core/error.hpp"
#include "netml/core/json_text.hpp"
#include "netml/core/quantile.hpp"
#include "netml/core/text_format.hpp"
#include "netml/models/detector.hpp"

#include "ensemble.hpp"

namespace netml {
namespace {

using nlohmann::json;

constexpr std::string_view kOrientation = "greater_is_more_novel";
constexpr std::string_view kGenerator = "mt19937_64";
constexpr double kConfidence = 0.95;
constexpr int kDeepest = 16;
// Leaves room for the levels around an embedded text.
constexpr int kDeepestEmbedded = 12;
constexpr std::size_t kMostColumns = 65536;
// JSON values cost up to 150 bytes each in memory.
constexpr std::size_t kFewValues = 65536;
constexpr std::size_t kBytesPerValue = 64;

enum class Nesting { kOuter, kInner };
Detector load_detector(std::string_view bytes, const std::string& what, Nesting nesting);

constexpr ThresholdRule kRules[] = {ThresholdRule::kNone, ThresholdRule::kConformal,
                                    ThresholdRule::kOwn, ThresholdRule::kQuantile};
constexpr CalibrationSource kSources[] = {CalibrationSource::kNone, CalibrationSource::kHeldOut,
                                          CalibrationSource::kSeparate,
                                          CalibrationSource::kTraining};

// Depth is bounded for everything that is written here, so that dump() may recurse.
std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json embedded(const std::string& text, const std::string& what) {
  return text.empty() ? json() : *parse_json(text, what, {kDeepestEmbedded});
}

// Whose arrays a file of an ensemble holds, and how each was fitted.
json members_of(const Ensemble& ensemble) {
  json members = json::array();
  for (const Ensemble::Member& member : ensemble.members()) {
    members.push_back({{"kind", member.entry->name},
                       {"params", member.params.to_json()},
                       {"params_given", member.params.given()}});
  }
  return members;
}

json description_of(const Detector& detector) {
  json derived = json::array();
  for (const DerivedValue& value : detector.fit.derived) {
    derived.push_back({{"name", value.name}, {"value", value.value}, {"rule", value.rule}});
  }
  std::string rule(to_text(detector.threshold_rule));
  if (detector.threshold_rule == ThresholdRule::kConformal) {
    rule += " " + number_text(*detector.alpha);
  }
  json clip;
  if (detector.scaler.scaling() != Scaling::kNone && detector.scaler.scaling() != Scaling::kRank) {
    clip = Scaler::kClip;
  }
  json bound;
  if (detector.rate_bound) {
    bound = {{"value", *detector.rate_bound}, {"confidence", kConfidence}};
  }
  json description = {
      {"netml_version", NETML_VERSION},
      {"kind", detector.algorithm},
      {"params", detector.params->to_json()},
      {"params_given", detector.params->given()},
      {"derived", derived},
      {"rows", {{"given", detector.fit.rows_given}, {"used", detector.fit.rows_used}}},
      {"seed", detector.seed},
      {"generator", kGenerator},
      {"recipe", embedded(detector.recipe_json, "recipe")},
      {"columns", detector.columns},
      {"score", kOrientation},
      {"scaler", {{"kind", to_text(detector.scaler.scaling())}, {"clip", clip}}},
      {"calibration",
       {{"source", to_text(detector.calibration_source)}, {"count", detector.calibration.size()}}},
      {"threshold", or_null(detector.threshold)},
      {"threshold_rule", rule},
      {"alpha", or_null(detector.alpha)},
      {"rate_bound", bound},
      {"warnings", detector.warnings},
      {"training", embedded(detector.card_json, "training card")}};
  if (const Ensemble* ensemble = as_ensemble(detector.model.get())) {
    description["members"] = members_of(*ensemble);
  }
  return description;
}

// The description of a file, field by field; every accessor checks.
class Description {
 public:
  Description(const Container& container, std::size_t file_bytes, const std::string& what)
      : what_(what) {
    JsonLimits limits;
    limits.depth = kDeepest;
    limits.values = kFewValues + file_bytes / kBytesPerValue;
    try {
      root_ = parse_json(container.description, what + ": description", limits);
    } catch (const DataError& error) {
      throw ModelError(error.what());
    }
    if (!root_->is_object()) {
      throw ModelError(what + ": description: not a mapping");
    }
  }

  [[noreturn]] void fail(const std::string& field, const std::string& reason) const {
    throw ModelError(what_ + ": " + field + ": " + reason);
  }

  // `field` may name a member of a member: "scaler.kind".
  const json& get(const std::string& field) const {
    const json* value = &*root_;
    for (const std::string& name : split(field, '.')) {
      const auto found = value->is_object() ? value->find(name) : value->end();
      if (found == value->end()) {
        fail(field, "missing");
      }
      value = &*found;
    }
    return *value;
  }

  const std::string& text(const std::string& field) const {
    const json& value = get(field);
    if (!value.is_string()) {
      fail(field, "a text is expected");
    }
    return value.get_ref<const std::string&>();
  }

  std::uint64_t whole(const std::string& field) const {
    const json& value = get(field);
    if (!value.is_number_unsigned()) {
      fail(field, "a whole number is expected");
    }
    return value.get<std::uint64_t>();
  }

  std::optional<double> number_or_null(const std::string& field) const {
    const json& value = get(field);
    if (value.is_null()) {
      return std::nullopt;
    }
    if (!value.is_number()) {
      fail(field, "a number is expected");
    }
    return value.get<double>();
  }

  std::vector<std::string> texts(const std::string& field, std::size_t most) const {
    const json& value = get(field);
    if (!value.is_array() || value.size() > most) {
      fail(field, "a list of at most " + std::to_string(most) + " texts is expected");
    }
    std::vector<std::string> result;
    for (const json& item : value) {
      if (!item.is_string()) {
        fail(field, "a text is expected");
      }
      result.push_back(item.get_ref<const std::string&>());
    }
    return result;
  }

  // An embedded JSON object as text again; "" for null.
  std::string object_text(const std::string& field) const {
    const json& value = get(field);
    if (!value.is_null() && !value.is_object()) {
      fail(field, "a mapping is expected");
    }
    return value.is_null() ? "" : dump(value);
  }

  template <typename T, std::size_t kCount>
  T one_of(const std::string& field, std::string_view name, const T (&values)[kCount]) const {
    for (const T value : values) {
      if (to_text(value) == name) {
        return value;
      }
    }
    fail(field, "unknown value '" + printable(name) + "'");
  }

 private:
  const std::string& what_;
  JsonDocument root_;
};

std::vector<Ensemble::Member> read_members(const Description& description, const Params& params,
                                           const std::string& what) {
  const std::vector<std::string> names = member_names(params);
  const json& listed = description.get("members");
  if (!listed.is_array() || listed.size() != names.size()) {
    description.fail("members", "not those of the parameters");
  }
  std::vector<Ensemble::Member> members;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const json& item = listed[i];
    const ModelEntry* entry = find_model_or_null(names[i]);
    const bool is_whole = item.is_object() && item.contains("kind") && item["kind"] == names[i] &&
                          item.contains("params") && item.contains("params_given");
    if (entry == nullptr || !is_whole) {
      description.fail("members", "not those of the parameters");
    }
    try {
      members.push_back({entry,
                         Params::from_json(entry->schema, item["params"], item["params_given"],
                                           what + ": members: " + names[i]),
                         entry->make(),
                         {},
                         0});
    } catch (const DataError& error) {
      throw ModelError(error.what());
    }
  }
  return members;
}

void read_model(const Description& description, const Container& container, const std::string& what,
                Detector& detector) {
  const ModelEntry* entry = find_model_or_null(description.text("kind"));
  if (entry == nullptr || entry->name != description.text("kind")) {
    description.fail("kind",
                     "this build has no algorithm '" + printable(description.text("kind")) + "'");
  }
  detector.algorithm = entry->name;
  detector.seed = description.whole("seed");
  if (description.text("generator") != kGenerator || description.text("score") != kOrientation) {
    description.fail("score", "not a score or generator of this format");
  }
  detector.columns = description.texts("columns", kMostColumns);
  const std::set<std::string> distinct(detector.columns.begin(), detector.columns.end());
  if (detector.columns.empty() || distinct.size() != detector.columns.size()) {
    description.fail("columns", "no column, or one of them twice");
  }
  try {
    detector.params = Params::from_json(entry->schema, description.get("params"),
                                        description.get("params_given"), what + ": params");
  } catch (const DataError& error) {
    throw ModelError(error.what());
  }
  constexpr Scaling kScalings[] = {Scaling::kStandard, Scaling::kMinMax, Scaling::kRobust,
                                   Scaling::kRank, Scaling::kNone};
  const Scaling scaling =
      description.one_of("scaler.kind", description.text("scaler.kind"), kScalings);
  const std::optional<double> clip = description.number_or_null("scaler.clip");
  const bool clips = scaling != Scaling::kNone && scaling != Scaling::kRank;
  if (clip != (clips ? std::optional(Scaler::kClip) : std::nullopt)) {
    description.fail("scaler.clip", "not the clipping of this format");
  }
  const std::size_t columns = detector.columns.size();
  detector.scaler = Scaler::load(ArrayReader(container, "scaler.", what), scaling, columns);
  detector.model = entry->make();
  if (Ensemble* ensemble = as_ensemble(detector.model.get())) {
    ensemble->set_members(read_members(description, *detector.params, what));
  }
  detector.model->load(ArrayReader(container, entry->name + ".", what), *detector.params, columns);
}

void read_fit(const Description& description, Detector& detector) {
  detector.fit.rows_given = static_cast<std::size_t>(description.whole("rows.given"));
  detector.fit.rows_used = static_cast<std::size_t>(description.whole("rows.used"));
  const json& derived = description.get("derived");
  if (!derived.is_array()) {
    description.fail("derived", "a list is expected");
  }
  for (const json& item : derived) {
    const bool is_whole = item.is_object() && item.contains("name") && item["name"].is_string() &&
                          item.contains("rule") && item["rule"].is_string() &&
                          item.contains("value") && item["value"].is_number();
    if (!is_whole) {
      description.fail("derived", "an entry has no name, value or rule");
    }
    detector.fit.derived.push_back({item["name"].get<std::string>(), item["value"].get<double>(),
                                    item["rule"].get<std::string>()});
  }
}

void read_calibration(const Description& description, const Container& container,
                      const std::string& what, Detector& detector) {
  detector.calibration_source =
      description.one_of("calibration.source", description.text("calibration.source"), kSources);
  const ArrayReader reader(container, "calibration.", what);
  std::vector<double> scores = reader.f64("scores");
  if (scores.size() > Calibration::kMostScores ||
      scores.size() != description.whole("calibration.count") ||
      scores.empty() != (detector.calibration_source == CalibrationSource::kNone)) {
    reader.refuse("scores", "their number does not fit the description");
  }
  if (!std::is_sorted(scores.begin(), scores.end())) {
    reader.refuse("scores", "not in ascending order");
  }
  detector.calibration = Calibration(std::move(scores));
  const Ensemble* ensemble = as_ensemble(detector.model.get());
  if (ensemble != nullptr && !detector.calibration.is_empty() &&
      ensemble->members().front().calibration.size() != detector.calibration.size()) {
    reader.refuse("scores", "not as many as the members have");
  }
}

void read_threshold(const Description& description, Detector& detector) {
  const std::string& text = description.text("threshold_rule");
  detector.threshold_rule = description.one_of(
      "threshold_rule", std::string_view(text).substr(0, text.find(' ')), kRules);
  detector.threshold = description.number_or_null("threshold");
  detector.alpha = description.number_or_null("alpha");
  const bool is_conformal = detector.threshold_rule == ThresholdRule::kConformal;
  const bool has_threshold = detector.threshold_rule != ThresholdRule::kNone &&
                             !(is_conformal && as_ensemble(detector.model.get()) != nullptr);
  if (detector.threshold.has_value() != has_threshold ||
      detector.alpha.has_value() != is_conformal) {
    description.fail("threshold", "threshold, alpha and threshold_rule do not fit each other");
  }
  if (!is_conformal) {
    if (detector.threshold_rule == ThresholdRule::kOwn &&
        detector.threshold != detector.model->own_threshold()) {
      description.fail("threshold", "it is not the one that the model gives");
    }
    if (detector.threshold_rule == ThresholdRule::kQuantile &&
        (detector.calibration_source != CalibrationSource::kTraining ||
         *detector.threshold !=
             quantile_sorted(detector.calibration.scores(), Detector::kTrainingQuantile))) {
      description.fail("threshold", "it is not the 0.9-quantile of the training scores");
    }
    return;
  }
  const double alpha = *detector.alpha;
  if (!(alpha > 0 && alpha < 1) || detector.calibration.is_empty() ||
      detector.calibration_source == CalibrationSource::kTraining ||
      !detector.calibration.supports(alpha / static_cast<double>(detector.members())) ||
      (has_threshold && *detector.threshold != detector.calibration.threshold(alpha))) {
    description.fail("threshold", "it is not the one that alpha and the calibration scores give");
  }
  detector.rate_bound = description.number_or_null("rate_bound.value");
  // Computed with the C library's lgamma, which may differ in its last bits.
  if (!detector.rate_bound ||
      std::fabs(*detector.rate_bound - detector.conformal_rate_bound()) > 1e-6) {
    description.fail("rate_bound", "it is not the one that alpha and the calibration scores give");
  }
}

void read_training_rows(const Container& container, const std::string& what, Detector& detector) {
  const std::size_t columns = detector.columns.size();
  const ArrayReader reader(container, "training.", what);
  detector.quantiles.values = read_matrix(reader, "quantiles", columns);
  const Matrix& quantiles = detector.quantiles.values;
  if (row_count(quantiles) != TrainingQuantiles::kCount) {
    reader.refuse("quantiles", "their number is not that of this format");
  }
  for (Eigen::Index i = 1; i < quantiles.rows(); ++i) {
    if ((quantiles.row(i).array() < quantiles.row(i - 1).array()).any()) {
      reader.refuse("quantiles", "not in ascending order");
    }
  }
  detector.reference.rows = read_matrix(reader, "reference_rows", columns);
  const std::string keys = reader.text("reference_keys");
  const std::size_t rows = row_count(detector.reference.rows);
  if (rows > ReferenceRows::kMost ||
      static_cast<std::size_t>(std::count(keys.begin(), keys.end(), '\n')) != rows ||
      !keys.ends_with('\n')) {
    reader.refuse("reference_keys", "not one line for each reference row");
  }
  for (std::size_t begin = 0; begin < keys.size();) {
    const std::size_t end = keys.find('\n', begin);
    detector.reference.keys.push_back(
        valid_utf8(std::string_view(keys).substr(begin, end - begin)));
    begin = end + 1;
  }
}

void read_sources(const Container& container, const std::string& what, Detector& detector) {
  const ArrayReader reader(container, "by_source.", what);
  if (!reader.has("score")) {
    return;
  }
  SourceCalibration& sources = detector.source_calibration;
  sources.source = reader.i32("source");
  sources.end_ns = reader.i64("end_ns");
  sources.score = reader.f64("score");
  if (sources.score.size() > SourceCalibration::kMost ||
      sources.source.size() != sources.score.size() ||
      sources.end_ns.size() != sources.score.size()) {
    reader.refuse("score", "not one number for each flow, or too many flows");
  }
  const Detector& scoring = detector.flow_model ? *detector.flow_model : detector;
  if (scoring.calibration.is_empty()) {
    reader.refuse("score", "the model has no calibration scores");
  }
}

// A model within a model is the last one.
void read_flow_model(const Container& container, const std::string& what, Detector& detector) {
  const ArrayReader reader(container, "", what);
  if (!reader.has("flow_model")) {
    return;
  }
  const std::string bytes = reader.text("flow_model");
  auto inner =
      std::make_unique<Detector>(load_detector(bytes, what + ": flow_model", Nesting::kInner));
  detector.flow_model = std::move(inner);
}

}  // namespace

std::string save_detector(const Detector& detector) {
  std::vector<Array> arrays;
  ArrayWriter root(arrays, "");
  ArrayWriter scaler = root.nested("scaler.");
  detector.scaler.save(scaler);
  ArrayWriter model = root.nested(detector.algorithm + ".");
  detector.model->save(model);
  root.add("calibration.scores", std::span<const double>(detector.calibration.scores()));
  write_matrix(root, "training.quantiles", detector.quantiles.values);
  write_matrix(root, "training.reference_rows", detector.reference.rows);
  std::string keys;
  for (const std::string& key : detector.reference.keys) {
    keys += key + "\n";
  }
  root.add_text("training.reference_keys", keys);
  if (detector.flow_model) {
    root.add_text("flow_model", save_detector(*detector.flow_model));
  }
  const SourceCalibration& sources = detector.source_calibration;
  if (!sources.score.empty()) {
    root.add("by_source.source", std::span<const std::int32_t>(sources.source));
    root.add("by_source.end_ns", std::span<const std::int64_t>(sources.end_ns));
    root.add("by_source.score", std::span<const double>(sources.score));
  }
  return write_container(dump(description_of(detector)), arrays);
}

Detector load_detector(std::string_view bytes, const std::string& what) {
  return load_detector(bytes, what, Nesting::kOuter);
}

namespace {

Detector load_detector(std::string_view bytes, const std::string& what, Nesting nesting) {
  const Container container = read_container(bytes, what);
  const Description description(container, bytes.size(), what);
  Detector detector;
  read_model(description, container, what, detector);
  read_fit(description, detector);
  read_calibration(description, container, what, detector);
  read_threshold(description, detector);
  read_training_rows(container, what, detector);
  detector.recipe_json = description.object_text("recipe");
  detector.card_json = description.object_text("training");
  detector.warnings = description.texts("warnings", 1000);
  if (nesting == Nesting::kOuter) {
    read_flow_model(container, what, detector);
  } else if (container.find("flow_model") != nullptr) {
    throw ModelError(what + ": flow_model: a model within a model within a model");
  }
  read_sources(container, what, detector);
  return detector;
}

}  // namespace

}  // namespace netml
