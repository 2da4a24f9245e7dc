// The JSON twin of the report, and what both forms share.

#include <algorithm>
#include <cfloat>
#include <cmath>

#include <nlohmann/json.hpp>

#include "netml/core/json_text.hpp"
#include "netml/core/quantile.hpp"
#include "netml/models/report.hpp"

namespace netml {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kBins = 40;
constexpr double kLeastRelativeWidth = 1e-9;

Json estimate_json(const Estimate& estimate) {
  return {{"value", estimate.value}, {"low", estimate.low}, {"high", estimate.high}};
}

Json curve_json(const std::vector<CurvePoint>& curve, const char* x, const char* y) {
  Json list = Json::array();
  for (const CurvePoint& point : curve) {
    list.push_back({{x, point.x}, {y, point.y}, {"low", point.low}, {"high", point.high}});
  }
  return list;
}

Json evaluation_json(const Evaluation& evaluation) {
  return {{"normal", evaluation.normal},
          {"abnormal", evaluation.abnormal},
          {"auc", estimate_json(evaluation.auc)},
          {"average_precision", estimate_json(evaluation.average_precision)},
          {"tpr_at_fpr_0.001", estimate_json(evaluation.tpr_at_fpr_0001)},
          {"tpr_at_fpr_0.01", estimate_json(evaluation.tpr_at_fpr_001)},
          {"tpr_at_fpr_0.05", estimate_json(evaluation.tpr_at_fpr_005)},
          {"roc", curve_json(evaluation.roc, "fpr", "tpr")},
          {"precision_recall", curve_json(evaluation.precision_recall, "recall", "precision")}};
}

Json drift_json(const DriftReport& drift) {
  Json columns = Json::array();
  for (const MovedColumn& column : drift.columns) {
    columns.push_back({{"name", column.name},
                       {"stability_index", column.stability_index},
                       {"ks", column.ks_distance}});
  }
  return {{"rows", drift.rows},
          {"conclusive", drift.is_conclusive},
          {"drifted", drift.has_drifted},
          {"moved", drift.moved},
          {"score_ks", or_null<Json>(drift.score_ks)},
          {"score_ks_p", or_null<Json>(drift.score_ks_p)},
          {"share_p_0.5", or_null<Json>(drift.share_p_half)},
          {"share_p_0.5_range", or_null<Json>(drift.range_p_half)},
          {"share_p_0.1", or_null<Json>(drift.share_p_tenth)},
          {"share_p_0.1_range", or_null<Json>(drift.range_p_tenth)},
          {"columns", std::move(columns)}};
}

Json novel_json(const NovelRow& row) {
  return {{"who", row.who},         {"when", row.when},
          {"score", row.score},     {"p_value", or_null<Json>(row.p_value)},
          {"verdict", row.verdict}, {"label", row.label},
          {"reasons", row.reasons}, {"like", row.like}};
}

struct Range {
  double low;
  double high;
};

// From the smallest score to the 0.995-quantile, wide enough that halves of its ends differ: a
// difference of two doubles may be beyond their range.
Range histogram_range(const std::vector<double>& sorted) {
  const double low = sorted.front();
  double high = quantile_sorted(sorted, .995);
  if (!(high > low)) {
    high = sorted.back();
  }
  if (high - low >= DBL_MIN) {
    return {low, high};
  }
  // As good as one score: a width that doubles of its size can show.
  const double width = std::max(1.0, std::fabs(low) * kLeastRelativeWidth);
  const double start = std::min(low, DBL_MAX - width);
  return {start, start + width};
}

}  // namespace

ScoreHistogram score_histogram(std::span<const double> scores, std::span<const int> labels) {
  ScoreHistogram histogram;
  if (scores.empty()) {
    return histogram;
  }
  std::vector<double> sorted(scores.begin(), scores.end());
  std::sort(sorted.begin(), sorted.end());
  const auto [low, high] = histogram_range(sorted);
  for (std::size_t i = 0; i <= kBins; ++i) {
    const double bin = static_cast<double>(i);
    const double offset = (high - low) * bin / kBins;
    histogram.edges.push_back(std::isfinite(offset) ? low + offset
                                                    : std::lerp(low, high, bin / kBins));
  }
  histogram.normal.resize(kBins);
  histogram.abnormal.resize(kBins);
  histogram.unlabelled.resize(kBins);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double place = (scores[i] / 2 - low / 2) / (high / 2 - low / 2) * kBins;
    const auto bin = static_cast<std::size_t>(std::clamp(place, 0.0, kBins - 1.0));
    ++(labels[i] < 0    ? histogram.unlabelled
       : labels[i] == 0 ? histogram.normal
                        : histogram.abnormal)[bin];
  }
  return histogram;
}

std::string report_json(const Report& report) {
  Json json = {{"title", report.title}, {"summary", report.summary}};
  for (const auto& [name, value] : report.card) {
    json["card"][name] = value;
  }
  json["warnings"] = report.warnings;
  json["evaluation"] = report.evaluation ? evaluation_json(*report.evaluation) : Json();
  if (report.confusion) {
    json["confusion"] = {{"true_positives", report.confusion->true_positives},
                         {"false_positives", report.confusion->false_positives},
                         {"true_negatives", report.confusion->true_negatives},
                         {"false_negatives", report.confusion->false_negatives}};
  } else {
    json["confusion"] = nullptr;
  }
  json["threshold"] = or_null<Json>(report.threshold);
  json["alpha"] = or_null<Json>(report.alpha);
  json["rate_bound"] = or_null<Json>(report.rate_bound);
  json["scores"] = {{"edges", report.histogram.edges},
                    {"normal", report.histogram.normal},
                    {"abnormal", report.histogram.abnormal},
                    {"unlabelled", report.histogram.unlabelled}};
  json["folds"] = report.folds
                      ? Json{{"alert_rates", report.folds->rates}, {"alpha", report.folds->alpha}}
                      : Json();
  json["drift"] = report.drift ? drift_json(*report.drift) : Json();
  json["novel"] = Json::array();
  for (const NovelRow& row : report.novel) {
    json["novel"].push_back(novel_json(row));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace netml
