#include "training_card.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "netml/core/json_text.hpp"

namespace netml {
namespace {

using nlohmann::json;

json flows_of(const RowPlan& plan, const std::vector<RowLabel>& labels, const TrainResult& result) {
  const auto abnormal = static_cast<std::size_t>(
      std::count_if(plan.test.begin(), plan.test.end(),
                    [&](std::size_t row) { return labels[row] == RowLabel::kAbnormal; }));
  return {{"given", labels.size()},
          {"unlabelled", plan.unlabelled},
          {"missing", plan.missing},
          {"train", result.flows_train},
          {"fit", result.flows_fit},
          {"calibration", result.flows_calibration},
          {"test_normal", plan.test.size() - abnormal},
          {"test_abnormal", abnormal}};
}

json options_of(const TrainOptions& options, const RowPlan& plan) {
  const bool is_all = options.train_on == TrainOn::kAll ||
                      (options.train_on == TrainOn::kAuto && options.preset_netml) ||
                      !plan.is_labelled;
  return {{"test_size", options.test_size},
          {"split", options.split == SplitKind::kTime ? "time" : "random"},
          {"train_on", is_all ? "all" : "normal"},
          {"missing", options.missing == MissingRule::kDrop ? "drop" : "error"},
          {"false_alarm_rate", or_null(options.false_alarm_rate)},
          {"preset", options.preset_netml ? json("netml") : json()}};
}

json metrics_of(const TrainResult& result) {
  json metrics = {{"auc", or_null(result.auc)},
                  {"average_precision", or_null(result.average_precision)},
                  {"tpr_at_fpr_0.01", or_null(result.tpr_at_fpr_001)}};
  if (result.confusion) {
    metrics["confusion"] = {{"true_positives", result.confusion->true_positives},
                            {"false_positives", result.confusion->false_positives},
                            {"true_negatives", result.confusion->true_negatives},
                            {"false_negatives", result.confusion->false_negatives}};
  }
  return metrics;
}

}  // namespace

std::string training_card(const TrainOptions& options, const RowPlan& plan,
                          const std::vector<RowLabel>& labels, const TrainResult& result) {
  json card =
      options.card_json.empty() ? json::object() : *parse_json(options.card_json, "card", {10});
  card["flows"] = flows_of(plan, labels, result);
  card["options"] = options_of(options, plan);
  card["metrics"] = metrics_of(result);
  card["notes"] = result.details;
  return card.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace netml
