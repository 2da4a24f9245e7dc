#include "command_line.hpp"

#include <cstdlib>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "netml/commands/classify.hpp"
#include "netml/commands/columns.hpp"
#include "netml/commands/extract.hpp"
#include "netml/commands/inspect.hpp"
#include "netml/commands/learn.hpp"
#include "netml/commands/train.hpp"
#include "netml/core/error.hpp"
#include "netml/core/log.hpp"
#include "netml/core/output_file.hpp"
#include "netml/core/text_format.hpp"
#include "netml/features/registry.hpp"
#include "netml/models/registry.hpp"

namespace netml::cli {

// What each command was given. They do not share: only one command runs.
struct CommandLine::Text {
  struct Learning {
    std::string model, param, algorithm = "ocsvm", test_scores, split = "random", train_on = "auto",
                              missing = "error", calibrate, label_column, feature, columns;
    std::optional<std::string> test_size, scale, false_alarm_rate;
    bool shows_algorithms = false;
    bool shows_params = false;
  };
  struct Command {
    CaptureText captures;
    LabelText labels;
    FlowText flow;
    FeatureText features;
    Learning learning;
    std::string output = "-", format;
    bool raw_text = false;
    std::optional<std::uint64_t> limit;
  };
  struct Classify {
    bool reports_all = false, reports_anomalies = false, uses_exit_code = false;
    std::string timezone = "utc";
    std::optional<std::string> threshold, false_alarm_rate;
  };

