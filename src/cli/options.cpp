#include "options.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netml/core/error.hpp"
#include "netml/core/log.hpp"
#include "netml/core/progress.hpp"
#include "netml/core/text_format.hpp"
#include "netml/core/words.hpp"
#include "netml/features/registry.hpp"

#include "declare.hpp"

namespace netml::cli {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// One of a few words.
std::size_t choose(const std::string& option, const std::string& text,
                   const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (text == words[i]) {
      return i;
    }
  }
  refuse_word(text, words, option);
}

}  // namespace

Preset parse_preset(const std::optional<std::string>& text) {
  if (!text) {
    return Preset::kNone;
  }
  const std::vector<std::string> words = {"netml", "nfstream", "netflowmeter", "cicflowmeter"};
  constexpr Preset kPresets[] = {Preset::kNetml, Preset::kNfstream, Preset::kNetflowmeter,
                                 Preset::kCicflowmeter};
  return kPresets[choose("--preset", *text, words)];
}

namespace {

void set_preset(Preset preset, Recipe& recipe) {
  recipe.preset = preset;
  if (preset == Preset::kNfstream) {
    recipe.policy.expiry = ExpiryRule::kNfstream;
  } else if (preset == Preset::kNetml) {
    recipe.policy.idle_timeout_ns = 600 * kSecond;
    recipe.policy.tcp_idle_timeout_ns = recipe.policy.udp_idle_timeout_ns = 600 * kSecond;
    recipe.policy.active_timeout_ns = kNoTimeout;
    recipe.per_direction = true;
    recipe.min_packets = 2;
  } else if (preset == Preset::kNetflowmeter || preset == Preset::kCicflowmeter) {
    const bool has_idle = preset == Preset::kNetflowmeter;
    recipe.policy.expiry = ExpiryRule::kOwnPacket;
    recipe.policy.idle_timeout_ns = has_idle ? 300 * kSecond : kNoTimeout;
    recipe.policy.active_timeout_ns = (has_idle ? 3600 : 120) * kSecond;
    recipe.policy.tcp_end = TcpEnd::kGraceful;
    recipe.decode_tunnels = false;
  }
}

void set_timeouts(const FlowText& flow, FlowPolicy& policy) {
  if (flow.idle) {
    policy.idle_timeout_ns = parse_seconds("--idle-timeout", *flow.idle);
    // The preset's timeouts per protocol are its common one.
    for (auto* own : {&policy.tcp_idle_timeout_ns, &policy.udp_idle_timeout_ns}) {
      if (*own) {
        *own = policy.idle_timeout_ns;
      }
    }
  }
  if (flow.active) {
    policy.active_timeout_ns = parse_seconds("--active-timeout", *flow.active);
  }
  const auto own = [](const char* option, const std::string& text) {
    const std::int64_t timeout_ns = parse_seconds(option, text);
    if (timeout_ns == 0) {
      throw UsageError(std::string(option) + ": must be above 0");
    }
    return timeout_ns;
  };
  if (flow.tcp_timeout) {
    policy.tcp_idle_timeout_ns = own("--tcp-timeout", *flow.tcp_timeout);
  }
  if (flow.udp_timeout) {
    policy.udp_idle_timeout_ns = own("--udp-timeout", *flow.udp_timeout);
  }
}

}  // namespace

void set_flow_rules(const FlowText& flow, Recipe& recipe) {
  set_timeouts(flow, recipe.policy);
  if (flow.direction) {
    recipe.per_direction = choose("--direction", *flow.direction, {"both", "one"}) == 1;
  }
  if (flow.tcp_end) {
    recipe.policy.tcp_end =
        static_cast<TcpEnd>(choose("--tcp-end", *flow.tcp_end, {"none", "graceful", "strict"}));
  }
  if (flow.accounting) {
    recipe.policy.accounting = static_cast<Accounting>(
        choose("--accounting", *flow.accounting, {"link", "ip", "transport", "payload"}));
  }
  if (flow.decode_tunnels) {
    recipe.decode_tunnels = choose("--decode-tunnels", *flow.decode_tunnels, {"on", "off"}) == 0;
  }
  if (flow.min_packets) {
    if (*flow.min_packets == 0) {
      throw UsageError("--min-packets: must be at least 1");
    }
    recipe.min_packets = *flow.min_packets;
  }
  recipe.policy.max_packets_per_flow = flow.max_packets.value_or(0);
  if (flow.active_idle_threshold) {
    recipe.active_idle_threshold_ns =
        parse_seconds("--active-idle-threshold", *flow.active_idle_threshold);
  }
}

void set_context_limit(const FeatureText& text, Recipe& recipe) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 24;
  recipe.context_limit = text.context_limit.value_or(recipe.context_limit);
  if (recipe.context_limit == 0 || recipe.context_limit > kMost) {
    throw UsageError("--context-limit: " + std::to_string(recipe.context_limit) +
                     " is not from 1 to 16777216 flows");
  }
}

