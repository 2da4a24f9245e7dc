// What a training run says of itself: the table, and its part of --summary.

#include <algorithm>
#include <array>
#include <charconv>

#include <nlohmann/json.hpp>

#include "netml/commands/train.hpp"
#include "netml/core/json_text.hpp"
#include "netml/core/text_format.hpp"

namespace netml {
namespace {

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
  const nlohmann::json summary = {{"metrics",
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

}  // namespace netml
