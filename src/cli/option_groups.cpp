#include "option_groups.hpp"

#include <CLI/CLI.hpp>

#include "declare.hpp"

namespace netml::cli {

void add_packet_sources(CLI::App& app, CaptureText& text) {
  auto& group = *app.add_option_group("Where packets come from");
  add_files(group, "-p,--pcap", text.pcap,
            "capture file, repeatable; - is standard input (also when none is given)");
  app.add_option("FILE", text.positional, "captures, as with --pcap")
      ->check(not_empty())
      ->type_name("");
  group.add_flag("--continuous", text.is_continuous,
                 "the files are one rotated capture: times go on across them");
  add_text(group, "--bpf", text.filter, "EXPR", "capture filter, pcap-filter syntax (all packets)");
}

void add_captures(CLI::App& app, CaptureText& text) {
  auto& group = *app.add_option_group("Where packets come from");
  add_files(group, "-p,--pcap", text.pcap,
            "capture file, repeatable; - is standard input (also when none is given)");
  app.add_option("FILE", text.positional, "captures, as with --pcap")
      ->check(not_empty())
      ->type_name("");
  add_files(group, "--pcap-normal", text.normal, "capture whose flows are labelled 0, repeatable");
  add_files(group, "--pcap-abnormal", text.abnormal,
            "capture whose flows are labelled 1, repeatable");
  group.add_flag("--continuous", text.is_continuous,
                 "the files are one rotated capture: flows go on across them");
  add_text(group, "--bpf", text.filter, "EXPR", "capture filter, pcap-filter syntax (all packets)");
}

void add_labels(CLI::App& app, LabelText& text) {
  auto& group = *app.add_option_group(kLabels);
  add_files(group, "-l,--label", text.files,
            "label file; the n-th goes with the n-th --pcap, or one serves all");
  add_text(group, "--label-format", text.format, "FORMAT",
           "auto, cicids2017, netml, zeek, unsw-nb15, ctu13, suricata or csv")
      ->capture_default_str();
  add_text(
      group, "--label-columns", text.columns, "KEY=NAME,…",
      "csv: the columns of src_ip, src_port, dst_ip, dst_port, protocol, start, end, duration, "
      "label (named as the keys)");
  add_text(group, "--label-timezone", text.timezone, "ZONE", "auto or ±HH:MM")
      ->capture_default_str();
  add_text(group, "--label-slack", text.slack, "S",
           "seconds (60 where rows carry whole minutes, else 1)");
  add_text(group, "--label-conflict", text.conflict, "RULE",
           "rows that disagree: any-attack (default; csv: first), first, last or error");
  group.add_flag("--skip-bad-rows", text.skips_bad_rows,
                 "skip and count label rows that make no sense");
}

namespace {

void add_timeouts(CLI::App& group, FlowText& text) {
  add_text(group, "--idle-timeout", text.idle, "S",
           "seconds without a packet that end a flow, or inf (120)");
  add_text(group, "--active-timeout", text.active, "S",
           "age in seconds that ends a flow, or inf (1800)");
  add_text(group, "--tcp-timeout", text.tcp_timeout, "S",
           "idle timeout of TCP flows (that of all)");
  add_text(group, "--udp-timeout", text.udp_timeout, "S",
           "idle timeout of UDP flows (that of all)");
  add_text(group, "--active-idle-threshold", text.active_idle_threshold, "S",
           "gap that ends an active period (netflowmeter: 100, cicflowmeter: 5)");
}

void add_budget(CLI::App& group, FlowText& text) {
  add_count(group, "--max-flows", text.max_flows, "most open flows at once (no limit)");
  add_text(group, "--memory-limit", text.memory_limit, "SIZE", "budget of the flow table (2GiB)");
  add_text(group, "--on-limit", text.on_limit, "WHAT",
           "over budget: evict the least recent flow (default) or stop");
}

}  // namespace

void add_flow_rules(CLI::App& app, FlowText& text) {
  auto& group = *app.add_option_group(kFlowRules);
  add_timeouts(group, text);
  add_text(group, "--direction", text.direction, "WHICH",
           "both: bidirectional flows (default); one: a flow per direction");
  add_text(group, "--tcp-end", text.tcp_end, "RULE",
           "when FIN/RST end a flow: none (default), graceful, strict");
  add_count(group, "--min-packets,--flow-pkts-threshold", text.min_packets,
            "drop shorter flows (1; preset netml: 2; classify: the model's)");
  add_text(group, "--accounting", text.accounting, "LAYER",
           "which bytes count: link (default), ip, transport, payload");
  add_text(group, "--decode-tunnels", text.decode_tunnels, "WHICH",
           "look inside tunnels: on (default) or off");
  add_count(group, "--max-packets-per-flow", text.max_packets,
            "write a flow when it has N packets (no limit)");
  add_count(group, "--limit", text.limit, "stop after N flows (no limit)");
  add_budget(group, text);
  add_text(group, "--preset", text.preset, "SYSTEM",
           "flow rules and ways as the named system has them: netml, nfstream, netflowmeter, "
           "cicflowmeter; the columns are those of --features");
}

void add_features(CLI::App& app, FeatureText& text, const std::string& defaults) {
  auto& group = *app.add_option_group(kFeatures);
  add_text(group, "--features", text.features, "LIST",
           "sets of columns, comma separated (" + defaults + "); see netml columns");
  add_text(group, "--columns", text.columns, "LIST",
           "choose columns of the sets (all); extract writes them in this order");
  add_count(group, "--dim", text.dim, "iat, size, …: packets per row (fitted)");
  add_text(group, "--interval", text.interval, "S",
           "iat, size, …: a gap above it ends a flow (none)");
  add_text(group, "--q-interval", text.q_interval, "Q",
           "iat, size, …: quantile that is fitted (0.9)");
  add_text(group, "--sampling-rate", text.sampling, "S",
           "samp_num, samp_size: length of a slot in seconds (fitted)");
  add_count(group, "--context-limit", text.context_limit,
            "context: most flows remembered at once (1000000)");
  group.add_flag("--fft", text.fft, "iat, size, …: real part of their Fourier transform");
  group.add_flag("--header", text.header, "iat, size, …: TCP flag counts and TTLs before them");
}

}  // namespace netml::cli