  Command extract, learn, learn_extract, train, learn_train, classify;
  Classify classify_more;
  std::vector<std::string> columns_names;
  std::string columns_format = "text";
  std::string inspect_file;
  bool inspect_full = false;
};

namespace {

template <typename T>
CLI::Option* add_each(CLI::App& group, const std::string& names, T& values,
                      const std::string& help) {
  // One value per occurrence: a positional file after it is not swallowed.
  return group.add_option(names, values, help)
      ->allow_extra_args(false)
      ->check(not_empty())
      ->type_name("FILE");
}

void add_captures(CLI::App& app, CaptureText& text) {
  auto* group = app.add_option_group("Where packets come from");
  add_each(*group, "-p,--pcap", text.pcap,
           "capture file, repeatable; - is standard input (also when none is given)");
  app.add_option("FILE", text.positional, "captures, as with --pcap")
      ->check(not_empty())
      ->type_name("");
  add_each(*group, "--pcap-normal", text.normal, "capture whose flows are labelled 0, repeatable");
  add_each(*group, "--pcap-abnormal", text.abnormal,
           "capture whose flows are labelled 1, repeatable");
  group->add_flag("--continuous", text.is_continuous,
                  "the files are one rotated capture: flows go on across them");
  group->add_option("--bpf", text.filter, "capture filter (pcap-filter syntax)")->type_name("EXPR");
}

void add_labels(CLI::App& app, LabelText& text) {
  auto* group = app.add_option_group("Labels");
  add_each(*group, "-l,--label", text.files,
           "label file; the n-th goes with the n-th --pcap, or one serves all");
  group->add_option("--label-format", text.format, "auto, cicids2017 or netml")
      ->type_name("FORMAT")
      ->capture_default_str();
  group->add_option("--label-timezone", text.timezone, "auto or ±HH:MM")
      ->type_name("ZONE")
      ->capture_default_str();
  group
      ->add_option("--label-slack", text.slack,
                   "seconds (60 where rows carry whole minutes, else 1)")
      ->type_name("S");
  group->add_option("--label-conflict", text.conflict, "any-attack (default), first, last or error")
      ->type_name("RULE");
  group->add_flag("--skip-bad-rows", text.skips_bad_rows,
                  "skip and count label rows that make no sense");
}

void add_flow_rules(CLI::App& app, FlowText& text) {
  auto* group = app.add_option_group("What a flow is");
  group
      ->add_option("--idle-timeout", text.idle,
                   "seconds without a packet that end a flow, or inf (120)")
      ->type_name("S");
  group
      ->add_option("--active-timeout", text.active,
                   "age in seconds that ends a flow, or inf (1800)")
      ->type_name("S");
  group->add_option("--tcp-timeout", text.tcp_timeout, "idle timeout of TCP flows")->type_name("S");
  group->add_option("--udp-timeout", text.udp_timeout, "idle timeout of UDP flows")->type_name("S");
  group
      ->add_option("--direction", text.direction,
                   "both: bidirectional flows (default); one: a flow per direction")
      ->type_name("WHICH");
  group
      ->add_option("--tcp-end", text.tcp_end,
                   "when FIN/RST end a flow: none (default), graceful, strict")
      ->type_name("RULE");
  group
      ->add_option("--min-packets,--flow-pkts-threshold", text.min_packets,
                   "drop shorter flows (1; preset netml: 2; classify: the model's)")
      ->check(whole_number())
      ->type_name("N");
  group
      ->add_option("--accounting", text.accounting,
                   "which bytes count: link (default), ip, transport, payload")
      ->type_name("LAYER");
  group
      ->add_option("--decode-tunnels", text.decode_tunnels,
                   "look inside tunnels: on (default) or off")
      ->type_name("WHICH");
  group
      ->add_option("--max-packets-per-flow", text.max_packets, "write a flow when it has N packets")
      ->check(whole_number())
      ->type_name("N");
  group->add_option("--max-flows", text.max_flows, "most open flows at once (no limit)")
      ->check(whole_number())
      ->type_name("N");
  group->add_option("--memory-limit", text.memory_limit, "budget of the flow table (2GiB)")
      ->type_name("SIZE");
  group
      ->add_option("--on-limit", text.on_limit,
                   "over budget: evict the least recent flow (default) or stop")
      ->type_name("WHAT");
  group
      ->add_option("--preset", text.preset,
                   "everything as the named system has it: netml or nfstream")
      ->type_name("SYSTEM");
}

void add_features(CLI::App& app, FeatureText& text, const std::string& defaults) {
  auto* group = app.add_option_group("Features");
  group
      ->add_option("--features", text.features,
                   "sets of columns, comma separated (" + defaults + "); see netml columns")
      ->type_name("LIST");
  group->add_option("--columns", text.columns, "choose and order columns of the sets")
      ->type_name("LIST");
  group->add_option("--dim", text.dim, "iat, size, …: packets per row (fitted)")
      ->check(whole_number())
      ->type_name("N");
  group->add_option("--interval", text.interval, "iat, size, …: a gap above it ends a flow")
      ->type_name("S");
  group->add_option("--q-interval", text.q_interval, "iat, size, …: quantile that is fitted (0.9)")
      ->type_name("Q");
  group
      ->add_option("--sampling-rate", text.sampling,
                   "samp_num, samp_size: length of a slot in seconds (fitted)")
      ->type_name("S");
  group->add_flag("--fft", text.fft, "iat, size, …: real part of their Fourier transform");
  group->add_flag("--header", text.header, "iat, size, …: TCP flag counts and TTLs before them");
}

template <typename Learning>
CLI::App* add_training(CLI::App& app, Learning& text) {
  auto* group = app.add_option_group("Model");
  group->add_option("-o,--output,-m,--model", text.model, "the model file (required)")
      ->check(not_empty())
      ->type_name("FILE");
  group->add_option("--algorithm", text.algorithm, "see --help-algorithm")
      ->type_name("NAME")
      ->capture_default_str();
  group
      ->add_option("--param", text.param,
                   "parameters as YAML or JSON: text, or a file of that name")
      ->type_name("YAML");
  group->add_flag("--help-algorithm", text.shows_algorithms, "describe the algorithms and exit");
  group->add_flag("--help-param", text.shows_params, "list their parameters and exit");
  group->add_option("--test-size", text.test_size, "share held out when there are labels (0.33)")
      ->type_name("F");
  group->add_option("--split", text.split, "random or time")
      ->type_name("HOW")
      ->capture_default_str();
  group
      ->add_option("--test-scores", text.test_scores, "CSV of the held-out flows with their scores")
      ->check(not_empty())
      ->type_name("FILE");
  group->add_option("--train-on", text.train_on, "normal (default if labelled) or all")
      ->type_name("WHICH");
  group->add_option("--scale", text.scale, "standard (default), minmax, robust, rank or none")
      ->type_name("HOW");
  group->add_option("--calibrate", text.calibrate, "normal flows kept apart for the threshold")
      ->check(not_empty())
      ->type_name("FILE");
  group
      ->add_option("--false-alarm-rate", text.false_alarm_rate,
                   "rate that the threshold promises (0.01)")
      ->type_name("F");
  group->add_option("--missing", text.missing, "rows with an empty cell: error or drop")
      ->type_name("WHAT")
      ->capture_default_str();
  return group;
}

// True when only help was asked for, and has been printed.
template <typename Learning>
bool show_model_help(const Learning& text) {
  if (text.shows_algorithms || text.shows_params) {
    OutputFile out("-");
    out.write(text.shows_algorithms ? help_algorithm() : help_param());
    out.commit();
    return true;
  }
  return false;
}

template <typename Learning>
TrainOptions train_options(const Learning& text, const RunContext& context) {
  if (text.model.empty()) {
    throw UsageError("the following arguments are required to \"train\": -o/--output/-m/--model");
  }
  TrainOptions options;
  options.output = text.model;
  find_model(text.algorithm);  // a name that is wrong is said before any capture is read
  options.algorithm = text.algorithm;
  options.param = text.param;
  if (text.test_size) {
    options.test_size = parse_real("--test-size", *text.test_size, 1e-9, 1 - 1e-9);
  }
  options.split = parse_split_kind(text.split);
  options.test_scores = text.test_scores;
  options.train_on = parse_train_on(text.train_on);
  if (text.scale) {
    options.scale = parse_scaling(*text.scale);
  }
  if (text.false_alarm_rate) {
    options.false_alarm_rate =
        parse_real("--false-alarm-rate", *text.false_alarm_rate, 1e-12, 1 - 1e-12);
  }
  options.missing = parse_missing_rule(text.missing);
  options.seed = context.seed;
  return options;
}

bool wants_color(const std::string& when) {
  if (when != "auto") {
    return when == "always";
  }
  const char* no_color = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
}

// By --format, else by the suffix of the output, else text.
VerdictFormat choose_verdict_format(const std::string& format, const std::string& output) {
  const std::size_t dot = output.rfind('.');
  const std::string suffix = dot == std::string::npos ? "" : output.substr(dot + 1);
  const std::string name = !format.empty()                        ? format
                           : suffix == "csv" || suffix == "jsonl" ? suffix
                                                                  : "text";
  if (name == "text") {
    return VerdictFormat::kText;
  }
  if (name == "csv") {
    return VerdictFormat::kCsv;
  }
  if (name == "jsonl") {
    return VerdictFormat::kJsonLines;
  }
  throw UsageError("--format: '" + printable(format) + "' is none of text, csv, jsonl");
}

}  // namespace

CommandLine::CommandLine(RunContext& context, std::function<int()>& run)
    : context_(context), run_(run), text_(std::make_unique<Text>()) {}
CommandLine::~CommandLine() = default;

void CommandLine::add_to(CLI::App& app) {
  add_extract(app);
  add_learn(app);
  add_train(app);
  add_classify(app);
  add_inspect(app);
  add_columns(app);
}

// ---------------------------------------------------------------- extract

namespace {

template <typename Text>
void add_extract_options(CLI::App& command, Text& text, const std::string& default_features) {
  add_captures(command, text.captures);
  add_labels(command, text.labels);
  add_flow_rules(command, text.flow);
  add_features(command, text.features, default_features);
  auto* group = command.add_option_group("Output");
  group
      ->add_option("-o,--output,-f,--feature", text.output,
                   "where the table goes; - is standard output")
      ->check(not_empty())
      ->type_name("FILE")
      ->capture_default_str();
  group->add_option("--format", text.format, "csv, jsonl or npz (by the suffix, else csv)")
      ->type_name("FORMAT");
  group->add_flag("--raw-text", text.raw_text,
                  "leave control characters and formulas in text cells");
  group->add_option("--limit", text.limit, "stop after N flows")
      ->check(whole_number())
      ->type_name("N");
}

template <typename Text>
int extract_with(const Text& text, const std::string& default_features, const RunContext& context) {
  ExtractCommand command;
  command.recipe = make_recipe(text.flow, text.features, default_features);
  command.inputs = make_inputs(text.captures, text.labels, command.recipe.preset);
  command.output = text.output;
  if (is_representation(text.output) || text.output == "flow" || text.output == "biflow") {
    throw UsageError("--feature names the output file; for the set of columns write --features " +
                     text.output);
  }
  command.format = text.format;
  command.raw_text = text.raw_text;
  command.flow_limit = text.limit.value_or(0);
  return run_extract(command, context);
}

constexpr const char* kExtractFeatures = "flow,statistics";
constexpr const char* kLearnFeatures = "biflow";

}  // namespace

void CommandLine::add_extract(CLI::App& app) {
  CLI::App* command = app.add_subcommand("extract", "captures -> one row per flow (features)");
  add_extract_options(*command, text_->extract, kExtractFeatures);
  command->footer(
      "Examples:\n  netml extract capture.pcap --output flows.csv\n"
      "  tcpdump -w - | netml extract --features flow,splt:20 --format jsonl");
  command->callback([this] {
    run_ = [this] { return extract_with(text_->extract, kExtractFeatures, context_); };
  });
}

// ---------------------------------------------------------------- learn

void CommandLine::add_learn(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "learn", "captures (+ labels) -> trained model, tested when there are labels");
  Text::Command& text = text_->learn;
  add_captures(*command, text.captures);
  add_labels(*command, text.labels);
  add_flow_rules(*command, text.flow);
  add_features(*command, text.features, kLearnFeatures);
  CLI::App* group = add_training(*command, text.learning);
  group->add_option("-f,--feature", text.learning.feature, "also keep the features")
      ->check(not_empty())
      ->type_name("FILE");
  command->footer(
      "Examples:\n  netml learn --pcap=data/demo.pcap --label=data/demo.csv --output=model.netml\n"
      "  netml learn --pcap-normal quiet.pcap --pcap-abnormal attack.pcap -o model.netml "
      "--false-alarm-rate 0.005");
  command->require_subcommand(0, 1);
  command->callback([this, command] {
    if (!command->get_subcommands().empty()) {
      return;  // learn extract, learn train
    }
    run_ = [this] {
      const Text::Command& given = text_->learn;
      if (show_model_help(given.learning)) {
        return 0;
      }
      LearnCommand learn;
      learn.train = train_options(given.learning, context_);
      learn.recipe = make_recipe(given.flow, given.features, kLearnFeatures);
      learn.train.preset_netml = learn.recipe.preset == Preset::kNetml;
      learn.train.memory_limit_bytes = learn.recipe.policy.memory_limit;
      learn.inputs = make_inputs(given.captures, given.labels, learn.recipe.preset);
      learn.feature_output = given.learning.feature;
      learn.calibrate = given.learning.calibrate;
      return run_learn(learn, context_);
    };
  });

