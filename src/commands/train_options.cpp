#include "train_options.hpp"

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"
#include "netml/core/words.hpp"

namespace netml {

SplitKind parse_split_kind(std::string_view text) {
  static constexpr Word<SplitKind> kWords[] = {{"random", SplitKind::kRandom},
                                               {"time", SplitKind::kTime}};
  return parse_word(text, kWords, "--split");
}

TrainOn parse_train_on(std::string_view text) {
  static constexpr Word<TrainOn> kWords[] = {
      {"all", TrainOn::kAll}, {"normal", TrainOn::kNormal}, {"auto", TrainOn::kAuto}};
  return parse_word(text, kWords, "--train-on");
}

MissingRule parse_missing_rule(std::string_view text) {
  static constexpr Word<MissingRule> kWords[] = {{"error", MissingRule::kError},
                                                 {"drop", MissingRule::kDrop}};
  return parse_word(text, kWords, "--missing");
}

void check_train_options(const TrainOptions& options) {
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

Scaling scaling_of(const TrainOptions& options) {
  return options.scale.value_or(options.preset_netml ? Scaling::kNone : Scaling::kStandard);
}

Params train_params(const TrainOptions& options, const ModelEntry& entry) {
  ParamSchema schema = entry.schema;
  if (options.preset_netml) {
    apply_netml_defaults(entry, schema);
  }
  return read_params(options.param, schema, algorithm_names(entry));
}

void check_training(const TrainOptions& options) {
  check_train_options(options);
  train_params(options, find_model(options.algorithm));
}

}  // namespace netml
