#pragma once

// What the command line holds before it means anything: text as typed, and whether it was given.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netml/commands/inputs.hpp"
#include "netml/features/recipe.hpp"

namespace netml::cli {

struct GlobalText {
  int verbosity = 1;
  bool is_quiet = false;
  std::string log_format = "text";
  std::string progress = "auto";
  std::string color = "auto";
  std::string summary;
  std::uint64_t seed = 42;
  std::size_t threads = 0;
};

struct CaptureText {
  std::vector<std::string> pcap, positional, normal, abnormal;
  bool is_continuous = false;
  std::string filter;
};

struct LabelText {
  std::vector<std::string> files;
  std::string format = "auto";
  std::string timezone = "auto";
  std::optional<std::string> columns, slack, conflict;
  bool skips_bad_rows = false;
};

struct FlowText {
  std::optional<std::string> preset, idle, active, direction, tcp_end, accounting, decode_tunnels,
      tcp_timeout, udp_timeout, memory_limit, on_limit, active_idle_threshold;
  std::optional<std::uint64_t> min_packets, max_packets, max_flows, limit;
};

struct FeatureText {
  std::optional<std::string> features, columns, interval, q_interval, sampling;
  std::optional<std::uint64_t> dim, context_limit;
  bool fft = false;
  bool header = false;
};

/// Where the packets come from. Standard input when nothing is named; throws UsageError when that
/// is a terminal.
CaptureInputs make_inputs(const CaptureText& captures, const LabelText& labels, Preset preset);

/// The recipe that the options describe. Throws UsageError.
Recipe make_recipe(const FlowText& flow, const FeatureText& features,
                   const std::string& default_features);

/// A gap longer than --interval ends a flow whatever the timeouts are, but for `--preset netml`,
/// whose flows end there by themselves. Part of make_recipe.
void cut_at_interval(Recipe& recipe);

// Parts of make_recipe: each sets what was given and leaves the rest. Throw UsageError.

Preset parse_preset(const std::optional<std::string>& text);
void set_flow_rules(const FlowText& flow, Recipe& recipe);
void set_context_limit(const FeatureText& text, Recipe& recipe);
void set_representation(const FeatureText& text, RepresentationOptions& options);
/// Sets the budget of `policy` from the options.
void set_limits(const FlowText& flow, FlowPolicy& policy);

/// The names in a comma-separated list. Throws UsageError naming `option`: an empty name or none.
std::vector<std::string> parse_list(const std::string& option, const std::string& text);

/// "2GiB", "512M", "1000000" -> bytes. Throws UsageError naming `option`.
std::uint64_t parse_size(const std::string& option, const std::string& text);
/// Seconds with a fraction, or "inf" -> nanoseconds. Throws UsageError naming `option`.
std::int64_t parse_seconds(const std::string& option, const std::string& text);
/// A number in [low, high]. Throws UsageError naming `option` and the range.
double parse_real(const std::string& option, const std::string& text, double low, double high);
/// A number above 0 and below 1. Throws UsageError naming `option`.
double parse_share(const std::string& option, const std::string& text);

}  // namespace netml::cli