  CLI::App* extract =
      command->add_subcommand("extract", "another name of netml extract, with learn's features");
  add_extract_options(*extract, text_->learn_extract, kLearnFeatures);
  extract->callback([this] {
    run_ = [this] {
      if (text_->learn_extract.output == "-") {
        throw UsageError(
            "the following arguments are required to \"extract\" or \"train\" in isolation: "
            "-f/--feature");
      }
      return extract_with(text_->learn_extract, kLearnFeatures, context_);
    };
  });
  add_train(*command);
}

// ---------------------------------------------------------------- train

void CommandLine::add_train(CLI::App& app) {
  CLI::App* command = app.add_subcommand("train", "feature file -> trained model");
  Text::Command& text = app.get_name() == "learn" ? text_->learn_train : text_->train;
  CLI::App* group = add_training(*command, text.learning);
  group
      ->add_option("-f,--feature", text.learning.feature,
                   "CSV or NPZ of features; - is CSV on standard input")
      ->check(not_empty())
      ->type_name("FILE");
  group
      ->add_option("--columns", text.learning.columns,
                   "what the model sees (all numeric columns but identity)")
      ->type_name("LIST");
  group
      ->add_option("--label-column", text.learning.label_column,
                   "0/1 or names (label, if there is one)")
      ->type_name("NAME");
  group->add_option("--preset", text.flow.preset, "netml: its split and its models' defaults")
      ->type_name("SYSTEM");
  group->add_option("--memory-limit", text.flow.memory_limit, "budget (2GiB)")->type_name("SIZE");
  command->footer(
      "Examples:\n  netml train --feature flows.csv --output model.netml\n"
      "  netml train -f flows.csv -o model.netml --param '{nu: 0.1}' --columns "
      "fwd_log_bytes,bwd_log_bytes");
  command->callback([this, &text] {
    run_ = [this, &text] {
      if (show_model_help(text.learning)) {
        return 0;
      }
      if (text.learning.feature.empty()) {
        throw UsageError(
            "the following arguments are required to \"extract\" or \"train\" in isolation: "
            "-f/--feature");
      }
      TrainCommandOptions train;
      train.train = train_options(text.learning, context_);
      train.feature = text.learning.feature;
      train.calibrate = text.learning.calibrate;
      train.train.label_column = text.learning.label_column;
      train.train.preset_netml = text.flow.preset && *text.flow.preset == "netml";
      if (text.flow.preset && !train.train.preset_netml) {
        throw UsageError("--preset: train knows netml only");
      }
      if (text.flow.memory_limit) {
        train.train.memory_limit_bytes = parse_size("--memory-limit", *text.flow.memory_limit);
      }
      if (!text.learning.columns.empty()) {
        train.train.columns = parse_list("--columns", text.learning.columns);
      }
      require_distinct_files({train.feature, train.calibrate},
                             {train.train.output, train.train.test_scores, context_.summary_path});
      return finish_training(run_train(train), context_);
    };
  });
}

