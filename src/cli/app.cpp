#include "netml/cli/app.hpp"

#include <functional>
#include <iostream>

#include <CLI/CLI.hpp>

#include "netml/commands/run_summary.hpp"
#include "netml/core/error.hpp"
#include "netml/core/interrupt.hpp"
#include "netml/core/log.hpp"
#include "netml/core/suggest.hpp"
#include "netml/core/text_format.hpp"

#include "arguments.hpp"
#include "command_line.hpp"

namespace netml {
namespace {

using namespace cli;

void add_global_options(CLI::App& app, GlobalText& global) {
  auto* group = app.add_option_group("Global options", "accepted before and after the command");
  group
      ->add_option("--verbosity", global.verbosity,
                   "0 errors, 1 default, 2 details, 3 debug; -v raises it, -v N sets it")
      ->check(CLI::Range(0, 3))
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
      ->type_name("N")
      ->capture_default_str();
  group->add_flag("-q,--quiet", global.is_quiet, "errors only (= --verbosity 0)");
  group->add_option("--log-format", global.log_format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->type_name("FORMAT")
      ->capture_default_str();
  group
      ->add_option("--threads", global.threads,
                   "0: all cores, at most 8; the output never depends on it")
      ->check(CLI::Range(0, 1024))
      ->type_name("N")
      ->capture_default_str();
  group->add_option("--random-state,--seed", global.seed, "seed of everything that is drawn")
      ->type_name("N")
      ->capture_default_str();
  group->add_option("--progress", global.progress, "meter on stderr: auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN")
      ->capture_default_str();
  group->add_option("--color", global.color, "auto, always or never; NO_COLOR is honoured")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN")
      ->capture_default_str();
  group->add_option("--summary", global.summary, "write the counters of the run as JSON")
      ->type_name("FILE");
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (sub->get_name().empty() || sub->parsed()) {
      const std::vector<std::string> more = option_names(*sub);
      names.insert(names.end(), more.begin(), more.end());
    }
  }
  return names;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!sub->get_name().empty()) {
      names.push_back(sub->get_name());
    }
  }
  return names;
}

// CLI11's complaint as one line of ours, with a suggestion for what is misspelt.
[[noreturn]] void refuse(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> extras = app.remaining(true);
  if (error.get_name() == "ExtrasError" && !extras.empty()) {
    const std::string word = extras.front().substr(0, extras.front().find('='));
    if (word.rfind('-', 0) == 0) {
      throw UsageError("unknown option '" + printable(word) + "'" +
                       did_you_mean(word, option_names(app)));
    }
    throw UsageError("unknown command or argument '" + printable(word) + "'" +
                     did_you_mean(word, command_names(app)));
  }
  std::string message = error.what();
  const std::size_t end = message.find('\n');
  throw UsageError(printable(end == std::string::npos ? message : message.substr(0, end)));
}

log::Level log_level(const GlobalText& global) {
  return static_cast<log::Level>(global.is_quiet ? 0 : global.verbosity);
}

}  // namespace

int run_command_line(int argc, char** argv) {
  interrupt::install_handlers();
  const std::vector<std::string> words(argv, argv + argc);
  CLI::App app("Bidirectional-flow features and novelty detection for network captures.", "netml");
  GlobalText global;
  add_global_options(app, global);
  app.set_version_flag("--version", "netml " + version());
  app.set_config("--config", "", "read options from a TOML file")->type_name("FILE");
  app.get_formatter()->column_width(38);
  app.option_defaults()->always_capture_default(false);
  app.fallthrough();
  app.require_subcommand(0, 1);
  app.footer(
      "Examples:\n  netml learn --pcap=data/demo.pcap --label=data/demo.csv --output=model.netml\n"
      "  tcpdump -U -w - | netml classify --model=model.netml\n\n"
      "`netml COMMAND --help` describes a command; `netml columns` lists every column.");

  RunContext context;
  context.command_line = quoted_command_line(words);
  std::function<int()> run;
  CommandLine commands(context, run);
  commands.add_to(app);
  try {
    std::vector<std::string> arguments =
        expand_verbosity({words.begin() + (argc > 0 ? 1 : 0), words.end()});
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
    app.parse(arguments);
  } catch (const CLI::Success& success) {
    return app.exit(success);  // --help, --version
  } catch (const CLI::ParseError& error) {
    refuse(app, error);
  }
  log::configure(log_level(global),
                 global.log_format == "json" ? log::Format::kJson : log::Format::kText);
  context.summary_path = global.summary;
  context.seed = global.seed;
  context.threads = global.threads;
  context.color = global.color;
  if (!run) {
    std::cout << app.help();
    return 0;
  }
  return run();
}

}  // namespace netml
