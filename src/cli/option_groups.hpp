#pragma once

// The groups of options that several commands share.

#include <string>

#include "options.hpp"

namespace CLI {
class App;
}

namespace netml::cli {

inline constexpr char kLabels[] = "Labels";
inline constexpr char kFlowRules[] = "What a flow is";
inline constexpr char kFeatures[] = "Features";

// Each adds its group to `app`; the text must outlive `app`.

/// Captures alone, without what labels their flows.
void add_packet_sources(CLI::App& app, CaptureText& text);
void add_captures(CLI::App& app, CaptureText& text);
void add_labels(CLI::App& app, LabelText& text);
void add_flow_rules(CLI::App& app, FlowText& text);
/// `defaults`: the sets that the help names as those of the command.
void add_features(CLI::App& app, FeatureText& text, const std::string& defaults);

}  // namespace netml::cli