// ---------------------------------------------------------------- classify

void CommandLine::add_classify(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("classify", "captures + model -> a verdict for every flow, streaming");
  Text::Command& text = text_->classify;
  add_captures(*command, text.captures);
  add_labels(*command, text.labels);
  auto* group = command->add_option_group("Verdicts");
  group->add_option("-m,--model", text.learning.model, "the model file (required)")
      ->check(not_empty())
      ->type_name("FILE");
  group->add_option("-o,--output", text.output, "where verdicts go; - is standard output")
      ->check(not_empty())
      ->type_name("FILE")
      ->capture_default_str();
  group->add_option("--format", text.format, "text, csv or jsonl (by the suffix, else text)")
      ->type_name("FORMAT");
  Text::Classify& more = text_->classify_more;
  group->add_flag("--report-all", more.reports_all,
                  "every flow, not only anomalies (default of csv and jsonl)");
  group->add_flag("--no-report-all", more.reports_anomalies, "anomalies only (default of text)");
  group->add_option("--threshold", more.threshold, "another score threshold")->type_name("X");
  group->add_option("--false-alarm-rate", more.false_alarm_rate, "another rate")->type_name("F");
  group->add_flag("--exit-code", more.uses_exit_code, "status 10 when an anomaly was reported");
  group->add_option("--timezone", more.timezone, "of the text lines: utc or local")
      ->check(CLI::IsMember({"utc", "local"}).description(""))
      ->type_name("ZONE")
      ->capture_default_str();
  add_flow_rules(*command, text.flow);
  add_features(*command, text.features, "the model's");
  command->footer(
      "Flow rules and features come from the model; an option that contradicts them is an "
      "error.\n\n"
      "Examples:\n  netml classify --model=model.netml < unclassified.pcap\n"
      "  netml classify -m model.netml new/*.pcap --format jsonl --output alerts.jsonl "
      "--no-report-all --exit-code");
  command->callback([this] { run_ = [this] { return classify(); }; });
}