void set_representation(const FeatureText& text, RepresentationOptions& options) {
  if (text.dim) {
    if (*text.dim < 2 || *text.dim > 65535) {
      throw UsageError("--dim: " + std::to_string(*text.dim) + " is not from 2 to 65535 packets");
    }
    options.dim = text.dim;
  }
  constexpr double kMost = 9e9;
  if (text.interval) {
    options.interval_s = parse_real("--interval", *text.interval, 1e-9, kMost);
  }
  if (text.sampling) {
    options.sampling_s = parse_real("--sampling-rate", *text.sampling, 1e-9, kMost);
  }
  if (text.q_interval) {
    options.q_interval = parse_real("--q-interval", *text.q_interval, 1e-9, 1);
  }
  options.fft = text.fft;
  options.header = text.header;
}

std::vector<std::string> parse_list(const std::string& option, const std::string& text) {
  std::vector<std::string> list;
  for (const std::string& part : split(text, ',')) {
    const std::string name(trim(part));
    if (name.empty()) {
      throw UsageError(option + ": an empty name in '" + printable(text) + "'");
    }
    list.push_back(name);
  }
  if (list.empty()) {
    throw UsageError(option + ": names nothing");
  }
  return list;
}

double parse_real(const std::string& option, const std::string& text, double low, double high) {
  const auto value = parse_double(text);
  if (!value || *value < low || *value > high) {
    throw UsageError(option + ": '" + printable(text) + "' is not a number from " +
                     number_text(low) + " to " + number_text(high));
  }
  return *value;
}

double parse_share(const std::string& option, const std::string& text) {
  const auto value = parse_double(text);
  if (!value || !(*value > 0 && *value < 1)) {
    throw UsageError(option + ": '" + printable(text) + "' is not a number between 0 and 1");
  }
  return *value;
}

std::int64_t parse_seconds(const std::string& option, const std::string& text) {
  if (text == "inf") {
    return kNoTimeout;
  }
  const auto value = parse_double(text);
  if (!value || *value < 0 || *value > 9e9) {
    throw UsageError(option + ": '" + printable(text) + "' is neither seconds (0 to 9e9) nor inf");
  }
  return std::llround(*value * 1e9);
}

std::uint64_t parse_size(const std::string& option, const std::string& text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_u64(std::string_view(text).substr(0, digits));
  const std::string unit = to_lower(std::string_view(text).substr(digits));
  int shift = -1;
  for (const auto& [names, bits] : {std::pair{"||b|", 0},
                                    {"|k|kb|kib|", 10},
                                    {"|m|mb|mib|", 20},
                                    {"|g|gb|gib|", 30},
                                    {"|t|tb|tib|", 40}}) {
    if (std::string(names).find("|" + unit + "|") != std::string::npos) {
      shift = bits;
    }
  }
  if (!number || shift < 0 || *number > (UINT64_MAX >> 1 >> shift)) {
    throw UsageError(option + ": '" + printable(text) + "' is not a size such as 512M or 2GiB");
  }
  constexpr std::uint64_t kFewestPlainBytes = 65536;
  if (unit.empty() && *number != 0 && *number < kFewestPlainBytes) {
    throw UsageError(option + ": '" + text +
                     "' would be bytes, too few to work with; give it a unit, as in " + text +
                     "GiB or " + text + "MiB");
  }
  return *number << shift;
}

namespace {

// What the progress meter is to expect of captures; nothing when one of them is a pipe.
std::uint64_t total_bytes(const std::vector<std::string>& paths) {
  std::uint64_t total = 0;
  for (const std::string& path : paths) {
    struct stat status {};
    const int found = path == "-" ? fstat(STDIN_FILENO, &status) : stat(path.c_str(), &status);
    if (found == 0 && !S_ISREG(status.st_mode)) {
      return 0;
    }
    total += found == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
  }
  return total;
}

bool is_standard_input_closed(const std::vector<std::string>& paths) {
  return std::find(paths.begin(), paths.end(), "-") != paths.end() &&
         fcntl(STDIN_FILENO, F_GETFD) < 0;
}

// Given in vain.
void warn_of_idle_label_options(const LabelText& labels) {
  const std::pair<bool, const char*> given[] = {{labels.format != "auto", "--label-format"},
                                                {labels.columns.has_value(), "--label-columns"},
                                                {labels.timezone != "auto", "--label-timezone"},
                                                {labels.slack.has_value(), "--label-slack"},
                                                {labels.conflict.has_value(), "--label-conflict"},
                                                {labels.skips_bad_rows, "--skip-bad-rows"}};
  for (const auto& [is_given, name] : given) {
    if (is_given && labels.files.empty()) {
      log::warning(std::string(name) + " goes with --label FILE; without one it changes nothing");
    }
  }
}

}  // namespace

