#include "learn_line.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>

#include "netml/commands/learn.hpp"
#include "netml/core/error.hpp"
#include "netml/core/log.hpp"
#include "netml/core/text_format.hpp"

#include "declare.hpp"
#include "option_groups.hpp"

namespace netml::cli {
namespace {

constexpr const char* kDefaultFeatures = "biflow,context";

// Where a command has its options: itself, and its groups.
std::vector<const CLI::App*> option_holders(const CLI::App& command) {
  std::vector<const CLI::App*> holders =
      command.get_subcommands([](const CLI::App* sub) { return sub->get_name().empty(); });
  holders.push_back(&command);
  return holders;
}

// An option of the command itself that was typed; what a configuration gives was not.
const CLI::Option* find_typed(const CLI::App& command) {
  for (const CLI::App* holder : option_holders(command)) {
    if (!holder->parse_order().empty()) {
      return holder->parse_order().front();
    }
  }
  return nullptr;
}

bool takes(const CLI::App& command, const std::string& option) {
  const std::vector<const CLI::App*> holders = option_holders(command);
  return std::any_of(holders.begin(), holders.end(), [&](const CLI::App* holder) {
    return holder->get_option_no_throw(option) != nullptr;
  });
}

// Beside learn extract and learn train, an option of learn itself would change nothing.
void refuse_own_options(const CLI::App& learn, const CLI::App& half) {
  const CLI::Option* option = find_typed(learn);
  if (option == nullptr) {
    return;
  }
  const bool is_file = option->get_positional();
  const std::string command = "learn " + half.get_name(), name = option->get_name();
  const std::string typed = is_file ? "'" + printable(option->results().front()) + "'" : name;
  if (is_file && half.get_name() == "train") {
    throw UsageError("unexpected argument " + typed + "; a table is given with -f, --feature");
  }
  throw UsageError(takes(half, name) ? typed + " stands before '" + half.get_name() +
                                           "'; what belongs to " + command + " stands behind it"
                                     : typed + " is an option of learn, not of " + command);
}

}  // namespace

void LearnLine::add_to(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "learn", "captures (+ labels) -> trained model, tested when there are labels");
  add_captures(*command, captures_);
  add_labels(*command, labels_);
  add_flow_rules(*command, flow_);
  add_features(*command, features_, kDefaultFeatures);
  auto& training = add_training(*command, training_);
  add_file(training, "-f,--feature", feature_output_, "also keep the features");
  add_anonymize(training, anonymize_);
  command->footer(
      "Examples:\n  netml learn --pcap=data/demo.pcap --label=data/demo.csv --output=model.netml\n"
      "  netml learn --pcap-normal quiet.pcap --pcap-abnormal attack.pcap -o model.netml "
      "--false-alarm-rate 0.005");
  command->require_subcommand(0, 1);
  command->callback([this, command] {
    if (command->get_subcommands().empty()) {  // else learn extract, learn train
      run_ = [this] { return learn(); };
    } else {
      refuse_own_options(*command, *command->get_subcommands().front());
    }
  });
  add_extract(*command);
  train_.add_to(*command, "learn train");
}

int LearnLine::learn() const {
  if (show_model_help(training_)) {
    return 0;
  }
  LearnCommand learn;
  learn.train = make_train_options(training_, "learn", context_);
  learn.recipe = make_recipe(flow_, features_, kDefaultFeatures);
  if (learn.recipe.preset != Preset::kNone && !features_.features) {
    log::warning(std::string("--preset sets flow rules; the columns are learn's default, ") +
                 kDefaultFeatures +
                 (learn.recipe.preset == Preset::kNetml
                      ? ", where the original has iat, size, stats, …: choose with --features"
                      : ": choose others with --features"));
  }
  learn.train.preset_netml = learn.recipe.preset == Preset::kNetml;
  learn.train.memory_limit_bytes = learn.recipe.policy.memory_limit;
  learn.inputs = make_inputs(captures_, labels_, learn.recipe.preset);
  learn.flow_limit = flow_.limit.value_or(0);
  learn.feature_output = feature_output_;
  learn.anonymization = make_anonymization(anonymize_);
  learn.calibrate = training_.calibrate;
  return run_learn(learn, context_);
}

void LearnLine::add_extract(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("extract", "another name of netml extract, with learn's features");
  add_extract_options(*command, extract_, kDefaultFeatures);
  command->footer(
      "Examples:\n  netml learn extract --pcap data/demo.pcap --label data/demo.csv --feature "
      "flows.csv\n  tcpdump -w - | netml learn extract --features biflow --format jsonl");
  command->callback(
      [this] { run_ = [this] { return extract_with(extract_, kDefaultFeatures, context_); }; });
}

}  // namespace netml::cli