int CommandLine::classify() {
  const Text::Command& text = text_->classify;
  const Text::Classify& more = text_->classify_more;
  if (text.learning.model.empty()) {
    throw UsageError("the following arguments are required: -m/--model");
  }
  if (more.reports_all && more.reports_anomalies) {
    throw UsageError("--report-all and --no-report-all exclude one another");
  }
  ClassifyCommand command;
  command.inputs = make_inputs(text.captures, text.labels, Preset::kNone);
  command.model = text.learning.model;
  command.output = text.output;
  command.format = choose_verdict_format(text.format, text.output);
  if (more.reports_all || more.reports_anomalies) {
    command.reports_all = more.reports_all;
  }
  if (more.threshold) {
    command.threshold = parse_real("--threshold", *more.threshold, -1e308, 1e308);
  }
  if (more.false_alarm_rate) {
    command.false_alarm_rate =
        parse_real("--false-alarm-rate", *more.false_alarm_rate, 1e-12, 1 - 1e-12);
  }
  command.uses_exit_code = more.uses_exit_code;
  command.zone = more.timezone == "local" ? TextZone::kLocal : TextZone::kUtc;
  command.uses_color = command.output == "-" && wants_color(context_.color);
  command.adjust_recipe = [&text](Recipe& recipe) {
    adjust_to_model(text.flow, text.features, recipe);
  };
  return run_classify(command, context_);
}