CaptureInputs make_inputs(const CaptureText& captures, const LabelText& labels, Preset preset) {
  CaptureInputs inputs;
  inputs.plain = captures.pcap;
  inputs.plain.insert(inputs.plain.end(), captures.positional.begin(), captures.positional.end());
  inputs.normal = captures.normal;
  inputs.abnormal = captures.abnormal;
  inputs.filter = captures.filter;
  inputs.is_continuous = captures.is_continuous;
  inputs.labels = labels.files;
  inputs.label_options.format = parse_label_format(labels.format);
  if (preset == Preset::kNetml && inputs.label_options.format == LabelFormat::kAuto &&
      !labels.columns) {
    inputs.label_options.format = LabelFormat::kNetml;
  }
  if (labels.columns) {
    if (inputs.label_options.format != LabelFormat::kAuto &&
        inputs.label_options.format != LabelFormat::kCsv) {
      throw UsageError("--label-columns names columns of --label-format csv, not of " +
                       labels.format);
    }
    inputs.label_options.columns = parse_label_columns(*labels.columns);
  }
  inputs.label_options.timezone_ns = parse_label_timezone(labels.timezone);
  if (labels.slack) {
    inputs.label_options.slack_ns = parse_label_slack(*labels.slack);
  }
  if (labels.conflict) {
    inputs.label_options.conflict = parse_label_conflict(*labels.conflict);
  }
  inputs.label_options.skip_bad_rows = labels.skips_bad_rows;
  if (inputs.paths().empty()) {
    if (isatty(STDIN_FILENO) == 1) {
      throw UsageError(
          "no capture was named and standard input is a terminal; give --pcap FILE or pipe one in");
    }
    inputs.plain = {"-"};
  }
  if (is_standard_input_closed(inputs.paths())) {
    // Before another file takes its number.
    throw InputError(std::string("standard input: ") + std::strerror(EBADF));
  }
  warn_of_idle_label_options(labels);
  progress::board.bytes_expected = total_bytes(inputs.paths());
  return inputs;
}

void set_limits(const FlowText& flow, FlowPolicy& policy) {
  policy.max_flows = flow.max_flows.value_or(0);
  if (flow.memory_limit) {
    policy.memory_limit = parse_size("--memory-limit", *flow.memory_limit);
  }
  if (flow.on_limit) {
    policy.on_limit = static_cast<OnLimit>(choose("--on-limit", *flow.on_limit, {"evict", "stop"}));
  }
}

namespace {

// --interval cuts flows of all sets.
void warn_of_idle_representation(const FeatureText& text, const Recipe& recipe) {
  if (std::any_of(recipe.sets.begin(), recipe.sets.end(), is_representation)) {
    return;
  }
  const std::pair<bool, const char*> given[] = {{text.dim.has_value(), "--dim"},
                                                {text.q_interval.has_value(), "--q-interval"},
                                                {text.sampling.has_value(), "--sampling-rate"},
                                                {text.fft, "--fft"},
                                                {text.header, "--header"}};
  for (const auto& [is_given, name] : given) {
    if (is_given) {
      log::warning(
          std::string(name) +
          " goes with the sets iat, size, … of --features; without one it changes nothing");
    }
  }
}

}  // namespace

Recipe make_recipe(const FlowText& flow, const FeatureText& features,
                   const std::string& default_features) {
  Recipe recipe;
  set_preset(parse_preset(flow.preset), recipe);
  set_flow_rules(flow, recipe);
  set_limits(flow, recipe.policy);
  recipe.sets = parse_list("--features", features.features.value_or(default_features));
  if (features.columns) {
    recipe.columns = parse_list("--columns", *features.columns);
  }
  set_context_limit(features, recipe);
  set_representation(features, recipe.representation);
  warn_of_idle_representation(features, recipe);
  cut_at_interval(recipe);
  return recipe;
}

void cut_at_interval(Recipe& recipe) {
  if (!recipe.representation.interval_s || recipe.preset == Preset::kNetml) {
    return;
  }
  // A gap above the interval ends a flow; timeouts end it at a gap equal to them.
  const std::int64_t interval_ns = std::llround(*recipe.representation.interval_s * 1e9) + 1;
  FlowPolicy& policy = recipe.policy;
  policy.idle_timeout_ns = std::min(policy.idle_timeout_ns, interval_ns);
  for (auto* own : {&policy.tcp_idle_timeout_ns, &policy.udp_idle_timeout_ns}) {
    if (*own) {
      *own = std::min(**own, interval_ns);
    }
  }
}

}  // namespace netml::cli
