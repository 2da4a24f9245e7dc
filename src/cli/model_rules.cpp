#include "model_rules.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

namespace netml::cli {
namespace {

using Json = nlohmann::ordered_json;

// How a member of a recipe is written on the command line.
enum class Form { kPlain, kList, kNanoseconds, kOwnTimeout, kDirection, kOnOff, kFlag };

struct RuleOption {
  const char* member;
  const char* option;
  Form form = Form::kPlain;
};

constexpr RuleOption kOptions[] = {
    {"preset", "--preset"},
    {"features", "--features", Form::kList},
    {"accounting", "--accounting"},
    {"idle_timeout_ns", "--idle-timeout", Form::kNanoseconds},
    {"tcp_idle_timeout_ns", "--tcp-timeout", Form::kOwnTimeout},
    {"udp_idle_timeout_ns", "--udp-timeout", Form::kOwnTimeout},
    {"active_timeout_ns", "--active-timeout", Form::kNanoseconds},
    {"tcp_end", "--tcp-end"},
    {"max_packets_per_flow", "--max-packets-per-flow"},
    {"per_direction", "--direction", Form::kDirection},
    {"decode_tunnels", "--decode-tunnels", Form::kOnOff},
    {"dim", "--dim"},
    {"interval_s", "--interval"},
    {"sampling_s", "--sampling-rate"},
    {"q_interval", "--q-interval"},
    {"fft", "--fft", Form::kFlag},
    {"header", "--header", Form::kFlag},
    {"active_idle_threshold_ns", "--active-idle-threshold", Form::kNanoseconds},
};

std::string list_text(const Json& list) {
  std::vector<std::string> words;
  for (const Json& word : list) {
    words.push_back(word.get<std::string>());
  }
  return words.empty() ? "all" : printable(join(words, ","));
}

std::string seconds_text(const Json& value) {
  if (value.is_null()) {
    return "that of each set";
  }
  const auto ns = value.get<std::int64_t>();
  return ns == kNoTimeout ? "inf" : number_text(static_cast<double>(ns) / 1e9);
}

// As a user would have typed it.
std::string value_text(const Json& value, Form form) {
  switch (form) {
    case Form::kList:
      return list_text(value);
    case Form::kNanoseconds:
      return seconds_text(value);
    case Form::kOwnTimeout:
      return value == 0 ? "none" : seconds_text(value);
    case Form::kDirection:
      return value.get<bool>() ? "one" : "both";
    case Form::kOnOff:
      return value.get<bool>() ? "on" : "off";
    case Form::kFlag:
      return value.get<bool>() ? "it" : "it not";
    case Form::kPlain:
      break;
  }
  if (value.is_null() || value == 0) {
    return "none";
  }
  return value.is_string()         ? value.get<std::string>()
         : value.is_number_float() ? number_text(value.get<double>())
                                   : value.dump();
}

[[noreturn]] void refuse_contradiction(const std::string& model_json,
                                       const std::string& changed_json) {
  const Json model = Json::parse(model_json), changed = Json::parse(changed_json);
  for (const RuleOption& rule : kOptions) {
    const Json& value = changed[rule.member];
    if (value != model[rule.member]) {
      const std::string typed = rule.form == Form::kFlag ? "" : " " + value_text(value, rule.form);
      throw UsageError(rule.option + typed + " contradicts the model, which has " +
                       value_text(model[rule.member], rule.form) +
                       "; flows are cut and measured as the model says");
    }
  }
  throw UsageError("an option contradicts the model, which says how flows are cut and measured");
}

// A model's recipe measures every column of its sets; the model itself may see fewer of them.
void check_columns(std::vector<std::string> asked, std::vector<std::string> seen) {
  const std::string typed = join(asked, ",");
  const std::string had = join(seen, ",");
  std::sort(asked.begin(), asked.end());
  std::sort(seen.begin(), seen.end());
  if (asked != seen) {
    throw UsageError("--columns " + printable(typed) + " contradicts the model, which sees " +
                     printable(had));
  }
}

}  // namespace

void adjust_to_model(const FlowText& flow, const FeatureText& features,
                     const std::vector<std::string>& columns, Recipe& recipe) {
  const std::string model = recipe.to_json();
  Recipe changed = recipe;
  if (flow.preset) {
    changed.preset = parse_preset(flow.preset);
  }
  FlowText rules = flow;
  rules.min_packets = std::nullopt;  // which flows are shown, not how they are measured
  rules.max_packets = flow.max_packets ? flow.max_packets : recipe.policy.max_packets_per_flow;
  set_flow_rules(rules, changed);
  if (features.features) {
    changed.sets = parse_list("--features", *features.features);
  }
  if (features.columns) {
    check_columns(parse_list("--columns", *features.columns), columns);
  }
  FeatureText representation = features;
  representation.fft = features.fft || recipe.representation.fft;
  representation.header = features.header || recipe.representation.header;
  set_representation(representation, changed.representation);
  cut_at_interval(changed);
  if (const std::string asked = changed.to_json(); asked != model) {
    refuse_contradiction(model, asked);
  }
  Recipe shown = recipe;
  set_flow_rules(flow, shown);
  recipe.min_packets = shown.min_packets;
  set_limits(flow, recipe.policy);
  set_context_limit(features, recipe);
}

}  // namespace netml::cli