// ---------------------------------------------------------------- columns, inspect

void CommandLine::add_columns(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "columns", "every column netml can write: name, type, unit, definition, source");
  command->add_option("NAME", text_->columns_names, "sets or columns (all)")->type_name("");
  command->add_option("--format", text_->columns_format, "text, csv or markdown")
      ->check(CLI::IsMember({"text", "csv", "markdown"}).description(""))
      ->type_name("FORMAT")
      ->capture_default_str();
  command->footer("Examples:\n  netml columns biflow\n  netml columns --format csv > columns.csv");
  command->callback([this] {
    run_ = [this] {
      const ColumnsFormat format = text_->columns_format == "csv"        ? ColumnsFormat::kCsv
                                   : text_->columns_format == "markdown" ? ColumnsFormat::kMarkdown
                                                                         : ColumnsFormat::kText;
      OutputFile out("-");
      out.write(describe_columns(text_->columns_names, format));
      out.commit();
      return 0;
    };
  });
}

void CommandLine::add_inspect(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("inspect", "what is in a model, a feature file or a capture");
  command->add_option("FILE", text_->inspect_file, "the file; - is standard input")
      ->required()
      ->check(not_empty())
      ->type_name("");
  command->add_flag("--full", text_->inspect_full, "of a model, also the arrays, as JSON");
  command->footer("Examples:\n  netml inspect model.netml\n  netml inspect capture.pcap");
  command->callback([this] {
    run_ = [this] {
      OutputFile out("-");
      const Inspection found = inspect(text_->inspect_file, text_->inspect_full);
      out.write(found.text);
      out.commit();
      return found.status;
    };
  });
}

}  // namespace netml::cli
